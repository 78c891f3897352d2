// The sandbox page: one person's view of the workspace, kept current by asking for news.

import { blockNode, HOLDS } from "./blocks.js";
import { el, marked, textOf } from "./text.js";

const $ = (id) => document.getElementById(id);
const TYPED = ["plain_text_input", "number_input", "email_text_input", "url_text_input"];
const RETRY_MS = 1000;

let state = null; // what the server said last
let asOf = 0; // performance.now() when it said so
let me = sessionStorage.getItem("me") ?? "";
let channel = "";
let turn = 0; // counts changes of person: news for an earlier one is dropped
let typedHere = {}; // {block_id: {action_id: value}} of the open form
let typedIn = ""; // the form they belong to
const seen = {}; // "person channel": timestamp of the last message looked at
const drawn = { messages: new Map(), form: new Map() }; // nodes by key, so that focus stays put

async function post(name, given) {
  const answer = await fetch(`/sandbox/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as: me, ...given }),
  });
  const said = await answer.json();
  if (!answer.ok) say(said.error ?? "That did not work.");
  return answer.ok ? said : null;
}

function say(words) {
  $("status").textContent = words;
}

async function follow() {
  const mine = turn;
  let version = null;
  while (mine === turn) {
    try {
      const after = version === null ? "" : `&after=${version}`;
      const answer = await fetch(`/sandbox/state?as=${encodeURIComponent(me)}${after}`);
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
  state = news;
  asOf = performance.now();
  if (!news.people.length) return;
  me = news.me;
  sessionStorage.setItem("me", me);
  if (!news.channels.some((each) => each.id === channel)) channel = news.channels[0].id;
  drawPeople();
  drawChannels();
  drawMessages();
  drawForm();
  tick();
  $("clock").hidden = !news.can_wind;
}

function become(person) {
  me = person;
  turn += 1;
  channel = "";
  drawn.messages.clear();
  $("log").replaceChildren();
  closeForm();
  say("");
  follow();
}

function here() {
  return state.channels.find((each) => each.id === channel);
}

function titleOf(each) {
  return each.kind === "im" ? each.name : `# ${each.name}`;
}

function drawPeople() {
  const options = state.people.map((person) => el("option", {
    value: person.id, text: person.name + (person.is_admin ? " (admin)" : ""), selected: person.id === me,
  }));
  if ($("me").children.length !== options.length || $("me").value !== me) $("me").replaceChildren(...options);
}

function drawChannels() {
  const items = state.channels.map((each) => {
    const last = state.messages[each.id].at(-1);
    const isNew = last && each.id !== channel && Number(last.ts) > (seen[`${me} ${each.id}`] ?? 0);
    return el("li", {}, el("button", {
      type: "button", "aria-current": each.id === channel ? "page" : undefined, onclick: () => goTo(each.id),
    }, titleOf(each), isNew ? el("span", { class: "dot", title: "New messages" }) : null));
  });
  $("channels").replaceChildren(...items);
  $("where").textContent = titleOf(here());
}

function goTo(wanted) {
  channel = wanted;
  drawn.messages.clear();
  $("log").replaceChildren();
  drawChannels();
  drawMessages();
}

function drawMessages() {
  const log = $("log");
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const before = log.childElementCount;
  const kept = new Map();
  const children = [];
  let day = "";
  for (const message of state.messages[channel]) {
    const at = new Date(Number(message.ts) * 1000);
    const thisDay = shown(at, { weekday: "long", month: "long", day: "numeric" });
    if (thisDay !== day) children.push(keyed("messages", kept, `day ${thisDay}`, () => el("h3", { class: "day", text: thisDay })));
    day = thisDay;
    const key = JSON.stringify([message, state.names]);
    children.push(keyed("messages", kept, key, () => messageNode(message, at)));
    seen[`${me} ${channel}`] = Number(message.ts);
  }
  if (!state.messages[channel].length) children.push(keyed("messages", kept, "welcome", welcome));
  drawn.messages = kept;
  sync(log, children);
  if (wasAtEnd || !before) log.scrollTop = log.scrollHeight;
}

// The node drawn for `key` before, or a new one.
function keyed(kind, kept, key, make) {
  const name = kept.has(key) ? `${key} again ${kept.size}` : key;
  const node = drawn[kind].get(name) ?? make();
  kept.set(name, node);
  return node;
}

// Make `parent` hold these nodes, moving as few as possible: a moved node loses its focus.
function sync(parent, nodes) {
  for (const child of [...parent.children]) if (!nodes.includes(child)) child.remove();
  nodes.forEach((node, n) => {
    if (parent.children[n] !== node) parent.insertBefore(node, parent.children[n] ?? null);
  });
}

function welcome() {
  const isDm = here().kind === "im";
  const words = isDm ? "Nothing here yet. Try one of these:" : "Nothing here yet.";
  return el("div", { class: "welcome" }, el("p", { text: words }),
    ...(isDm ? state.examples : []).map((line) => el("button", {
      type: "button", text: line, onclick: () => { $("line").value = line; $("line").focus(); },
    })));
}

function messageNode(message, at) {
  const body = el("div", { class: "body" });
  if (message.blocks.length) {
    body.append(...message.blocks.map((block) => blockNode(block, messageContext(message))));
  } else if (message.text) {
    body.append(marked(message.text, state.names));
  }
  for (const file of message.files) body.append(el("p", { class: "file", text: `📄 ${file.title}` }));
  const time = shown(at, { hour: "numeric", minute: "2-digit" });
  return el("article", { class: message.ephemeral ? "message ephemeral" : "message", "data-ts": message.ts },
    el("span", { class: message.is_bot ? "face bot" : "face", "aria-hidden": "true", text: message.name[0] }),
    el("div", { class: "who" }, el("strong", { text: message.name }),
      message.is_bot ? el("span", { class: "badge", text: "APP" }) : null,
      el("time", { text: time }),
      message.edited ? el("span", { class: "small", text: "(edited)" }) : null),
    message.ephemeral ? el("p", { class: "small only", text: "Only visible to you" }) : null,
    body);
}

function messageContext(message) {
  const at = { channel, ts: message.ts };
  return {
    ...everyone(),
    value: (block, element) => element.initial_option ?? element.initial_options ?? null,
    error: () => null,
    told: (block, element, value) => {
      say("");
      post("press", { ...at, block: block.block_id, action: element.action_id, value });
    },
    ask: async (block, element, query) => {
      const said = await post("options", { ...at, block: block.block_id, action: element.action_id, query });
      return said?.options ?? [];
    },
  };
}

function everyone() {
  return { names: state.names, people: state.people, channels: state.channels, confirm };
}

function drawForm() {
  const form = state.form;
  if (!form) return closeForm();
  if (typedIn !== form.id) {
    typedIn = form.id;
    typedHere = {};
    drawn.form.clear();
    $("form").replaceChildren(...frame());
  }
  $("form").querySelector("#form-title").textContent = form.title.text;
  const kept = new Map();
  const context = formContext(form);
  const nodes = form.blocks.map((block) => {
    const key = JSON.stringify([form.id, block, form.errors[block.block_id] ?? ""]);
    return keyed("form", kept, key, () => blockNode(block, context));
  });
  drawn.form = kept;
  const fields = $("form").querySelector(".content");
  sync(fields, nodes);
  $("form").querySelector(".trouble").textContent = form.trouble;
  const save = $("form").querySelector("[data-save]");
  save.hidden = !form.submit;
  save.textContent = form.submit?.text ?? "";
  $("form").querySelector("[data-cancel]").textContent = form.close?.text ?? "Cancel";
  if (!$("form").open) $("form").showModal();
  if (Object.keys(form.errors).length) showFirstError(fields);
}

function showFirstError(fields) {
  const wrong = fields.querySelector("[aria-invalid]");
  if (!wrong || fields.contains(document.activeElement)) return; // do not pull a typist away
  wrong.dataset.quiet = "yes"; // a list that opens would hide what is wrong
  wrong.focus({ preventScroll: true });
  delete wrong.dataset.quiet;
  wrong.closest(".block").scrollIntoView({ block: "center" });
}

function frame() {
  const close = (all) => post("close", { view: typedIn, all });
  const content = el("div", { class: "content" });
  return [
    el("header", {}, el("h2", { id: "form-title" }),
      el("button", { type: "button", class: "clear", "aria-label": "Close", text: "×", onclick: () => close(true) })),
    content,
    el("p", { class: "error trouble", role: "alert" }),
    el("footer", {},
      el("button", { type: "button", "data-cancel": true, onclick: () => close(false) }),
      el("button", { type: "button", class: "primary", "data-save": true, onclick: save })),
  ];
}

async function save(event) {
  const button = event.currentTarget;
  button.disabled = true;
  say("");
  try {
    await post("submit", { view: typedIn, values: typedHere });
  } finally {
    button.disabled = false;
  }
}

function closeForm() {
  typedIn = "";
  typedHere = {};
  drawn.form.clear();
  if ($("form").open) $("form").close();
  $("form").replaceChildren();
}

function formContext(form) {
  return {
    ...everyone(),
    value: (block, element) => {
      const mine = typedHere[block.block_id]?.[element.action_id];
      if (mine !== undefined) return mine;
      return state.form?.values[block.block_id]?.[element.action_id]?.[HOLDS[element.type]] ?? null;
    },
    error: (block) => state.form?.errors[block.block_id],
    told: (block, element, value, how = {}) => {
      const holds = element.type in HOLDS;
      if (holds) (typedHere[block.block_id] ??= {})[element.action_id] = value;
      if (!tellsApp(block, element, how)) return;
      const at = { view: form.id, block: block.block_id, action: element.action_id };
      post("use", { ...at, value, values: typedHere });
    },
    ask: async (block, element, query) => {
      const at = { view: form.id, block: block.block_id, action: element.action_id };
      return (await post("options", { ...at, query }))?.options ?? [];
    },
  };
}

// Whether Slack would tell the app of this change at once.
function tellsApp(block, element, how) {
  if (block.type !== "input") return !how.typing;
  if (!block.dispatch_action) return false;
  if (!TYPED.includes(element.type)) return true;
  const wanted = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return (how.typing && wanted.includes("on_character_entered")) || (how.entered && wanted.includes("on_enter_pressed"));
}

function confirm(question, names) {
  return new Promise((done) => {
    const dialog = $("confirm");
    const answer = (said) => { dialog.close(); dialog.replaceChildren(); done(said); };
    dialog.replaceChildren(
      el("h2", { id: "confirm-title", text: question.title.text }),
      el("p", {}, textOf(question.text, names)),
      el("footer", {},
        el("button", { type: "button", text: question.deny.text, onclick: () => answer(false) }),
        el("button", {
          type: "button", class: question.style ?? "primary", text: question.confirm.text, onclick: () => answer(true),
        })));
    dialog.oncancel = () => done(false);
    dialog.showModal();
  });
}

function shown(at, how) {
  return new Intl.DateTimeFormat("en-US", { timeZone: state.zone, ...how }).format(at);
}

function tick() {
  if (!state?.now) return;
  const at = new Date(new Date(state.now).getTime() + performance.now() - asOf);
  const day = shown(at, { weekday: "short", month: "short", day: "numeric" });
  const time = shown(at, { hour: "numeric", minute: "2-digit" });
  $("now").textContent = `${day}, ${time}`;
  $("now").title = state.zone;
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
  drawHints();
  say(text.startsWith("/") ? "Sending…" : "");
  const said = await post("say", { channel, text });
  if (said?.fault === "connection_failed") say("The bot did not answer: is it running?");
  else if (said) say("");
}

function drawHints() {
  const typed = $("line").value;
  const fit = /^\/\S*$/.test(typed) ? (state?.commands ?? []).filter((each) => each.command.startsWith(typed)) : [];
  $("hints").replaceChildren(...fit.map((each) => el("li", {}, el("button", {
    type: "button",
    onclick: () => { $("line").value = `${each.command} `; $("line").focus(); drawHints(); },
  }, el("strong", { text: each.command }), el("span", { class: "small", text: each.description })))));
  $("hints").hidden = !fit.length;
}

$("me").addEventListener("change", (event) => become(event.target.value));
$("composer").addEventListener("submit", send);
$("line").addEventListener("input", drawHints);
$("form").addEventListener("cancel", (event) => {
  event.preventDefault(); // Escape: the app is told, as with Cancel
  post("close", { view: typedIn, all: false });
});
for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => wind(button.dataset.step));
}
setInterval(tick, 1000);
follow();
