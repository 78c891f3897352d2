// The sandbox page: one person's view of the workspace, kept current by asking for news.

import { drawAdd, put, startComposer } from "./composer.js";
import { $, now, say, shown, STOPPED, tell } from "./link.js";
import { clearLog, drawLog } from "./log.js";
import { closePayloads, openPayloads } from "./payloads.js";
import { el } from "./text.js";
import { closeThread, drawThread } from "./threads.js";
import { drawTour, startTour } from "./tour.js";
import { cancelForm, closeForm, closeHome, drawForm, drawHome } from "./views.js";

const RETRY_MS = 1000;
let asOf = 0; // performance.now() when the server told the time
let turn = 0; // counts changes of person: news for an earlier one is dropped
let tab = "messages"; // or "home", in the conversation with the app
const seen = {}; // "person channel": timestamp of the last message looked at

// What came with the page itself is one way to the server less before one sees something.
function first() {
  const news = JSON.parse($("first").textContent);
  $("first").textContent = "null"; // it is only fresh once
  return news?.people.length && ["", news.me].includes(now.me) ? news : null;
}

async function follow() {
  const mine = turn;
  const news = first();
  let version = news?.version ?? null;
  if (news) take(news);
  while (mine === turn && !now.ending) {
    try {
      const after = version === null ? "" : `&after=${version}`;
      const answer = await fetch(`/sandbox/state?as=${encodeURIComponent(now.me)}${after}`);
      const news = await answer.json();
      if (mine !== turn || now.ending) return;
      version = news.version;
      take(news);
      if ($("status").dataset.lost) {
        delete $("status").dataset.lost;
        say("");
      }
    } catch (fault) {
      if (!(fault instanceof TypeError)) throw fault; // fetch says TypeError for a lost server
      if (now.ending) return;
      version = null; // another one may count anew
      $("status").dataset.lost = "1";
      say(STOPPED);
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
  drawPlace();
  drawForm();
  tick();
  performance.mark("shown"); // for bench/page.py
}

// All that depends on the conversation one is in.
function drawPlace() {
  drawTabs();
  drawLog(welcome);
  if (tab === "messages") seen[`${now.me} ${now.channel}`] = lastOf(now.channel);
  drawChannels();
  drawThread();
  if (tab === "home") drawHome();
  drawAdd(here().kind === "im");
  drawTour(isFirst());
  if (tab === "home") $("try").hidden = true;
}

function become(person) {
  now.me = person;
  turn += 1;
  now.channel = "";
  tab = "messages";
  closeThread();
  clearLog();
  closeForm();
  closeHome();
  closeSide();
  say("");
  follow();
}

function here() {
  return now.state.channels.find((each) => each.id === now.channel);
}

function lastOf(channel) {
  return Number(now.state.messages[channel].at(-1)?.ts ?? 0);
}

function isFirst() {
  return here().kind === "im" && !now.state.messages[now.channel].length;
}

function titleOf(each) {
  return each.kind === "im" ? each.name : `# ${each.name}`;
}

function drawPeople() {
  const options = now.state.people.map((person) => el("option", {
    value: person.id, text: person.title ? `${person.name}, ${person.title}` : person.name, selected: person.id === now.me,
  }));
  if ($("me").children.length !== options.length || $("me").value !== now.me) $("me").replaceChildren(...options);
}

function drawChannels() {
  let news = 0;
  const items = now.state.channels.map((each) => {
    const isHere = each.id === now.channel;
    const isNew = !isHere && lastOf(each.id) > (seen[`${now.me} ${each.id}`] ?? 0);
    if (isNew) news += 1;
    return el("li", {}, el("button", {
      type: "button", "aria-current": isHere ? "page" : undefined, onclick: () => { goTo(each.id); closeSide(); $("log").focus(); },
    }, titleOf(each), isNew ? el("span", { class: "dot", title: "New messages" }) : null));
  });
  const at = [...$("channels").querySelectorAll("button")].indexOf(document.activeElement);
  $("channels").replaceChildren(...items);
  if (at >= 0) $("channels").querySelectorAll("button")[at]?.focus();
  $("where").textContent = titleOf(here());
  $("open-side").classList.toggle("news", news > 0);
  $("open-side").setAttribute("aria-label", news ? "Channels and people, new messages" : "Channels and people");
}

function goTo(wanted) {
  if (wanted === now.channel && tab === "messages") return;
  if (wanted !== now.channel) {
    closeThread();
    clearLog();
  }
  now.channel = wanted;
  tab = "messages";
  drawPlace();
}

function openSide() {
  $("side").classList.add("open");
  $("open-side").setAttribute("aria-expanded", "true");
  $("me").focus();
}

function closeSide() {
  const wasOpen = $("side").classList.contains("open");
  $("side").classList.remove("open");
  $("open-side").setAttribute("aria-expanded", "false");
  if (wasOpen) $("open-side").focus();
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
  drawPlace();
  if (tab !== "home") $("log").scrollTop = $("log").scrollHeight;
  await tell("home", { tab: wanted });
}

function welcome() {
  if (here().kind !== "im") return el("div", { class: "welcome" }, el("p", { text: "Nothing here yet." }));
  return el("div", { class: "welcome" },
    el("p", { text: "This is the bot, running on this computer. Log a visit in one line, or write as you would in Slack:" }),
    ...now.state.examples.map((line) => el("button", { type: "button", text: line, onclick: () => put(line) })));
}

// In one line, however narrow the screen.
function kept(words) {
  return words.replaceAll(" ", "\u00a0");
}

function tick() {
  if (!now.state?.now) return;
  const at = new Date(new Date(now.state.now).getTime() + performance.now() - asOf);
  const day = shown(at, { weekday: "short", month: "short", day: "numeric" });
  const time = shown(at, { hour: "numeric", minute: "2-digit" });
  $("now").textContent = `${kept(day)}, ${kept(time)}`;
  $("now").title = now.state.zone;
}

$("me").addEventListener("change", (event) => become(event.target.value));
$("open-side").addEventListener("click", openSide);
$("close-side").addEventListener("click", closeSide);
$("side").addEventListener("keydown", (event) => { if (event.key === "Escape") closeSide(); });
$("show-payloads").addEventListener("click", () => {
  if ($("payloads").hidden) {
    closeSide();
    openPayloads();
  } else {
    closePayloads();
  }
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
startComposer();
startTour(goTo);
setInterval(tick, 1000);
follow();
