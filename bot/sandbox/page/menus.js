// A button that opens a list of things to do.

import { el } from "./text.js";

let made = 0;

// label   what a screen reader says of the button; `shown` is what stands on it
// items   [{text, act}], top to bottom
export function menu(label, shown, items, kind = "") {
  made += 1;
  const id = `menu-${made}`;
  const list = el("ul", { id, role: "menu", "aria-label": label, hidden: true });
  const opener = el("button", {
    type: "button", class: "dots", "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false",
    "aria-controls": id, text: shown, onclick: () => (list.hidden ? open() : close()),
    onkeydown: (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      open();
    },
  });
  list.append(...items.map((item) => el("li", { role: "none" }, el("button", {
    type: "button", role: "menuitem", tabindex: "-1", text: item.text,
    onclick: () => { close(); item.act(); },
  }))));
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) buttons.at(to % buttons.length).focus();
    else if (event.key !== "Escape") return;
    else close();
    event.preventDefault();
    event.stopPropagation(); // Escape closes the list, not the form around it
  });

  function open() {
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    list.querySelector("button")?.focus({ preventScroll: true });
    list.scrollIntoView({ block: "nearest" });
  }

  function close() {
    if (list.hidden) return;
    const inside = list.contains(document.activeElement);
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (inside) opener.focus();
  }

  const whole = el("div", { class: `overflow ${kind}`.trim(), onfocusout: (event) => {
    if (!whole.contains(event.relatedTarget)) close();
  } }, opener, list);
  return whole;
}
