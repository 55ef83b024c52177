// Building and updating the page's elements. The only place that turns HTML into elements.

const policy = window.trustedTypes?.createPolicy("ragtime", { createHTML: (html) => html });

/** An element: `h("button", { class: "b", onclick: f, "aria-label": "Send" }, "Send")`. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** An element around HTML that the server has made safe (the `html` fields of its answers). */
export function served(tag, html, attributes = {}) {
  const element = h(tag, attributes);
  element.innerHTML = policy ? policy.createHTML(html ?? "") : (html ?? "");
  return element;
}

/** Replaces an element's children; focus stays on the element with the same `data-focus`. */
export function replaceChildren(parent, ...children) {
  const focused = parent.contains(document.activeElement) && document.activeElement.dataset.focus;
  parent.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (focused) parent.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/**
 * Makes the parent's children those of `items`, in order, touching only what changed.
 * Each item is `{ key, signature, render }`; an equal signature (every part identical) keeps the element.
 */
export function keyed(parent, items) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let next = parent.firstElementChild;
  for (const { key, signature, render } of items) {
    let child = old.get(key);
    old.delete(key);
    if (!child || !same(child.signature, signature)) {
      const fresh = render();
      fresh.dataset.key = key;
      fresh.signature = signature;
      if (child) {
        if (next === child) next = child.nextElementSibling;
        swap(child, fresh);
      }
      child = fresh;
    }
    if (child === next) next = child.nextElementSibling;
    else if (child.nextElementSibling !== next || child.parentElement !== parent)
      parent.insertBefore(child, next);
  }
  for (const child of old.values()) child.remove();
}

function swap(old, fresh) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  if (old.tabIndex === 0) fresh.tabIndex = 0;
  old.replaceWith(fresh);
  if (!active) return;
  const focus = active.dataset.focus;
  const heir = (focus && fresh.querySelector(`[data-focus="${CSS.escape(focus)}"]`)) || fresh;
  heir.focus({ preventScroll: true });
}

function same(a, b) {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}
