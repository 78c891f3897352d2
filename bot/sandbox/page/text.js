// Slack's texts as DOM nodes. Nothing here ever becomes HTML source, so nothing needs escaping.

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const EMOJI = {
  alarm_clock: "⏰", bell: "🔔", calendar: "📅", eyes: "👀", hospital: "🏥", phone: "☎️",
  pushpin: "📌", tada: "🎉", thumbsup: "👍", warning: "⚠️", wave: "👋", white_check_mark: "✅", x: "❌",
};
// In this order: what stands in code is never marked up.
const MARKS = [
  [/```\n?([\s\S]+?)```/, "pre"],
  [/`([^`\n]+)`/, "code"],
  [/(?<![\w*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\w*])/, "strong"],
  [/(?<![\w_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\w_])/, "em"],
  [/(?<![\w~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\w~])/, "s"],
];
const CONTROL = /<([^<>\n]+)>/;

export function el(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child || child === ""));
  return node;
}

// While `work` goes on the button shows it, keeps its focus and takes no second press.
export async function busy(button, work) {
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

export function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

// A text object: {type: "plain_text" | "mrkdwn", text}.
export function textOf(object, names) {
  if (object.type !== "mrkdwn") {
    return el("span", { class: "plain", text: emoji(object.text, object.emoji !== false) });
  }
  return marked(object.text, names);
}

export function marked(text, names) {
  const whole = el("span", { class: "marked" });
  if (!/^(?:&gt;|>)/m.test(text)) {
    whole.append(...nodes(text, names));
    return whole;
  }
  for (const line of text.split("\n")) {
    const inner = line.match(/^(?:&gt;|>) ?(.*)$/);
    whole.append(inner ? el("blockquote", {}, ...nodes(inner[1], names))
      : el("span", { class: "line" }, ...nodes(line, names)));
  }
  return whole;
}

function nodes(text, names) {
  for (const [shape, tag] of MARKS) {
    const found = text.match(shape);
    if (!found) continue;
    const isCode = tag === "pre" || tag === "code";
    const inner = isCode ? [unescaped(found[1])] : nodes(found[1], names);
    return [
      ...nodes(text.slice(0, found.index), names),
      el(tag, {}, ...inner),
      ...nodes(text.slice(found.index + found[0].length), names),
    ];
  }
  const control = text.match(CONTROL);
  if (!control) return text ? [emoji(unescaped(text), true)] : [];
  return [
    ...nodes(text.slice(0, control.index), names),
    controlNode(control[1], names),
    ...nodes(text.slice(control.index + control[0].length), names),
  ];
}

function controlNode(inner, names) {
  const [target, label] = inner.split("|", 2);
  if (target.startsWith("@")) {
    return el("span", { class: "mention", text: `@${names[target.slice(1)] ?? label ?? "someone"}` });
  }
  if (target.startsWith("#")) return el("span", { class: "mention", text: `#${label ?? target.slice(1)}` });
  if (target.startsWith("!date^")) return el("span", { text: unescaped(label ?? "") });
  if (target.startsWith("!")) return el("span", { class: "mention", text: `@${target.slice(1)}` });
  return link(unescaped(target), unescaped(label ?? target));
}

// A file of this server's, to be kept.
export function keep(target, label) {
  const name = decodeURIComponent(target.slice(target.lastIndexOf("/") + 1));
  return el("a", { class: "file", href: target, download: name, text: label });
}

export function link(target, label) {
  const files = `${location.origin}/files/`;
  if (target.startsWith(files)) return keep(target, label);
  const isWeb = /^(https?|mailto|tel):/i.test(target);
  return isWeb ? el("a", { href: target, target: "_blank", rel: "noreferrer noopener", text: label })
    : el("span", { text: label });
}

function emoji(text, wanted) {
  return wanted ? text.replace(/:([a-z0-9_+-]+):/g, (code, name) => EMOJI[name] ?? code) : text;
}
