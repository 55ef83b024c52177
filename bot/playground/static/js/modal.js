// The app's modals: title, blocks with inputs, submit and close. Only the topmost is shown.

import * as api from "./api.js";
import { attempt } from "./announce.js";
import { blocks } from "./blocks.js";
import { h, replaceChildren, served } from "./dom.js";
import { enteredIn, forget } from "./entered.js";
import { icon } from "./icons.js";
import { changed, state } from "./store.js";

/** Returns the function that shows the topmost open view, and takes it away when it is closed. */
export function modals() {
  let dialog = null;
  let shown = [];

  return function update() {
    const view = state.views.at(-1);
    const errors = view && state.viewErrors.get(view.id);
    if (dialog && dialog.dataset.view !== view?.id) {
      const closing = dialog;
      dialog = null;
      forget(`v-${closing.dataset.view}`);
      closing.close();
      closing.remove();
    }
    if (!view || (dialog && shown[0] === view && shown[1] === errors)) return;
    shown = [view, errors];
    const opening = !dialog;
    dialog ??= frame(view.id);
    replaceChildren(dialog, form(view, errors ?? {}));
    if (opening) {
      document.body.append(dialog);
      dialog.showModal();
    }
    if (errors) dialog.querySelector("[aria-invalid]")?.focus();
  };
}

function frame(id) {
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "modal-title", "data-view": id });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close(id);
  });
  return dialog;
}

const close = (id) => attempt(api.closeView(id));

function form(view, errors) {
  const place = { key: `v-${view.id}`, ids: { view_id: view.id } };
  const submit = async (event) => {
    event.preventDefault();
    await attempt(
      api.submitView(view.id, enteredIn(place.key)).then(({ errors: missing }) => {
        if (Object.keys(missing).length === 0) return;
        state.viewErrors.set(view.id, missing);
        changed();
      }),
    );
  };
  return h(
    "form",
    { onsubmit: submit, novalidate: true },
    h(
      "header",
      { class: "dialog-head" },
      served("h2", view.title?.html, { id: "modal-title" }),
      h(
        "button",
        { class: "icon-button", type: "button", "aria-label": "Close", onclick: () => close(view.id) },
        icon("close"),
      ),
    ),
    h("div", { class: "dialog-body" }, blocks(view.blocks, place, errors)),
    h(
      "div",
      { class: "dialog-buttons" },
      h(
        "button",
        { class: "button", type: "button", onclick: () => close(view.id) },
        view.close?.text ?? "Close",
      ),
      view.submit && h("button", { class: "button primary", type: "submit" }, view.submit.text),
    ),
  );
}
