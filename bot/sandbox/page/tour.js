// What belongs to the sandbox and not to Slack: things to try, the clock, the broken database,
// beginning again, colors, and the way to one's own workspace.

import { sendLine } from "./composer.js";
import { $, now, post, say, shown } from "./link.js";
import { el } from "./text.js";
import { confirm } from "./views.js";

const FORM_COMES_MS = 5000;
const MESSAGE_COMES_MS = 8000;
const RETRY_MS = 500;
const DAY_MS = 24 * 3600 * 1000;
const STEPS = [
  ["Print the app's manifest", "With .venv/bin/touchbase manifest. It needs no public address."],
  ["Create the app in Slack", "At api.slack.com/apps choose Create New App, From a manifest, and paste it. Slack shows every permission before it asks."],
  ["Install it and copy two tokens", "Install App gives the bot token (xoxb-…). Under Basic Information make an app-level token (xapp-…) with the scope connections:write."],
  ["Start the bot", "Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN. .venv/bin/touchbase doctor says in words what is missing; .venv/bin/touchbase run starts it."],
  ["Make it yours", "Type /touchbase in Slack to become its admin, bring your accounts with touchbase import accounts, and type /touchbase digest here in your team's channel."],
];
let drawn = "";
let going = null; // goTo of the page

export function startTour(goTo) {
  going = goTo;
  for (const button of document.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => showFirstNew(() => wind(button.dataset.step)));
  }
  $("start-over").addEventListener("click", startOver);
  $("show-move").addEventListener("click", showMove);
  $("theme").value = localStorage.getItem("theme") ?? "";
  $("theme").addEventListener("change", () => { localStorage.setItem("theme", $("theme").value); paint(); });
  paint();
}

function paint() {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "";
}

function has(lever) {
  return now.state.levers.includes(lever);
}

export function drawTour(isFirst) {
  $("clock").hidden = !has("wind");
  $("start-over").hidden = !has("start_over");
  const offered = now.state.is_broken ? [] : things();
  const key = JSON.stringify([offered.map((each) => each.name), now.state.is_broken]);
  $("try").hidden = !offered.length && !now.state.is_broken;
  $("try").classList.toggle("big", isFirst && !now.state.is_broken);
  if (key === drawn) return;
  drawn = key;
  $("try").scrollLeft = 0;
  $("try").replaceChildren(...(now.state.is_broken ? [outage()] : offered.map((each, n) => el("button", {
    type: "button", "aria-labelledby": `try-${n}`, "aria-describedby": `note-${n}`, onclick: each.act,
  }, el("strong", { id: `try-${n}`, text: each.name }),
  el("span", { id: `note-${n}`, class: "small", text: each.note })))));
}

function line() {
  return now.state.examples.find((each) => each.startsWith("/logvisit"));
}

function things() {
  const able = [];
  if (line()) {
    able.push({ name: "Log this visit", note: "One typed line fills the form. Then tap Save.", act: logVisit });
  }
  if (has("wind")) {
    able.push(
      { name: `See ${workday()}’s reminder`, note: "At 7:30: what was promised, and whom nobody saw for too long.", act: seeReminder },
      { name: "Read Monday’s digest", note: "The team’s week in six lines, in its channel.", act: readDigest });
  }
  if (has("database") && line()) {
    able.push({ name: "Break something: the database is down", note: "Save in the middle of it, and lose nothing.", act: breakIt });
  }
  if (able.length) {
    able.push({ name: "Move this to your workspace", note: "Five steps, when you have seen enough.", act: showMove });
  }
  return able;
}

// Reminders come Monday to Friday.
function workday() {
  const next = shown(new Date(new Date(now.state.now).getTime() + DAY_MS), { weekday: "long" });
  return ["Saturday", "Sunday"].includes(next) ? "Monday" : "tomorrow";
}

function dm() {
  return now.state.channels.find((each) => each.kind === "im").id;
}

async function logVisit() {
  going(dm());
  await sendLine(line());
}

async function seeReminder() {
  going(dm());
  await showFirstNew(() => wind("workday"));
}

// An admin turns the digest on, as in Slack; it comes at eight where the admin is.
async function readDigest() {
  const channel = now.state.channels.find((each) => each.kind !== "im")?.id;
  const admin = now.state.people.find((each) => each.title === "admin")?.id;
  if (channel) going(channel);
  await showFirstNew(async () => {
    if (channel && admin) await post("say", { as: admin, channel, text: "/touchbase digest here" });
    await wind("monday", admin);
  });
}

