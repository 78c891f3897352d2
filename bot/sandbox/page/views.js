// The form in front of the page, the Home tab, and the questions before a button does its work.

import { blockNode, HOLDS } from "./blocks.js";
import { $, everyone, Kept, now, onPhone, post, say } from "./link.js";
import { busy, el, textOf } from "./text.js";
import { outage } from "./tour.js";

const TYPED = ["plain_text_input", "number_input", "email_text_input", "url_text_input"];
const drawn = { form: new Kept(), home: new Kept() };
// What stands in the fields of each, {block_id: {action_id: value}}, and whose they are.
const typed = { form: {}, home: {} };
const typedIn = { form: "", home: "" };
let shownWrong = ""; // the complaints one was led to already

export function drawForm() {
  const form = now.state.form;
  if (!form) return closeForm();
  if (typedIn.form !== form.id) {
    typedIn.form = form.id;
    typed.form = {};
    drawn.form.clear();
    $("form").replaceChildren(...frame());
  }
  $("form").querySelector("#form-title").textContent = form.title.text;
  const fields = $("form").querySelector(".content");
  const held = document.activeElement?.id;
  drawBlocks("form", fields);
  drawOutage();
  $("form").querySelector(".trouble").textContent = form.trouble;
  const submit = $("form").querySelector("[data-save]");
  submit.hidden = !form.submit;
  submit.textContent = form.submit?.text ?? "";
  $("form").querySelector("[data-cancel]").textContent = form.close?.text ?? "Cancel";
  if (!$("form").open) {
    $("form").showModal();
    begin(fields);
  } else if (document.activeElement === document.body && held) {
    focusQuietly(document.getElementById(held)); // the field was drawn anew under its typist
  }
  const wrong = JSON.stringify(form.errors);
  if (wrong !== shownWrong && wrong !== "{}") showFirstError(fields);
  shownWrong = wrong;
}

export function drawHome() {
  const home = now.state.home;
  if (!home) {
    closeHome();
    $("home").replaceChildren(el("p", { class: "welcome", text: "Nothing is on this Home yet." }));
    return;
  }
  if (typedIn.home !== home.id) {
    closeHome();
    typedIn.home = home.id;
    $("home").replaceChildren();
  }
  drawBlocks("home", $("home"));
}

export function closeHome() {
  typedIn.home = "";
  typed.home = {};
  drawn.home.clear();
}

export function closeForm() {
  typedIn.form = "";
  typed.form = {};
  drawn.form.clear();
  shownWrong = "";
  const wasOpen = $("form").open;
  $("form").close();
  $("form").replaceChildren();
  // The dialog gives the focus back, unless what it came from is gone.
  if (wasOpen && document.activeElement === document.body) (onPhone.matches ? $("log") : $("line")).focus();
}

function drawBlocks(kind, parent) {
  const view = now.state[kind];
  const context = viewContext(kind, view.id);
  const nodes = view.blocks.map((block) => {
    const key = JSON.stringify([view.id, block, view.errors[block.block_id] ?? ""]);
    return drawn[kind].node(key, () => blockNode(block, context));
  });
  drawn[kind].fill(parent, nodes);
}

function showFirstError(fields) {
  const wrong = fields.querySelector("[aria-invalid]");
  if (!wrong || fields.contains(document.activeElement)) return; // do not pull a typist away
  focusQuietly(wrong); // a list that opens would hide what is wrong
  wrong.closest(".block").scrollIntoView({ block: "center" });
}

function focusQuietly(field) {
  if (!field) return;
  field.dataset.quiet = "yes";
  field.focus({ preventScroll: true });
  delete field.dataset.quiet;
}

// At a desk one begins to type at once; on a phone the keyboard would hide half of the form.
function begin(fields) {
  const first = onPhone.matches ? null : fields.querySelector("input, select, textarea");
  focusQuietly(first ?? $("form-title"));
  fields.scrollTop = 0;
}

