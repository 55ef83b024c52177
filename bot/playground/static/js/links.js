// Which addresses the page follows, and how.

import { h } from "./dom.js";

const ALLOWED = new Set(["http:", "https:", "mailto:"]);

/** Whether an address may be followed: http, https or mailto. */
export function isAllowed(url) {
  try {
    return ALLOWED.has(new URL(url).protocol);
  } catch {
    return false;
  }
}

/** A link that opens elsewhere; its words alone where it may not be followed. */
export function link(url, ...words) {
  if (!isAllowed(url)) return h("span", {}, ...words);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...words);
}

/** An image of our own, or a link to one elsewhere: nothing is loaded from outside. */
export function image({ image_url: url, alt_text: words }, attributes = {}) {
  const ours = URL.canParse(url, location.href) && new URL(url, location.href).origin === location.origin;
  return ours ? h("img", { src: url, alt: words, ...attributes }) : link(url, words || "image");
}
