// The panes beside the conversation, on a phone before it: one at a time, closed with Escape.

import { $ } from "./link.js";
import { el } from "./text.js";

const PANES = ["thread", "payloads"];
let opener = null; // what had the focus before
let closers = {};

export function openPane(id, title, close, ...children) {
  for (const other of PANES) if (other !== id && !$(other).hidden) closers[other]();
  if ($(id).hidden) opener = document.activeElement;
  closers[id] = close;
  $(id).replaceChildren(
    el("header", {}, el("h2", { id: `${id}-title`, tabindex: "-1", text: title }),
      el("button", { type: "button", class: "clear", "aria-label": `Close ${title.toLowerCase()}`, text: "×", onclick: close })),
    ...children);
  $(id).hidden = false;
}

export function closePane(id) {
  if ($(id).hidden) return;
  const had = $(id).contains(document.activeElement);
  $(id).hidden = true;
  $(id).replaceChildren();
  if (had) (opener?.isConnected ? opener : $("line")).focus();
}

for (const id of PANES) {
  $(id).addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) closers[id]();
  });
}
