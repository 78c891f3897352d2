// The line one types: the commands it offers, what they take, and what is in the + beside it.

import { $, now, onPhone, say, tell } from "./link.js";
import { menu } from "./menus.js";
import { el } from "./text.js";
import { askForClip } from "./views.js";

const MOST_LINES = 6; // before it scrolls
let offered = [];
let active = 0;
let added = ""; // the shortcuts the + was made for

// A text field that sends its line: with Enter at a desk, with its button everywhere.
export function sends(form, line, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = line.value.trim();
    if (!text) return;
    line.value = "";
    line.dispatchEvent(new Event("input"));
    if ((await send(text)) || line.value) return;
    line.value = text; // it did not get through: nothing typed is lost
    line.dispatchEvent(new Event("input"));
  });
  line.addEventListener("input", () => {
    line.rows = 1;
    while (line.rows < MOST_LINES && line.scrollHeight > line.clientHeight) line.rows += 1;
  });
  line.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.key !== "Enter" || event.shiftKey || event.isComposing || onPhone.matches) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

export function startComposer() {
  $("line").addEventListener("keydown", choose);
  $("line").addEventListener("input", hint);
  $("line").addEventListener("blur", () => setTimeout(hide, 150));
  $("line").addEventListener("focus", hint);
  sends($("composer"), $("line"), sendLine);
}

export function sendLine(text) {
  $("log").scrollTop = $("log").scrollHeight; // and so it follows to the answer
  return tell("say", { channel: now.channel, text });
}

export function put(text) {
  $("line").value = text;
  $("line").focus();
  $("line").dispatchEvent(new Event("input"));
}

// A / at the beginning offers the commands; behind a whole command stands what it takes.
function hint() {
  const line = $("line").value;
  const commands = now.state?.commands ?? [];
  offered = /^\/\S*$/.test(line) ? commands.filter((each) => each.command.startsWith(line)) : [];
  active = 0;
  $("hints").replaceChildren(...offered.map((each, n) => el("li", {
    id: `hint-${n}`, role: "option", "aria-selected": String(n === 0),
    onmousedown: (event) => event.preventDefault(), // the line keeps its focus
    onclick: () => put(`${each.command} `),
  }, el("strong", { text: each.command }), el("span", { class: "small", text: each.usage_hint }),
  el("span", { class: "small", text: each.description }))));
  $("hints").hidden = !offered.length;
  mark();
  const [name, rest] = line.split(/\s(.*)/s);
  const begun = commands.find((each) => each.command === name);
  $("usage").hidden = !begun?.usage_hint || rest === undefined || rest.includes("\n");
  $("usage").textContent = begun ? `${begun.command} ${begun.usage_hint}` : "";
}

function hide() {
  offered = [];
  $("hints").hidden = $("usage").hidden = true;
  mark();
}

function mark() {
  [...$("hints").children].forEach((item, n) => item.setAttribute("aria-selected", String(n === active)));
  if (offered.length) $("line").setAttribute("aria-activedescendant", `hint-${active}`);
  else $("line").removeAttribute("aria-activedescendant");
}

function choose(event) {
  if (!offered.length) return;
  const isWhole = offered.some((each) => each.command === $("line").value);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    active = (active + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
    mark();
  } else if (event.key === "Tab" && !event.shiftKey || (event.key === "Enter" && !isWhole && !onPhone.matches)) {
    put(`${offered[active].command} `);
  } else if (event.key === "Escape") {
    hide();
  } else {
    return;
  }
  event.preventDefault();
}

// The +: the app's global shortcuts, and in the DM a voice clip.
export function drawAdd(isDm) {
  const shortcuts = now.state.shortcuts.filter((each) => each.type === "global");
  const key = JSON.stringify([shortcuts, isDm]);
  if (added === key) return;
  added = key;
  const items = shortcuts.map((each) => ({
    text: each.name, act: () => tell("shortcut", { callback_id: each.callback_id }),
  }));
  if (isDm) items.push({ text: "Voice clip", act: sendClip });
  $("add").replaceChildren(...(items.length ? [menu("Add", "+", items, "up")] : []));
}

async function sendClip() {
  const channel = now.channel;
  const transcript = await askForClip();
  if (transcript === null) return;
  say("");
  await tell("clip", { channel, transcript });
}
