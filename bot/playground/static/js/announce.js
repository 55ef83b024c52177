// What a screen reader is told, and what pops up for everyone.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const TOAST_TIME = 8000;

/** Says something to screen readers when they next pause. */
export function announce(words) {
  const line = h("p", {}, words);
  const announcer = document.getElementById("announcer");
  announcer.append(line);
  while (announcer.children.length > 3) announcer.firstElementChild.remove();
}

/** Shows a problem for a while, at the page's foot; it can be closed at once. */
export function toast(words) {
  const close = h(
    "button",
    { class: "icon-button", "aria-label": "Dismiss", onclick: () => note.remove() },
    icon("close"),
  );
  const note = h("div", { class: "toast" }, icon("alert"), h("p", {}, words), close);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), TOAST_TIME);
}

/** Does something and shows its error; tells whether it went well. */
export async function attempt(promise) {
  try {
    await promise;
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}
