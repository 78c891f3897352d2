// The panel of what Slack and the bot said to each other.

import { $, Kept, shown } from "./link.js";
import { closePane, openPane } from "./panes.js";
import { el } from "./text.js";

const LOOK_MS = 1000;
const drawn = new Kept();
let turn = 0;

export async function openPayloads() {
  turn += 1;
  const mine = turn;
  drawn.clear();
  const list = el("div", { class: "exchanges" });
  openPane("payloads", "Payloads", closePayloads,
    el("p", { class: "small", text: "What Slack sent the bot and what the bot asked of Slack, newest first. Tokens, triggers and one-use addresses are left out." }),
    list);
  $("show-payloads").setAttribute("aria-expanded", "true");
  $("payloads-title").focus();
  let known = -1;
  while (mine === turn) {
    const told = await latest(known);
    if (mine !== turn) return;
    if (told?.exchanges) {
      known = told.changes;
      drawn.fill(list, told.exchanges.reverse().map(
        (each) => drawn.node(`${each.number} ${each.outcome}`, () => exchangeNode(each))));
    }
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

export function closePayloads() {
  turn += 1;
  $("show-payloads").setAttribute("aria-expanded", "false");
  closePane("payloads");
}

async function latest(known) {
  try {
    return await (await fetch(`/sandbox/payloads?known=${known}`)).json();
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault; // the server is away; the page says so
    return null;
  }
}

function exchangeNode(each) {
  const way = each.to_app ? "Slack → bot" : "bot → Slack";
  const time = shown(new Date(each.at), { hour: "numeric", minute: "2-digit", second: "2-digit" });
  return el("details", {},
    el("summary", {}, el("span", { class: "badge", text: way }), el("strong", { text: each.name }),
      el("span", { class: "small", text: [each.outcome, time].filter(Boolean).join(" · ") })),
    part(each.to_app ? "Slack sent" : "The bot asked", each.asked),
    each.answered === null ? null : part(each.to_app ? "The bot answered" : "Slack answered", each.answered));
}

function part(title, what) {
  const text = typeof what === "string" ? what : JSON.stringify(what, null, 2);
  const copy = el("button", { type: "button", text: "Copy", "aria-label": `Copy what ${title}`, onclick: async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  } });
  return el("div", { class: "payload" },
    el("div", { class: "label" }, el("strong", { text: title }), copy),
    el("pre", { tabindex: "0", text }));
}
