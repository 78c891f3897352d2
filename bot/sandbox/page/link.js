// What the page knows, and its line to the server.

import { el } from "./text.js";

// state    what the server said last
// me       whose eyes it is seen with
// channel  the conversation that is open
// winding  whether the clock is on its way
// ending   whether this sandbox makes room for another one
export const now = { state: null, me: sessionStorage.getItem("me") ?? "", channel: "", winding: false, ending: false };

export const STOPPED = "The sandbox has stopped. Start it again with make demo.";

export const onPhone = matchMedia("(pointer: coarse)"); // there Enter makes a new line, as in Slack

const formats = {}; // made once each: that takes longer than all the rest of a message

export const $ = (id) => document.getElementById(id);

// What the server says to it; null when it refuses or is away, which is then said.
export async function post(name, given) {
  try {
    const answer = await fetch(`/sandbox/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: now.me, ...given }),
    });
    const said = await answer.json();
    if (!answer.ok) say(said.error ?? "That did not work.");
    return answer.ok ? said : null;
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault; // fetch says TypeError for a lost server
    say(STOPPED);
    return null;
  }
}

// The same for what goes on to the bot: whoever waits reads so, and whether it came.
export async function tell(name, given) {
  say("Sending…");
  const said = await post(name, given);
  if (said?.fault === "connection_failed") say("The bot did not answer: is it running?");
  else if (said?.fault === "timeout") say("The bot took longer than three seconds.");
  else if (said) say("");
  return said;
}

export function say(words) {
  $("status").textContent = words;
}

export function everyone() {
  const { names, people, channels } = now.state;
  return { names, people, channels };
}

// Nodes by key, so that what did not change stays where it is, with its focus.
export class Kept {
  #before = new Map();
  #now = new Map();

  clear() {
    this.#before.clear();
  }

  // The node drawn for `key` before, or a new one.
  node(key, make) {
    const name = this.#now.has(key) ? `${key} again ${this.#now.size}` : key;
    const node = this.#before.get(name) ?? make();
    this.#now.set(name, node);
    return node;
  }

  // Make `parent` hold these nodes, moving as few as possible: a moved node loses its focus.
  fill(parent, nodes) {
    this.#before = this.#now;
    this.#now = new Map();
    for (const child of [...parent.children]) if (!nodes.includes(child)) child.remove();
    nodes.forEach((node, n) => {
      if (parent.children[n] !== node) parent.insertBefore(node, parent.children[n] ?? null);
    });
  }
}

export function shown(at, how) {
  const key = JSON.stringify([now.state.zone, how]);
  formats[key] ??= new Intl.DateTimeFormat("en-US", { timeZone: now.state.zone, ...how });
  return formats[key].format(at);
}

export function face(name, isBot) {
  return el("span", { class: isBot ? "face bot" : "face", "aria-hidden": "true", text: name[0] });
}
