// The pane beside the conversation with one message and its replies.

import { sends } from "./composer.js";
import { $, Kept, now, onPhone, say, tell } from "./link.js";
import { messageNode } from "./log.js";
import { closePane, openPane } from "./panes.js";
import { el } from "./text.js";

const drawn = new Kept();
let open = null; // {channel, ts}

export function openThread(channel, ts) {
  open = { channel, ts };
  drawn.clear();
  const line = el("textarea", { id: "reply", rows: 1, placeholder: "Reply" });
  const form = el("form", { class: "reply", autocomplete: "off" },
    el("label", { for: "reply", class: "hidden", text: "Reply in the thread" }), line,
    el("button", { type: "submit", class: "primary", text: "Reply" }));
  sends(form, line, (text) => {
    if (!text.startsWith("/")) return tell("say", { channel, text, thread: ts });
    say("Slack takes no commands in a thread.");
    return null;
  });
  openPane("thread", "Thread", closeThread,
    el("div", { class: "replies-log", role: "log", "aria-label": "Thread", tabindex: "0" }), form);
  drawThread();
  (onPhone.matches ? $("thread-title") : line).focus(); // no keyboard over what one came to read
}

export function closeThread() {
  open = null;
  closePane("thread");
}

export function drawThread() {
  if (!open) return;
  const all = now.state.messages[open.channel] ?? [];
  const mine = all.filter((each) => each.ts === open.ts || each.thread === open.ts);
  if (open.channel !== now.channel || !mine.length) return closeThread();
  const log = $("thread").querySelector(".replies-log");
  const before = log.childElementCount;
  drawn.fill(log, mine.map((message) => drawn.node(JSON.stringify([message, now.state.names]), () => messageNode(message))));
  if (log.childElementCount > before) log.scrollTop = log.scrollHeight;
}
