// Small line icons, drawn here, and people's avatars.

import { h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  reply: ["M4 5h16v11H10l-5 4v-4H4z", "M8 9h8", "M8 12h5"],
  edit: ["M4 20l1-5L16 4l4 4L9 19z", "M14 6l4 4"],
  trash: ["M4 7h16", "M9 7V4h6v3", "M6 7l1 13h10l1-13", "M10 11v5", "M14 11v5"],
  send: ["M4 4l17 8-17 8 3-8z", "M7 12h7"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  back: ["M15 5l-7 7 7 7"],
  hash: ["M9 4L7 20", "M17 4l-2 16", "M4 9h17", "M3 15h17"],
  lock: ["M6 11h12v9H6z", "M9 11V8a3 3 0 0 1 6 0v3"],
  shared: ["M9 7a5 5 0 1 0 0 10a5 5 0 1 0 0-10z", "M15 7a5 5 0 1 0 0 10a5 5 0 1 0 0-10z"],
  group: [
    "M9 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6z",
    "M3 20c0-4 3-6 6-6s6 2 6 6",
    "M16 5.5a3 3 0 0 1 0 5",
    "M17.5 14.5c2 .8 3.5 2.8 3.5 5.5",
  ],
  eye: ["M2 12s4-6 10-6 10 6 10 6-4 6-10 6-10-6-10-6z", "M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z"],
  up: ["M7 11v9H4v-9z", "M7 11l4-7c2 0 3 1 2.5 3.5L13 10h6c1 0 1.5 1 1.3 2l-1.5 7c-.2.7-.8 1-1.5 1H7"],
  down: ["M17 13V4h3v9z", "M17 13l-4 7c-2 0-3-1-2.5-3.5L11 14H5c-1 0-1.5-1-1.3-2l1.5-7c.2-.7.8-1 1.5-1H17"],
  more: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  check: ["M5 12l5 5 9-10"],
  alert: ["M12 4l9 16H3z", "M12 10v5", "M12 17.5v.01"],
};

/** An icon that says nothing by itself: label the button that it is in. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** The app's mark, or a person's initials on a colour of their own. */
export function avatar(user, size = "") {
  const attributes = { class: `avatar ${size}`, "aria-hidden": "true" };
  if (user?.is_bot) return h("img", { ...attributes, src: "/static/mark.svg", alt: "" });
  const name = user?.real_name ?? "?";
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0])
    .join("");
  const hue = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  return h("span", { ...attributes, class: `avatar hue-${hue} ${size}` }, initials);
}
