// Where the person writes: grows with the text, keeps drafts, suggests, sends.

import * as api from "./api.js";
import { attempt, toast } from "./announce.js";
import { completion } from "./completion.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const drafts = new Map();

/**
 * A composer; `aim({ channel, thread_ts, placeholder })` says what it writes to.
 * `onEditLast` is asked to edit the last own message when the arrow up is pressed in an empty field.
 */
export function composer(id, { onEditLast, onSent = () => {} }) {
  let target = { channel: "", thread_ts: "", placeholder: "" };
  const listbox = h("div", {
    id: `${id}-suggestions`,
    class: "suggestions",
    role: "listbox",
    "aria-label": "Suggestions",
    hidden: true,
  });
  const field = h("textarea", {
    id,
    rows: 1,
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listbox.id,
    enterkeyhint: "send",
    oninput: typed,
    onkeydown: pressed,
    onblur: () => suggestions.close(),
  });
  const sendButton = h(
    "button",
    { class: "send", type: "button", "aria-label": "Send", title: "Send (Enter)", onclick: send },
    icon("send"),
  );
  const suggestions = completion(field, listbox, { withCommands: id === "composer" });
  const starter = (mark, label) =>
    h(
      "button",
      {
        class: "icon-button mark-button",
        type: "button",
        "aria-label": label,
        title: label,
        onclick: () => begin(mark),
      },
      mark,
    );
  const element = h(
    "div",
    { class: "composer-area" },
    listbox,
    h(
      "div",
      { class: "composer" },
      field,
      h(
        "div",
        { class: "composer-tools" },
        starter("@", "Mention someone"),
        id === "composer" && starter("/", "Run a command"),
        h(
          "span",
          { class: "composer-help" },
          h("kbd", {}, "Enter"),
          " sends, ",
          h("kbd", {}, "Shift"),
          "+",
          h("kbd", {}, "Enter"),
          " starts a line",
        ),
        sendButton,
      ),
    ),
  );

  const key = () => `${target.channel}/${target.thread_ts}`;

  function show() {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 240)}px`;
    sendButton.disabled = field.value.trim() === "";
  }

  function typed() {
    drafts.set(key(), field.value);
    show();
    suggestions.refresh();
  }

  function pressed(event) {
    if (event.isComposing || suggestions.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && field.value === "" && onEditLast()) event.preventDefault();
  }

  /** Starts a mention or a command at the cursor. */
  function begin(mark) {
    field.focus();
    if (mark === "/" && field.value !== "")
      return toast("A command stands alone: empty the field first, then type /.");
    const gap =
      field.selectionStart > 0 && !/\s$/.test(field.value.slice(0, field.selectionStart)) ? " " : "";
    field.setRangeText(gap + mark, field.selectionStart, field.selectionEnd, "end");
    return typed();
  }

  async function send() {
    const text = field.value.trim();
    if (!text) return;
    const { channel, thread_ts } = target;
    const sentKey = key();
    fill("");
    onSent();
    if (await attempt(deliver(channel, thread_ts, text))) return;
    // It was not sent: give the words back, unless others have been written meanwhile.
    if (!drafts.get(sentKey)) drafts.set(sentKey, text);
    if (key() === sentKey) fill(drafts.get(sentKey));
  }

  function fill(text) {
    field.value = text;
    drafts.set(key(), text);
    suggestions.close();
    show();
  }

  function aim(next) {
    const moved = next.channel !== target.channel || next.thread_ts !== target.thread_ts;
    target = next;
    field.placeholder = next.placeholder;
    field.setAttribute("aria-label", next.placeholder);
    if (!moved) return;
    field.value = drafts.get(key()) ?? "";
    suggestions.close();
    show();
  }

  return { element, aim, fill, focus: () => field.focus() };
}

function deliver(channel, thread_ts, text) {
  const command = /^\/[\w-]+/.exec(text);
  if (!command) return api.write(channel, text, thread_ts || null);
  if (thread_ts)
    return Promise.reject(new api.Refused("Slack takes commands in channels only, not in threads."));
  return api.command(channel, command[0], text.slice(command[0].length).trim());
}
