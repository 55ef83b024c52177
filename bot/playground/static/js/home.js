// The app's home tab.

import { blocks } from "./blocks.js";
import { h, keyed } from "./dom.js";
import { state } from "./store.js";

/** A panel with the home view that the app has published. */
export function homeTab() {
  const element = h("section", { class: "home", "aria-label": "Home" });

  function update() {
    keyed(element, [{ key: "view", signature: [state.home], render: view }]);
  }

  return { element, update };
}

function view() {
  if (!state.home) return h("p", { class: "empty" }, "The app has put nothing here yet.");
  const place = { key: `v-${state.home.id}`, ids: { view_id: state.home.id } };
  return h("div", { class: "home-view" }, blocks(state.home.blocks, place));
}
