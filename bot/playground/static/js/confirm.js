// "Are you sure?": a small dialog over everything.

import { h } from "./dom.js";

/** Asks, and resolves to true or false. `title`, `text`, `yes` and `no` are words or elements. */
export function confirm({ title, text, yes, no = "Cancel", style = "primary" }) {
  return new Promise((resolve) => {
    const answer = (value) => () => dialog.close(value);
    const dialog = h(
      "dialog",
      { class: "dialog dialog-small", "aria-labelledby": "confirm-title" },
      h("h2", { id: "confirm-title" }, title),
      h("div", { class: "dialog-body" }, text),
      h(
        "div",
        { class: "dialog-buttons" },
        h("button", { class: "button", onclick: answer("no") }, no),
        h("button", { class: `button ${style}`, onclick: answer("yes") }, yes),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Asks as a Block Kit element's `confirm` object says. */
export function confirmObject({ title, text, confirm: yes, deny: no, style }) {
  return confirm({ title: title.text, text: words(text), yes: yes.text, no: no.text, style });
}

function words(text) {
  const paragraph = h("p", {});
  paragraph.append(text.text);
  return paragraph;
}