function drawOutage() {
  const place = $("form").querySelector(".down");
  const isShown = place.querySelector("button") !== null;
  if (isShown === now.state.is_broken) return;
  const back = el("p", { class: "outage", text: "The database is back, and what you typed is still here. Save it." });
  place.replaceChildren(now.state.is_broken ? outage() : back);
  if (isShown) $("form").querySelector("[data-save]").focus();
}

function frame() {
  const close = (all) => post("close", { view: typedIn.form, all });
  return [
    el("header", {}, el("h2", { id: "form-title", tabindex: "-1" }),
      el("button", { type: "button", class: "clear", "aria-label": "Close", text: "×", onclick: () => close(true) })),
    el("div", { class: "down", role: "status" }),
    el("div", { class: "content" }),
    el("p", { class: "error trouble", role: "alert" }),
    el("footer", {},
      el("button", { type: "button", "data-cancel": true, onclick: () => close(false) }),
      el("button", { type: "button", class: "primary", "data-save": true, onclick: save })),
  ];
}

async function save(event) {
  say("");
  shownWrong = "";
  await busy(event.currentTarget, async () => {
    const said = await post("submit", { view: typedIn.form, values: typed.form });
    // The line below the conversation is hidden behind the form.
    if (!said && $("form").open) $("form").querySelector(".trouble").textContent = $("status").textContent;
  });
}

// Escape: the app is told, as with Cancel.
export function cancelForm() {
  post("close", { view: typedIn.form, all: false });
}

function viewContext(kind, id) {
  return {
    ...everyone(),
    confirm,
    value: (block, element) => {
      const mine = typed[kind][block.block_id]?.[element.action_id];
      if (mine !== undefined) return mine;
      return now.state[kind]?.values[block.block_id]?.[element.action_id]?.[HOLDS[element.type]] ?? null;
    },
    error: (block) => now.state[kind]?.errors[block.block_id],
    told: (block, element, value, how = {}) => {
      const holds = element.type in HOLDS;
      if (holds) (typed[kind][block.block_id] ??= {})[element.action_id] = value;
      if (!tellsApp(block, element, how)) return null;
      const at = { view: id, block: block.block_id, action: element.action_id };
      say("");
      return post("use", { ...at, value, values: typed[kind] });
    },
    ask: async (block, element, query) => {
      const at = { view: id, block: block.block_id, action: element.action_id };
      return (await post("options", { ...at, query }))?.options ?? [];
    },
  };
}

// Whether Slack would tell the app of this change at once.
export function tellsApp(block, element, how) {
  if (block.type !== "input") return !how.typing;
  if (!block.dispatch_action) return false;
  if (!TYPED.includes(element.type)) return true;
  const wanted = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return (how.typing && wanted.includes("on_character_entered")) || (how.entered && wanted.includes("on_enter_pressed"));
}

// A question before something is done; whether the answer was yes.
export function confirm(question, names) {
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

// A clip: what somebody says, typed here; "" for one that Slack cannot hear.
export function askForClip() {
  return new Promise((done) => {
    const dialog = $("clip");
    const words = el("textarea", { id: "clip-words", rows: 4, "aria-describedby": "clip-hint" });
    const answer = (said) => { dialog.close(); dialog.replaceChildren(); done(said); };
    dialog.replaceChildren(
      el("h2", { id: "clip-title", text: "Voice clip" }),
      el("div", { class: "content" },
        el("label", { for: "clip-words", text: "What Slack would hear" }),
        words,
        el("p", { id: "clip-hint", class: "small",
          text: "In Slack you would speak. Here you type it, and it is sent as the clip's transcript. Leave it empty for a clip without one." })),
      el("footer", {},
        el("button", { type: "button", text: "Cancel", onclick: () => answer(null) }),
        el("button", { type: "button", class: "primary", text: "Send clip", onclick: () => answer(words.value.trim()) })));
    dialog.oncancel = () => done(null);
    dialog.showModal();
    words.focus();
  });
}
