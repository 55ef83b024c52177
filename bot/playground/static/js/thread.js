// The thread panel at the side: a message, its replies, and a composer of its own.

import { composer } from "./composer.js";
import { h, keyed } from "./dom.js";
import { icon } from "./icons.js";
import { messageList } from "./messages.js";
import { current, go, toChannel } from "./route.js";
import { statusLine } from "./status.js";
import { afterDraw, channelName, replies, state, statusIn } from "./store.js";

/** Builds the panel into `aside`; returns the function that updates it. */
export function thread(aside) {
  const title = h("div", { class: "head-line" });
  const list = messageList("Thread");
  const writing = composer("thread-composer", { onEditLast: () => list.editLast(shown(), state.you) });
  aside.append(h("header", { class: "pane-head" }, title), list.element, writing.element);
  aside.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  function shown() {
    const { channel, thread: ts } = current();
    const first = state.messages.get(channel)?.get(ts);
    return [first, ...replies(channel, ts)].filter(Boolean);
  }

  function update() {
    const { channel: id, thread: ts } = current();
    const channel = state.channels.get(id);
    aside.hidden = !ts || !channel;
    if (aside.hidden) return;
    const name = state.titles.get(`${id}/${ts}`)?.title ?? "Thread";
    keyed(title, [{ key: "title", signature: [name, channel], render: () => heading(name, channel) }]);
    const status = statusIn(id, ts);
    list.update(shown(), {
      place: ts,
      inThread: true,
      after: status ? [{ key: "status", signature: [status], render: () => statusLine(status) }] : [],
    });
    writing.aim({ channel: id, thread_ts: ts, placeholder: "Reply in thread" });
  }

  return update;
}

function heading(name, channel) {
  return h(
    "div",
    { class: "head-line" },
    h(
      "button",
      {
        class: "icon-button back",
        type: "button",
        "aria-label": "Back to the conversation",
        "data-focus": "back",
        onclick: close,
      },
      icon("back"),
    ),
    h("h2", {}, name),
    h("p", { class: "topic" }, channel.is_im ? channelName(channel) : `#${channel.name}`),
    h(
      "button",
      {
        class: "icon-button close",
        type: "button",
        "aria-label": "Close thread",
        "data-focus": "close",
        onclick: close,
      },
      icon("close"),
    ),
  );
}

/** Closes the panel; focus goes back to the message that it hangs on. */
function close() {
  const { channel, thread: ts } = current();
  go(toChannel(channel));
  afterDraw(() => {
    const row = document.querySelector(`#conversation [data-ts="${CSS.escape(ts)}"]`);
    (row ?? document.getElementById("composer")).focus();
  });
}
