// Suggestions while typing: people after `@`, channels after `#`, commands after `/`.

import { h, replaceChildren } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { state } from "./store.js";

const MOST = 8;
const TOKENS = [
  { pattern: /(?:^|\s)@([\p{L}\d._-]{0,30})$/u, find: mentions },
  { pattern: /(?:^|\s)#([\p{L}\d_-]{0,40})$/u, find: channels },
  { pattern: /^\/([\w-]{0,30})$/, find: commands },
];

/** Adds suggestions to a textarea; `listbox` is the element that shows them. Call `key` before other keys. */
export function completion(field, listbox, { withCommands }) {
  let found = [];
  let active = 0;
  let start = 0;

  function close() {
    found = [];
    draw();
  }

  function refresh() {
    const before = field.value.slice(0, field.selectionStart);
    for (const { pattern, find } of TOKENS) {
      const match = pattern.exec(before);
      if (!match || (find === commands && !withCommands)) continue;
      found = find(match[1].toLocaleLowerCase()).slice(0, MOST);
      start = field.selectionStart - match[1].length - 1;
      active = 0;
      return draw();
    }
    return close();
  }

  function draw() {
    listbox.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    if (found.length > 0) field.setAttribute("aria-activedescendant", `${listbox.id}-${active}`);
    else field.removeAttribute("aria-activedescendant");
    replaceChildren(listbox, found.map(option));
    listbox.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function option({ drawing, words, note }, index) {
    return h(
      "div",
      {
        id: `${listbox.id}-${index}`,
        role: "option",
        class: "option",
        "aria-selected": String(index === active),
        onpointerdown: (event) => {
          event.preventDefault();
          active = index;
          choose();
        },
      },
      drawing(),
      h("b", {}, words),
      note && h("span", { class: "muted" }, note),
    );
  }

  function choose() {
    field.setRangeText(`${found[active].words} `, start, field.selectionStart, "end");
    field.dispatchEvent(new Event("input"));
    close();
  }

  /** Takes a key that belongs to the suggestions; true if it did. */
  function key(event) {
    if (found.length === 0) return false;
    if (event.key === "ArrowDown") active = (active + 1) % found.length;
    else if (event.key === "ArrowUp") active = (active + found.length - 1) % found.length;
    else if (event.key === "Enter" || event.key === "Tab") return (event.preventDefault(), choose(), true);
    else if (event.key === "Escape") return (event.stopPropagation(), close(), true);
    else return false;
    event.preventDefault();
    draw();
    return true;
  }

  return { key, refresh, close };
}

function mentions(typed) {
  const people = [...state.users.values()]
    .filter((user) => user.id !== state.you && starts(typed, user.name, ...user.real_name.split(" ")))
    .sort((a, b) => Number(b.is_bot) - Number(a.is_bot))
    .map((user) => ({
      drawing: () => avatar(user, "tiny"),
      words: `@${user.real_name}`,
      note: user.profile.title,
    }));
  const groups = state.groups
    .filter((group) => starts(typed, group.handle, group.name))
    .map((group) => ({ drawing: () => icon("group"), words: `@${group.handle}`, note: group.name }));
  return [...people, ...groups];
}

function channels(typed) {
  return [...state.channels.values()]
    .filter((channel) => channel.name && starts(typed, channel.name))
    .map((channel) => ({
      drawing: () => icon("hash"),
      words: `#${channel.name}`,
      note: channel.topic?.value,
    }));
}

function commands(typed) {
  return state.commands
    .filter(({ command }) => starts(typed, command.slice(1)))
    .map(({ command, usage_hint: hint, description }) => ({
      drawing: () => icon("send"),
      words: command,
      note: [hint, description].filter(Boolean).join(" · "),
    }));
}

const starts = (typed, ...names) => names.some((name) => name.toLocaleLowerCase().startsWith(typed));
