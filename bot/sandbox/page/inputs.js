// The elements people fill in. Each is made by `input(element, value, told)`: `value` is what it
// holds, in the shape of Slack's payloads, and `told(value)` is called when that changes.

import { menu } from "./menus.js";
import { el } from "./text.js";

const ASK_AFTER_MS = 150;
const LEAST_LETTERS = 3;
let made = 0;

// context: {id, names, people, channels, ask(query) -> options}
export function input(element, value, told, context) {
  const maker = MAKERS[element.type];
  if (!maker) return el("span", { class: "small", text: `(${element.type})` });
  return maker(element, value, told, context);
}

function placeholder(element) {
  return element.placeholder?.text;
}

function typed(element, value, told, context) {
  const tag = element.multiline ? "textarea" : "input";
  const types = { number_input: "text", email_text_input: "email", url_text_input: "url" };
  const node = el(tag, {
    id: context.id,
    type: element.multiline ? undefined : types[element.type] ?? "text",
    inputmode: element.type === "number_input" ? "decimal" : undefined,
    rows: element.multiline ? 4 : undefined,
    placeholder: placeholder(element),
    oninput: () => told(node.value || null, { typing: true }),
    onkeydown: (event) => {
      if (event.key === "Enter" && !element.multiline) {
        event.preventDefault();
        told(node.value || null, { entered: true });
      }
    },
  });
  node.value = value ?? "";
  return node;
}

function day(element, value, told, context) {
  const type = element.type === "datepicker" ? "date" : "time";
  const node = el("input", { id: context.id, type, onchange: () => told(node.value || null) });
  node.value = value ?? "";
  return node;
}

function optionsOf(element) {
  return (element.option_groups ?? [{ options: element.options ?? [] }]).flatMap((group) => group.options);
}

function chooser(options, value, told, context, words, isSame) {
  const node = el("select", {
    id: context.id,
    onchange: () => told(node.value === "" ? null : options[Number(node.value)]),
  });
  node.append(el("option", { value: "", text: words ?? "Choose" }));
  options.forEach((option, n) => {
    const shown = option.text ? option.text.text : option.shown;
    node.append(el("option", { value: String(n), text: shown, selected: value && isSame(option, value) }));
  });
  return node;
}

function staticSelect(element, value, told, context) {
  const isSame = (option, held) => option.value === held.value;
  return chooser(optionsOf(element), value, told, context, placeholder(element), isSame);
}

function idSelect(kind) {
  return (element, value, told, context) => {
    const options = context[kind].map((each) => ({ id: each.id, shown: each.name }));
    const tell = (option) => told(option ? option.id : null);
    return chooser(options, value, tell, context, placeholder(element), (option, held) => option.id === held);
  };
}

function ticked(element, value, told, context) {
  const several = element.type === "checkboxes";
  let held = several ? [...(value ?? [])] : value;
  const group = el("div", { id: context.id, class: "ticks", role: several ? "group" : "radiogroup" });
  made += 1;
  const name = `ticks-${made}`;
  for (const option of element.options) {
    const chosen = several ? held.some((each) => each.value === option.value) : held?.value === option.value;
    const box = el("input", { type: several ? "checkbox" : "radio", name, onchange: () => {
      if (!several) held = option;
      else if (box.checked) held = [...held, option];
      else held = held.filter((each) => each.value !== option.value);
      told(held);
    } });
    box.checked = chosen;
    const note = option.description && el("small", { text: option.description.text });
    group.append(el("label", {}, box, el("span", { text: option.text.text }), note));
  }
  return group;
}

function overflow(element, value, told) {
  return menu("Menu", "⋯", element.options.map((option) => ({ text: option.text.text, act: () => told(option) })));
}

// A field that looks things up as one types; with `several` it collects what is chosen as chips.
function lookup(element, value, told, context) {
  const several = element.type.startsWith("multi_");
  const least = element.min_query_length ?? LEAST_LETTERS;
  const fixed = element.type === "multi_static_select" ? optionsOf(element) : null;
  let held = several ? [...(value ?? [])] : value;
  let options = [], active = -1, timer = 0, asked = 0;
  const listId = `${context.id}-list`;
  const chips = el("span", { class: "chips" });
  const list = el("ul", { id: listId, role: "listbox", hidden: true });
  const box = el("input", {
    id: context.id, type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
    "aria-expanded": "false", "aria-controls": listId, placeholder: placeholder(element),
    onfocus: () => { box.select(); if (!box.dataset.quiet) look(several ? box.value : ""); },
    onclick: () => { if (!list.childElementCount) look(several ? box.value : ""); },
    oninput: () => look(box.value),
    onkeydown: keys,
    onblur: () => setTimeout(() => { close(); restore(); }, 150),
  });
  const clear = el("button", {
    type: "button", class: "clear", "aria-label": "Clear", text: "×",
    onclick: () => { choose(null); box.focus(); },
  });
  const whole = el("div", { class: "lookup" }, chips, box, several ? null : clear, list);

  function restore() {
    box.value = several ? "" : held?.text.text ?? "";
    clear.hidden = several || !held;
    chips.replaceChildren(...(several ? held : []).map((option, n) => el("span", { class: "chip" },
      el("span", { text: option.text.text }),
      el("button", { type: "button", "aria-label": `Remove ${option.text.text}`, text: "×", onclick: () => {
        held = held.filter((_, place) => place !== n);
        told(held);
        restore();
      } }))));
  }

  function look(query) {
    clearTimeout(timer);
    asked += 1;
    const turn = asked;
    if (fixed) return show(fixed.filter((o) => o.text.text.toLowerCase().includes(query.toLowerCase())));
    if (query.length < least) return close();
    timer = setTimeout(async () => {
      const found = await context.ask(query);
      if (turn === asked && document.activeElement === box) show(found);
    }, query ? ASK_AFTER_MS : 0);
  }

  function show(found) {
    options = found;
    active = -1;
    list.replaceChildren(...found.map((option, n) => el("li", {
      id: `${listId}-${n}`, role: "option", "aria-selected": "false", text: option.text.text,
      onmousedown: (event) => event.preventDefault(),
      onclick: () => choose(option),
    })));
    if (!found.length) list.append(el("li", { class: "none", text: "No results" }));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    list.scrollIntoView({ block: "nearest" });
  }

  function close() {
    asked += 1;
    clearTimeout(timer);
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    if (!several) held = option;
    else if (option && !held.some((each) => each.value === option.value)) held = [...held, option];
    close();
    restore();
    told(held);
  }

  function keys(event) {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return look(several ? box.value : "");
      mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!list.hidden && options.length) choose(options[Math.max(active, 0)]);
    } else if (event.key === "Backspace" && several && !box.value && held.length) {
      held = held.slice(0, -1);
      told(held);
      restore();
    }
  }

  function mark(wanted) {
    active = (wanted + options.length) % Math.max(options.length, 1);
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === active)));
    box.setAttribute("aria-activedescendant", `${listId}-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  restore();
  return whole;
}

const MAKERS = {
  plain_text_input: typed,
  number_input: typed,
  email_text_input: typed,
  url_text_input: typed,
  datepicker: day,
  timepicker: day,
  static_select: staticSelect,
  external_select: lookup,
  multi_external_select: lookup,
  multi_static_select: lookup,
  users_select: idSelect("people"),
  conversations_select: idSelect("channels"),
  channels_select: idSelect("channels"),
  checkboxes: ticked,
  radio_buttons: ticked,
  overflow,
};
