// The messages of a conversation as DOM nodes, and what one can do on them.

import { blockNode } from "./blocks.js";
import { $, everyone, face, Kept, now, post, say, shown, tell } from "./link.js";
import { menu } from "./menus.js";
import { el, keep, marked } from "./text.js";
import { openThread } from "./threads.js";
import { confirm, tellsApp } from "./views.js";

const NEAR_THE_END = 60; // pixels: whoever reads the last message follows to the next
const drawn = new Kept();

export function clearLog() {
  drawn.clear();
  $("log").replaceChildren();
}

// Those of the open conversation; replies stand in their thread, unless that has no beginning.
export function drawLog(welcome) {
  const log = $("log");
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END;
  const before = log.childElementCount;
  const all = now.state.messages[now.channel];
  const known = new Set(all.map((message) => message.ts));
  const replies = Map.groupBy(all.filter((each) => known.has(each.thread)), (each) => each.thread);
  const children = [];
  let day = "";
  for (const message of all.filter((each) => !known.has(each.thread))) {
    const thisDay = shown(timeOf(message), { weekday: "long", month: "long", day: "numeric" });
    if (thisDay !== day) children.push(drawn.node(`day ${thisDay}`, () => el("h3", { class: "day", text: thisDay })));
    day = thisDay;
    const answers = replies.get(message.ts)?.length ?? 0;
    const key = JSON.stringify([message, answers, now.state.names, now.state.shortcuts]);
    children.push(drawn.node(key, () => messageNode(message, answers)));
  }
  if (!children.length) children.push(drawn.node("welcome", welcome));
  drawn.fill(log, children);
  if (!wasAtEnd && before) return;
  // A message that only grew is followed no further than to its beginning.
  const isNew = log.childElementCount !== before;
  const begins = log.lastElementChild.offsetTop - log.offsetTop;
  log.scrollTop = isNew ? log.scrollHeight : Math.max(log.scrollTop, Math.min(log.scrollHeight, begins));
}

function timeOf(message) {
  return new Date(Number(message.ts) * 1000);
}

export function messageNode(message, answers = 0) {
  const channel = now.channel;
  const body = el("div", { class: "body" });
  if (message.blocks.length) {
    const context = messageContext(message);
    body.append(...message.blocks.map((block) => blockNode(block, context)));
  } else if (message.text) {
    body.append(marked(message.text, now.state.names));
  }
  body.append(...message.files.map(fileNode));
  if (answers) {
    body.append(el("button", {
      type: "button", class: "replies", text: answers === 1 ? "1 reply" : `${answers} replies`,
      onclick: () => openThread(channel, message.ts),
    }));
  }
  return el("article", { class: message.ephemeral ? "message ephemeral" : "message", "data-ts": message.ts },
    face(message.name, message.is_bot),
    el("div", { class: "who" }, el("strong", { text: message.name }),
      message.is_bot ? el("span", { class: "badge", text: "APP" }) : null,
      el("time", { text: shown(timeOf(message), { hour: "numeric", minute: "2-digit" }) }),
      message.edited ? el("span", { class: "small", text: "(edited)" }) : null),
    moreActions(message, channel),
    message.ephemeral ? el("p", { class: "small only", text: "👁 Only visible to you" }) : null,
    body);
}

function fileNode(file) {
  if (file.subtype !== "slack_audio") return keep(`/files/${file.user}/${file.id}/${encodeURIComponent(file.name)}`, `📄 ${file.title}`);
  const preview = file.transcription?.preview;
  const words = preview ? `“${preview.content}${preview.has_more ? "…" : ""}”` : "No transcript";
  return el("div", { class: "clip" },
    el("p", { class: "file", text: `🎤 Voice clip, ${Math.round(file.duration_ms / 1000)} s` }),
    el("p", { class: "small", text: words }));
}

// The ⋯ of a message: the app's own shortcuts, and its thread. What only one person sees has none.
function moreActions(message, channel) {
  if (message.ephemeral) return null;
  const at = { channel, ts: message.ts };
  const items = now.state.shortcuts.filter((each) => each.type === "message").map((each) => ({
    text: each.name, act: () => tell("shortcut", { ...at, callback_id: each.callback_id }),
  }));
  items.push({ text: "Reply in thread", act: () => openThread(channel, message.thread ?? message.ts) });
  return menu("More actions", "⋯", items, "more");
}

function messageContext(message) {
  const at = { channel: now.channel, ts: message.ts };
  const typed = {};
  const starts = ["initial_option", "initial_options", "initial_date", "initial_time", "initial_value"];
  return {
    ...everyone(),
    confirm,
    value: (block, element) => typed[block.block_id]?.[element.action_id]
      ?? starts.map((name) => element[name]).find(Boolean) ?? null,
    error: () => null,
    told: (block, element, value, how = {}) => {
      (typed[block.block_id] ??= {})[element.action_id] = value;
      if (!tellsApp(block, element, how)) return null;
      say("");
      return post("press", { ...at, block: block.block_id, action: element.action_id, value, values: typed });
    },
    ask: async (block, element, query) => {
      const said = await post("options", { ...at, block: block.block_id, action: element.action_id, query });
      return said?.options ?? [];
    },
  };
}
