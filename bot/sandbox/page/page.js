// The sandbox page: one person's view of the workspace, kept current by asking for news.

import { blockNode } from "./blocks.js";
import { $, everyone, face, Kept, now, post, say, shown, tell } from "./link.js";
import { menu } from "./menus.js";
import { el, marked } from "./text.js";
import { askForClip, cancelForm, closeForm, closeHome, confirm, drawForm, drawHome, tellsApp } from "./views.js";

const RETRY_MS = 1000;
const MOST_LINES = 6; // of the composer before it scrolls
const onPhone = matchMedia("(pointer: coarse)"); // there Enter makes a new line, as in Slack

let asOf = 0; // performance.now() when the server told the time
let turn = 0; // counts changes of person: news for an earlier one is dropped
let tab = "messages"; // or "home", in the conversation with the app
let added = ""; // the shortcuts the + menu was made for
const seen = {}; // "person channel": timestamp of the last message looked at
const drawn = new Kept();

async function follow() {
  const mine = turn;
  let version = null;
  while (mine === turn) {
    try {
      const after = version === null ? "" : `&after=${version}`;
      const answer = await fetch(`/sandbox/state?as=${encodeURIComponent(now.me)}${after}`);
      const news = await answer.json();
      if (mine !== turn) return;
      version = news.version;
      take(news);
      if ($("status").dataset.lost) {
        delete $("status").dataset.lost;
        say("");
      }
    } catch (fault) {
      if (!(fault instanceof TypeError)) throw fault; // fetch says TypeError for a lost server
      $("status").dataset.lost = "1";
      say("The sandbox has stopped. Start it again with make demo.");
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

function take(news) {
  now.state = news;
  asOf = performance.now();
  if (!news.people.length) return;
  now.me = news.me;
  sessionStorage.setItem("me", now.me);
  if (!news.channels.some((each) => each.id === now.channel)) now.channel = news.channels[0].id;
  drawPeople();
  drawChannels();
  drawTabs();
  drawMessages();
  if (tab === "home") drawHome();
  drawAdd();
  drawForm();
  tick();
  $("clock").hidden = !news.can_wind;
}

function become(person) {
  now.me = person;
  turn += 1;
  now.channel = "";
  tab = "messages";
  drawn.clear();
  $("log").replaceChildren();
  closeForm();
  closeHome();
  say("");
  follow();
}

function here() {
  return now.state.channels.find((each) => each.id === now.channel);
}

function titleOf(each) {
  return each.kind === "im" ? each.name : `# ${each.name}`;
}

function drawPeople() {
  const options = now.state.people.map((person) => el("option", {
    value: person.id, text: person.name + (person.is_admin ? " (admin)" : ""), selected: person.id === now.me,
  }));
  if ($("me").children.length !== options.length || $("me").value !== now.me) $("me").replaceChildren(...options);
}

function drawChannels() {
  const items = now.state.channels.map((each) => {
    const last = now.state.messages[each.id].at(-1);
    const isNew = last && each.id !== now.channel && Number(last.ts) > (seen[`${now.me} ${each.id}`] ?? 0);
    return el("li", {}, el("button", {
      type: "button", "aria-current": each.id === now.channel ? "page" : undefined, onclick: () => goTo(each.id),
    }, titleOf(each), isNew ? el("span", { class: "dot", title: "New messages" }) : null));
  });
  const at = [...$("channels").querySelectorAll("button")].indexOf(document.activeElement);
  $("channels").replaceChildren(...items);
  if (at >= 0) $("channels").querySelectorAll("button")[at]?.focus();
  $("where").textContent = titleOf(here());
}

function goTo(wanted) {
  now.channel = wanted;
  tab = "messages";
  drawn.clear();
  $("log").replaceChildren();
  drawChannels();
  drawTabs();
  drawMessages();
  drawAdd();
}

function drawTabs() {
  const hasTabs = here().kind === "im" && now.state.has_home;
  if (!hasTabs) tab = "messages";
  $("tabs").hidden = !hasTabs;
  for (const each of $("tabs").children) {
    const isHere = each.dataset.tab === tab;
    each.setAttribute("aria-selected", String(isHere));
    each.tabIndex = isHere ? 0 : -1;
  }
  $("home").hidden = tab !== "home";
  $("log").hidden = $("composer").hidden = tab === "home";
}

async function openTab(wanted) {
  tab = wanted;
  drawTabs();
  if (tab === "home") drawHome();
  else $("log").scrollTop = $("log").scrollHeight;
  await tell("home", { tab: wanted });
}

function drawMessages() {
  const log = $("log");
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const before = log.childElementCount;
  const children = [];
  let day = "";
  for (const message of now.state.messages[now.channel]) {
    const at = new Date(Number(message.ts) * 1000);
    const thisDay = shown(at, { weekday: "long", month: "long", day: "numeric" });
    if (thisDay !== day) children.push(drawn.node(`day ${thisDay}`, () => el("h3", { class: "day", text: thisDay })));
    day = thisDay;
    const key = JSON.stringify([message, now.state.names, now.state.shortcuts]);
    children.push(drawn.node(key, () => messageNode(message, at)));
    if (tab === "messages") seen[`${now.me} ${now.channel}`] = Number(message.ts);
  }
  if (!children.length) children.push(drawn.node("welcome", welcome));
  drawn.fill(log, children);
  if (wasAtEnd || !before) log.scrollTop = log.scrollHeight;
}

function welcome() {
  const isDm = here().kind === "im";
  const words = isDm ? "Nothing here yet. Try one of these:" : "Nothing here yet.";
  return el("div", { class: "welcome" }, el("p", { text: words }),
    ...(isDm ? now.state.examples : []).map((line) => el("button", {
      type: "button", text: line, onclick: () => { $("line").value = line; fit(); $("line").focus(); },
    })));
}

function messageNode(message, at) {
  const body = el("div", { class: "body" });
  if (message.blocks.length) {
    const context = messageContext(message);
    body.append(...message.blocks.map((block) => blockNode(block, context)));
  } else if (message.text) {
    body.append(marked(message.text, now.state.names));
  }
  body.append(...message.files.map(fileNode));
  const time = shown(at, { hour: "numeric", minute: "2-digit" });
  return el("article", { class: message.ephemeral ? "message ephemeral" : "message", "data-ts": message.ts },
    face(message.name, message.is_bot),
    el("div", { class: "who" }, el("strong", { text: message.name }),
      message.is_bot ? el("span", { class: "badge", text: "APP" }) : null,
      el("time", { text: time }),
      message.edited ? el("span", { class: "small", text: "(edited)" }) : null),
    moreActions(message),
    message.ephemeral ? el("p", { class: "small only", text: "Only visible to you" }) : null,
    message.in_thread ? el("p", { class: "small only", text: "In a thread" }) : null,
    body);
}

function fileNode(file) {
  if (file.subtype !== "slack_audio") return el("p", { class: "file", text: `📄 ${file.title}` });
  const preview = file.transcription?.preview;
  const words = preview ? `“${preview.content}${preview.has_more ? "…" : ""}”` : "No transcript";
  return el("div", { class: "clip" },
    el("p", { class: "file", text: `🎤 Voice clip, ${Math.round(file.duration_ms / 1000)} s` }),
    el("p", { class: "small", text: words }));
}

// The ⋯ of a message: the app's own message shortcuts. What only one person sees has none.
function moreActions(message) {
  const offered = now.state.shortcuts.filter((each) => each.type === "message");
  if (message.ephemeral || !offered.length) return null;
  const at = { channel: now.channel, ts: message.ts };
  return menu("More actions", "⋯", offered.map((each) => ({
    text: each.name, act: () => tell("shortcut", { ...at, callback_id: each.callback_id }),
  })), "more");
}

// The + of the composer: the app's global shortcuts, and in the DM a voice clip.
function drawAdd() {
  const offered = now.state.shortcuts.filter((each) => each.type === "global");
  const isDm = here().kind === "im";
  const key = JSON.stringify([offered, isDm]);
  if (added === key) return;
  added = key;
  const items = offered.map((each) => ({
    text: each.name, act: () => tell("shortcut", { callback_id: each.callback_id }),
  }));
  if (isDm) items.push({ text: "Voice clip", act: sendClip });
  $("add").replaceChildren(...(items.length ? [menu("Add", "+", items, "up")] : []));
}

async function sendClip() {
  const channel = now.channel;
  const transcript = await askForClip();
  if (transcript !== null) await tell("clip", { channel, transcript });
}

function messageContext(message) {
  const at = { channel: now.channel, ts: message.ts };
  const typed = {};
  const starts = ["initial_option", "initial_options", "initial_date", "initial_time", "initial_value"];
  return {
    ...everyone(),
    confirm,
    value: (block, element) => typed[block.block_id]?.[element.action_id]
      ?? starts.map((name) => element[name]).find(Boolean) ?? null,
    error: () => null,
    told: (block, element, value, how = {}) => {
      (typed[block.block_id] ??= {})[element.action_id] = value;
      if (!tellsApp(block, element, how)) return;
      say("");
      post("press", { ...at, block: block.block_id, action: element.action_id, value, values: typed });
    },
    ask: async (block, element, query) => {
      const said = await post("options", { ...at, block: block.block_id, action: element.action_id, query });
      return said?.options ?? [];
    },
  };
}

function tick() {
  if (!now.state?.now) return;
  const at = new Date(new Date(now.state.now).getTime() + performance.now() - asOf);
  const day = shown(at, { weekday: "short", month: "short", day: "numeric" });
  const time = shown(at, { hour: "numeric", minute: "2-digit" });
  $("now").textContent = `${day}, ${time}`;
  $("now").title = now.state.zone;
}

async function wind(step) {
  say("");
  const said = await post("clock", { step });
  if (!said) return;
  const day = shown(new Date(said.now), { weekday: "long" });
  if (step === "tomorrow" && ["Saturday", "Sunday"].includes(day)) {
    say(`It is ${day}: reminders come Monday to Friday.`);
  }
}

async function send(event) {
  event.preventDefault();
  const text = $("line").value.trim();
  if (!text) return;
  $("line").value = "";
  fit();
  await tell("say", { channel: now.channel, text });
}

// The composer grows with its lines; a / at its beginning offers the commands.
function fit() {
  const line = $("line");
  line.rows = 1;
  while (line.rows < MOST_LINES && line.scrollHeight > line.clientHeight) line.rows += 1;
  const isCommand = /^\/\S*$/.test(line.value);
  const offered = isCommand ? (now.state?.commands ?? []).filter((each) => each.command.startsWith(line.value)) : [];
  $("hints").replaceChildren(...offered.map((each) => el("li", {}, el("button", {
    type: "button",
    onclick: () => { line.value = `${each.command} `; line.focus(); fit(); },
  }, el("strong", { text: each.command }), el("span", { class: "small", text: each.description })))));
  $("hints").hidden = !offered.length;
}

$("me").addEventListener("change", (event) => become(event.target.value));
$("composer").addEventListener("submit", send);
$("line").addEventListener("input", fit);
$("line").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || onPhone.matches) return;
  event.preventDefault();
  $("composer").requestSubmit();
});
$("tabs").addEventListener("click", (event) => {
  if (event.target.dataset.tab) openTab(event.target.dataset.tab);
});
$("tabs").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = $("tabs").querySelector("[aria-selected=false]");
  openTab(other.dataset.tab);
  other.focus();
});
$("form").addEventListener("cancel", (event) => {
  event.preventDefault();
  cancelForm();
});
for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => wind(button.dataset.step));
}
setInterval(tick, 1000);
follow();