// What comes meanwhile is read from its beginning.
async function showFirstNew(act) {
  const { me, channel } = now;
  const before = $("log").querySelectorAll("article").length;
  await act();
  const until = performance.now() + MESSAGE_COMES_MS;
  while (now.me === me && now.channel === channel && performance.now() < until) {
    const first = $("log").querySelectorAll("article")[before];
    if (first) return first.scrollIntoView({ block: "start" });
    await pause();
  }
}

function pause(milliseconds = 50) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

// The form is open and filled before the database goes: what happens to it is the point.
async function breakIt() {
  going(dm());
  const other = now.state.examples.find((each) => !each.startsWith("/"));
  await sendLine(other ? `/logvisit ${other}` : line());
  const until = performance.now() + FORM_COMES_MS;
  while (!now.state.form && performance.now() < until) await pause();
  await post("database", { up: false });
}

// Shown above the composer, and in a form that is open meanwhile.
export function outage() {
  const button = el("button", { type: "button", class: "primary", text: "Bring it back", onclick: async () => {
    button.setAttribute("aria-busy", "true");
    const said = await post("database", { up: true });
    button.removeAttribute("aria-busy");
    if (said) say("The database is back. Nothing you typed is lost.");
  } });
  return el("div", { class: "outage" },
    el("p", {}, el("strong", { text: "The database is down. " }), "The bot’s connections are refused. Save or send something and see what it says."),
    button);
}

async function wind(step, as = now.me) {
  if (now.winding) return;
  now.winding = true;
  $("winding").hidden = false;
  document.querySelectorAll("[data-step]").forEach((each) => each.setAttribute("aria-disabled", "true"));
  say("Winding the clock. What is due by then is being sent…");
  const said = await post("clock", { step, as });
  now.winding = false;
  $("winding").hidden = true;
  document.querySelectorAll("[data-step]").forEach((each) => each.removeAttribute("aria-disabled"));
  if (!said) return;
  const at = new Date(said.now);
  const day = shown(at, { weekday: "long" });
  const isFree = ["Saturday", "Sunday"].includes(day);
  const when = shown(at, { weekday: "long", month: "long", day: "numeric", hour: "numeric", minute: "2-digit" });
  if (now.state.is_broken) say(`It is ${when}. What is due is sent once the database is back.`);
  else say(step !== "hour" && isFree ? `It is ${day}: reminders come Monday to Friday.` : `It is ${when}.`);
}

async function startOver() {
  const words = (text) => ({ type: "plain_text", text });
  if (!(await confirm({
    title: words("Start over?"),
    text: words("Everything logged here makes room for fresh sample data, and the clock goes back to now."),
    confirm: words("Start over"),
    deny: words("Keep it"),
  }))) return;
  now.ending = true;
  say("Getting fresh sample data…");
  $("winding").hidden = false;
  await post("start_over", {});
  await pause(2 * RETRY_MS); // the old server says goodbye
  while (!(await isThere())) await pause(RETRY_MS);
  sessionStorage.clear();
  location.reload();
}

async function isThere() {
  try {
    const answer = await fetch("/sandbox/state");
    return (await answer.json()).has_bot;
  } catch {
    return false;
  }
}

function showMove() {
  const dialog = $("move");
  const close = () => dialog.close();
  dialog.replaceChildren(
    el("header", {}, el("h2", { id: "move-title", text: "Move this to your workspace" }),
      el("button", { type: "button", class: "clear", "aria-label": "Close", text: "×", onclick: close })),
    el("div", { class: "content", tabindex: "0" },
      el("ol", { class: "move" }, ...STEPS.map(([name, how]) => el("li", {},
        el("strong", { text: name }), el("p", {}, ...coded(how))))),
      el("p", { class: "small", text: "About 15 minutes. The README says the same at more length. Nothing of this sandbox goes along: it ends with Ctrl-C." })),
    el("footer", {}, el("button", { type: "button", class: "primary", text: "Got it", onclick: close })));
  dialog.showModal();
}

// Commands and names of settings in a sentence, as code.
function coded(text) {
  return text.split(/((?:\.venv\/bin\/)?touchbase [a-z]+(?: accounts)?|\/touchbase(?: digest here)?|[A-Z]+_[A-Z_]+|connections:write|api\.slack\.com\/apps)/)
    .map((part, n) => (n % 2 ? el("code", { text: part }) : part));
}
