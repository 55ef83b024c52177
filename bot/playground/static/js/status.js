// "Ragtime is looking through 412 documents…": what the app is doing, with keys that play.

import { h } from "./dom.js";
import { botUser } from "./store.js";

const EVERY = 2500;

/** The line for a status; where the app gave several sentences, they take turns. */
export function statusLine(status) {
  const sentences = status.loading_messages?.length
    ? status.loading_messages
    : [`${botUser()?.real_name} ${status.status}`];
  const words = h("span", {}, sentences[0]);
  const keys = h("span", { class: "keys", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));
  let turn = 0;
  const timer = setInterval(() => {
    if (!words.isConnected && turn > 0) clearInterval(timer);
    turn += 1;
    words.textContent = sentences[turn % sentences.length];
  }, EVERY);
  if (sentences.length === 1) clearInterval(timer);
  return h("div", { class: "status" }, keys, words);
}
