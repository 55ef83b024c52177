// Editing one's own message in place.

import * as api from "./api.js";
import { attempt } from "./announce.js";
import { h } from "./dom.js";

/** A form over the message's text; `done(null)` when it is saved or given up. */
export function editor(message, done) {
  const save = async () => {
    if (field.value === message.typed || (await attempt(api.edit(message.channel, message.ts, field.value))))
      done(null);
  };
  const field = h("textarea", {
    class: "field",
    rows: Math.min(message.typed.split("\n").length + 1, 10),
    "aria-label": "Edit message",
    "data-focus": `${message.ts}/editor`,
    value: message.typed,
    onkeydown: (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        save();
      } else if (event.key === "Escape") {
        event.stopPropagation();
        done(null);
      }
    },
  });
  field.setSelectionRange(field.value.length, field.value.length);
  return h(
    "div",
    { class: "editor" },
    field,
    h(
      "div",
      { class: "dialog-buttons" },
      h("button", { class: "button", type: "button", onclick: () => done(null) }, "Cancel"),
      h("button", { class: "button primary", type: "button", onclick: save }, "Save"),
    ),
  );
}
