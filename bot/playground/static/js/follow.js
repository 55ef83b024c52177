// Where a list of messages stands: what is new shows from its start, and nobody is moved who reads elsewhere.

import { state } from "./store.js";

const NEAR_BOTTOM = 80;

/** Keeps `element`, which scrolls the rows of `list`, where its reader wants it. */
export function follower(element, list) {
  // The messages as they were looked at last.
  let known = new Map();
  // The message that was brought into view, and where that was; it stays there until somebody scrolls.
  let held = null;
  // Something was pressed here: what comes next is the answer to it.
  let expecting = false;

  element.addEventListener("click", ({ target }) => (expecting ||= Boolean(target.closest(".content button"))));
  element.addEventListener("change", ({ target }) => (expecting ||= target.matches(".content select")));
  for (const moving of ["wheel", "touchmove"])
    element.addEventListener(moving, () => (expecting = false), { passive: true });

  const isAtEnd = () => element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_BOTTOM;

  /** To be called before these messages are drawn; returns what is to be called afterwards. */
  function look(messages, moved) {
    const atEnd = isAtEnd();
    const still = !moved && held && (held.atEnd ? atEnd : held.top === element.scrollTop) ? held.ts : null;
    const wanted = moved ? messages.at(-1) : wantedOf(messages, atEnd);
    if (wanted) expecting = false;
    known = new Map(messages.map((message) => [message.ts, message]));
    const inView = wanted?.ts ?? still;
    return () => {
      if (inView || moved || atEnd) hold(inView);
    };
  }

  /** What the reader waits for: an answer to them alone, what they wrote, else what comes at the end. */
  function wantedOf(messages, atEnd) {
    const news = messages.filter((message) => !known.has(message.ts));
    const own = news.find((message) => message.ephemeral_to || message.user === state.you);
    const replaced = (message) => message.ephemeral_to && known.get(message.ts) !== message;
    return own ?? (expecting ? messages.find(replaced) : undefined) ?? (expecting || atEnd ? news[0] : undefined);
  }

  /** Shows the end of the list, or as much of it as leaves this message's start in view. */
  function hold(ts) {
    const row = list.querySelector(`[data-ts="${ts}"]`);
    const above = row ? row.getBoundingClientRect().top - element.getBoundingClientRect().top : Infinity;
    element.scrollTop = Math.min(element.scrollHeight, element.scrollTop + above);
    held = { ts, top: element.scrollTop, atEnd: isAtEnd() };
  }

  return { look };
}
