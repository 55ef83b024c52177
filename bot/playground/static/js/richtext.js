// Slack's rich_text: sections, lists, quotations and code made of styled pieces.

import { h } from "./dom.js";
import { link } from "./links.js";
import { state } from "./store.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u", highlight: "mark" };

/** A whole rich_text block. Neighbouring lists of one kind keep their indentation by class. */
export const richText = (block) => h("div", { class: "text" }, block.elements.map(part));

function part(element) {
  const inner = element.elements.map((piece) => (piece.elements ? part(piece) : styled(piece)));
  switch (element.type) {
    case "rich_text_list": {
      const attributes = { class: `indent-${Math.min(element.indent ?? 0, 4)}` };
      if (element.style === "ordered") attributes.start = (element.offset ?? 0) + 1;
      return h(
        element.style === "ordered" ? "ol" : "ul",
        attributes,
        inner.map((item) => h("li", {}, item)),
      );
    }
    case "rich_text_quote":
      return h("blockquote", { class: "keep-lines" }, inner);
    case "rich_text_preformatted":
      return h("pre", {}, h("code", {}, inner));
    default:
      return h("div", { class: "keep-lines" }, inner);
  }
}

function styled(piece) {
  let node = inline(piece);
  for (const [style, tag] of Object.entries(STYLES)) if (piece.style?.[style]) node = h(tag, {}, node);
  return node;
}

function inline(piece) {
  switch (piece.type) {
    case "link":
      return link(piece.url, piece.text ?? piece.url);
    case "user":
      return mention(`@${state.users.get(piece.user_id)?.real_name ?? piece.user_id}`);
    case "usergroup":
      return mention(`@${state.groups.find((group) => group.id === piece.usergroup_id)?.handle ?? "group"}`);
    case "channel":
      return mention(`#${state.channels.get(piece.channel_id)?.name ?? piece.channel_id}`);
    case "broadcast":
      return h("span", { class: "mention mention-all" }, `@${piece.range}`);
    case "emoji":
      return piece.unicode
        ? String.fromCodePoint(...piece.unicode.split("-").map((code) => parseInt(code, 16)))
        : `:${piece.name}:`;
    case "date":
      return piece.fallback ?? new Date(piece.timestamp * 1000).toLocaleString();
    case "color":
      return h("code", {}, piece.value);
    default:
      return piece.text ?? "";
  }
}

const mention = (words) => h("span", { class: "mention" }, words);
