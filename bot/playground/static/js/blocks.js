// Block Kit's layout blocks as elements.

import { h, served } from "./dom.js";
import { element } from "./elements.js";
import { icon } from "./icons.js";
import { image, link } from "./links.js";
import { richText } from "./richtext.js";

const TASK_WORDS = { pending: "waiting", in_progress: "in progress", complete: "done", error: "failed" };

/** All blocks of a message or view. `errors` are sentences by block id (modals). */
export function blocks(list, place, errors = {}) {
  return list.map((block) => {
    const node = RENDER[block.type]?.(block, place, errors[block.block_id]);
    return node ?? h("p", { class: "muted" }, `(A block of the kind “${block.type}” is not shown here.)`);
  });
}

const text = (object, attributes = {}) =>
  served("div", object.html, { ...attributes, class: `text ${attributes.class ?? ""}` });

const RENDER = {
  section(block, place) {
    const words = block.text && text(block.text);
    const fields =
      block.fields &&
      h(
        "div",
        { class: "fields" },
        block.fields.map((field) => text(field)),
      );
    const accessory =
      block.accessory && h("div", { class: "accessory" }, element(block.accessory, place, block.block_id));
    return h(
      "div",
      { class: "block section" },
      h("div", { class: "section-words" }, words, fields),
      accessory,
    );
  },

  header: (block) => served("h3", block.text.html, { class: "block header" }),
  divider: () => h("hr", { class: "block divider" }),
  markdown: (block) => text(block, { class: "block markdown" }),
  rich_text: (block) => h("div", { class: "block" }, richText(block)),

  context(block) {
    const pieces = block.elements.map((piece) =>
      piece.type === "image" ? image(piece, { class: "context-image" }) : text(piece),
    );
    return h("div", { class: "block context" }, pieces);
  },

  actions: (block, place) =>
    h(
      "div",
      { class: "block actions" },
      block.elements.map((spec) => element(spec, place, block.block_id)),
    ),

  context_actions: (block, place) =>
    h(
      "div",
      { class: "block context-actions" },
      block.elements.map((spec) => element(spec, place, block.block_id)),
    ),

  image(block) {
    const title = block.title && served("figcaption", block.title.html);
    return h("figure", { class: "block image" }, title, image(block));
  },

  table(block) {
    const [head, ...body] = block.rows;
    const row = (cells, tag) =>
      h(
        "tr",
        {},
        cells.map((cell, column) => h(tag, alignment(block, column, tag), cellContent(cell))),
      );
    return h(
      "div",
      { class: "block text table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
      h(
        "table",
        {},
        h("thead", {}, row(head, "th")),
        h(
          "tbody",
          {},
          body.map((cells) => row(cells, "td")),
        ),
      ),
    );
  },

  input(block, place, error) {
    const id = `input-${place.key}-${block.block_id}`.replace(/[^\w-]/g, "_");
    const hint = block.hint && served("p", block.hint.html, { class: "hint", id: `${id}-hint` });
    const wrong = error && h("p", { class: "error", id: `${id}-error` }, error);
    const describedby = [wrong?.id, hint?.id].filter(Boolean).join(" ") || undefined;
    const control = element(block.element, place, block.block_id, {
      id,
      describedby,
      silent: !block.dispatch_action,
    });
    if (error) control.setAttribute("aria-invalid", "true");
    const optional = block.optional && h("span", { class: "muted" }, " (optional)");
    const label = h(
      "label",
      { class: "label", for: id, id: `${id}-label` },
      served("span", block.label.html),
      optional,
    );
    return h("div", { class: "block input" }, label, control, wrong, hint);
  },

  task_card: (block) => taskCard(block),
  plan: (block) =>
    h(
      "div",
      { class: "block plan" },
      h("p", { class: "plan-title" }, block.title),
      (block.tasks ?? []).map(taskCard),
    ),
};

/** One step of what the app is doing, as a stream shows it. */
export function taskCard({ title, status = "pending", sources = [], details, output }) {
  const drawing =
    status === "complete"
      ? icon("check")
      : status === "error"
        ? icon("alert")
        : h("span", { class: "spinner" });
  const more = [details, output]
    .filter(Boolean)
    .map((part) => (part.elements ? richText(part) : h("p", { class: "muted" }, part)));
  const links = sources.map((source) => h("li", {}, link(source.url, source.text ?? source.url)));
  return h(
    "div",
    { class: `task task-${status}` },
    drawing,
    h(
      "div",
      {},
      h("p", {}, title, h("span", { class: "sr-only" }, ` (${TASK_WORDS[status]})`)),
      more,
      links.length > 0 && h("ul", {}, links),
    ),
  );
}

function cellContent(cell) {
  if (cell.type === "rich_text") return richText(cell);
  return cell.type === "raw_number" ? (cell.text ?? String(cell.value)) : served("span", cell.html);
}

function alignment(block, column, tag) {
  const align = block.column_settings?.[column]?.align;
  return { class: align ? `align-${align}` : undefined, scope: tag === "th" ? "col" : undefined };
}
