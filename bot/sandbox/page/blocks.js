// Block Kit as DOM nodes.

import { input } from "./inputs.js";
import { busy, el, link, marked, textOf } from "./text.js";

// The key under which each kind of element keeps its value.
export const HOLDS = {
  plain_text_input: "value", number_input: "value", email_text_input: "value", url_text_input: "value",
  static_select: "selected_option", external_select: "selected_option", radio_buttons: "selected_option",
  multi_static_select: "selected_options", multi_external_select: "selected_options",
  checkboxes: "selected_options", datepicker: "selected_date", timepicker: "selected_time",
  users_select: "selected_user", conversations_select: "selected_conversation",
  channels_select: "selected_channel",
};

// context:
//   names, people, channels   who and where, for mentions and menus
//   value(block, element)     what an input holds
//   told(block, element, value, how)   it changed, or a button was pressed (value null)
//   ask(block, element, query)         options for a lookup
//   error(block)              what is wrong with an input, or nothing
export function blockNode(block, context) {
  const maker = BLOCKS[block.type];
  const node = maker ? maker(block, context)
    : el("p", { class: "small", text: `A ${block.type} block is not drawn here.` });
  node.classList.add("block", block.type);
  return node;
}

function section(block, context) {
  const words = el("div", { class: "words" });
  if (block.text) words.append(textOf(block.text, context.names));
  if (block.fields) {
    words.append(el("div", { class: "fields" }, ...block.fields.map(
      (field) => el("div", {}, textOf(field, context.names)))));
  }
  return el("div", {}, words, block.accessory && elementNode(block, block.accessory, context));
}

function context_(block, context) {
  return el("div", {}, ...block.elements.map((element) => (element.type === "image"
    ? picture(element) : textOf(element, context.names))));
}

function actions(block, context) {
  return el("div", {}, ...block.elements.map((element) => elementNode(block, element, context)));
}

function picture(element) {
  if (!element.slack_file) return el("span", { class: "small", text: element.alt_text }); // of another server
  const src = `/sandbox/file?id=${element.slack_file.id}`;
  return el("img", { src, alt: element.alt_text, loading: "lazy" });
}

// A tap shows it as large as it is.
function enlarged(picture) {
  return picture.src ? el("a", { href: picture.src, target: "_blank" }, picture) : picture;
}

function image(block) {
  return el("figure", {}, block.title && el("figcaption", { text: block.title.text }), enlarged(picture(block)));
}

function inputBlock(block, context) {
  const id = idOf(block, block.element);
  const isGroup = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const wrong = context.error(block);
  const control = elementNode(block, block.element, context);
  const focused = fieldIn(control, id);
  const notes = [];
  if (block.hint) notes.push(el("p", { id: `${id}-hint`, class: "small", text: block.hint.text }));
  if (wrong) notes.push(el("p", { id: `${id}-error`, class: "error", role: "alert", text: wrong }));
  if (notes.length) focused.setAttribute("aria-describedby", notes.map((note) => note.id).join(" "));
  if (wrong) focused.setAttribute("aria-invalid", "true");
  if (isGroup) control.setAttribute("aria-label", block.label.text);
  const label = el("div", { class: "label" },
    isGroup ? el("span", { text: block.label.text }) : el("label", { for: id, text: block.label.text }),
    block.optional && el("span", { class: "small", text: "optional" }));
  return el("div", {}, label, control, ...notes);
}

function elementNode(block, element, context) {
  if (element.type === "image") return picture(element);
  if (element.type === "button") return button(block, element, context);
  const told = async (value, how) => {
    if (element.confirm && !how?.typing && !(await context.confirm(element.confirm, context.names))) {
      control.replaceWith(elementNode(block, element, context)); // as it was before the choice
      return;
    }
    context.told(block, element, value, how);
  };
  const control = input(element, context.value(block, element), told, {
    id: idOf(block, element),
    people: context.people,
    channels: context.channels,
    ask: (query) => context.ask(block, element, query),
  });
  if (block.type !== "input" && element.placeholder) {
    fieldIn(control, idOf(block, element)).setAttribute("aria-label", element.placeholder.text); // no label stands beside it
  }
  return control;
}

function fieldIn(control, id) {
  return control.matches("input, select, textarea") ? control : control.querySelector(`#${id}`) ?? control;
}

function button(block, element, context) {
  return el("button", {
    type: "button",
    class: element.style ?? "",
    "aria-label": element.accessibility_label,
    text: element.text.text,
    onclick: async (event) => {
      const pressed = event.currentTarget;
      if (element.confirm && !(await context.confirm(element.confirm, context.names))) return;
      if (element.url) link(element.url, "").click();
      await busy(pressed, () => context.told(block, element, null, { pressed: true }));
    },
  });
}

export function idOf(block, element) {
  return `f-${block.block_id}-${element.action_id}`.replace(/[^\w-]/g, "_");
}

function table(block, context) {
  return el("div", {}, el("table", {}, ...block.rows.map((row) => el("tr", {}, ...row.map(
    (cell) => el("td", {}, cell.type === "rich_text" ? richText(cell, context) : cell.text))))));
}

function richText(block, context) {
  return el("div", {}, ...block.elements.map((part) => richPart(part, context)));
}

function richPart(part, context) {
  if (part.type === "rich_text_list") {
    return el(part.style === "ordered" ? "ol" : "ul", {},
      ...part.elements.map((each) => el("li", {}, ...inline(each, context))));
  }
  const tags = { rich_text_preformatted: "pre", rich_text_quote: "blockquote" };
  return el(tags[part.type] ?? "div", { class: "plain" }, ...inline(part, context));
}

function inline(part, context) {
  return part.elements.map((piece) => {
    if (piece.type === "link") return link(piece.url, piece.text ?? piece.url);
    if (piece.type === "user") return marked(`<@${piece.user_id}>`, context.names);
    if (piece.type === "channel") return marked(`<#${piece.channel_id}>`, context.names);
    const tags = { bold: "strong", italic: "em", strike: "s", code: "code" };
    return Object.keys(piece.style ?? {}).filter((name) => piece.style[name] && tags[name]).reduce(
      (inner, name) => el(tags[name], {}, inner), el("span", { text: piece.text ?? "" }));
  });
}

const BLOCKS = {
  section,
  context: context_,
  actions,
  image,
  input: inputBlock,
  table,
  rich_text: richText,
  divider: () => el("hr"),
  header: (block) => el("h3", { text: block.text.text }),
  markdown: (block) => el("div", { class: "plain", text: block.text }),
  alert: (block, context) => el("div", { role: "note" }, textOf(block.text, context.names)),
};
