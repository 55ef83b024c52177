// A list of messages: days, grouping, showing what is new from its start, and walking by keyboard.

import { h, keyed } from "./dom.js";
import { follower } from "./follow.js";
import { messageRow } from "./message.js";
import { afterDraw, statusIn, threads } from "./store.js";
import { day } from "./time.js";

const GROUP_SECONDS = 5 * 60;

/** A scrolling list; `update(messages, { inThread, before, after })` shows these. */
export function messageList(label) {
  const list = h("ol", { class: "messages", "aria-label": label, onkeydown: walk });
  const before = h("div", { class: "before-messages" });
  const after = h("div", { class: "after-messages" });
  const element = h("div", { class: "scroller" }, h("div", { class: "scroller-space" }), before, list, after);
  let editing = null;
  let shown = "";
  const view = follower(element, list);

  const onEdit = (ts) => {
    const left = editing;
    editing = ts;
    afterDraw(() => list.querySelector(ts ? ".editor textarea" : `[data-ts="${left}"]`)?.focus());
  };

  function update(messages, { place = "", inThread = false, before: above = [], after: below = [] } = {}) {
    const moved = place !== shown;
    const settle = view.look(messages, moved);
    if (moved) editing = null;
    shown = place;
    keyed(before, above);
    keyed(list, rows(messages, inThread, editing, onEdit));
    keyed(after, below);
    list.hidden = messages.length === 0;
    if (!list.querySelector(".message[tabindex='0']"))
      [...list.querySelectorAll(".message")].at(-1)?.setAttribute("tabindex", "0");
    settle();
  }

  /** Opens the editor on the newest of the person's own messages, if there is one. */
  function editLast(messages, you) {
    const own = messages.findLast((message) => message.user === you);
    if (own) onEdit(own.ts);
    return Boolean(own);
  }

  return { element, update, editLast };
}

function rows(messages, inThread, editing, onEdit) {
  const items = [];
  const inThreads = inThread || messages.length === 0 ? new Map() : threads(messages[0].channel);
  let previous = null;
  for (const message of messages) {
    if (!previous || day(previous.ts) !== day(message.ts)) {
      const words = day(message.ts);
      if (!inThread)
        items.push({
          key: `day-${words}`,
          signature: [],
          render: () => h("li", { class: "day" }, h("span", {}, words)),
        });
      previous = null;
    }
    const context = {
      grouped: Boolean(previous) && !inThreads.has(previous.ts) && belongsTo(previous, message),
      inThread,
      editing: editing === message.ts,
      onEdit,
      replies: inThreads.get(message.ts) ?? [],
      status: inThread ? null : statusIn(message.channel, message.ts),
    };
    items.push({
      key: message.ts,
      // While a message is being edited, news about it wait.
      signature: context.editing
        ? ["editing"]
        : [message, context.grouped, context.replies.length, context.replies.at(-1)?.ts, context.status],
      render: () => messageRow(message, context),
    });
    previous = message;
  }
  return items;
}

function belongsTo(previous, message) {
  return (
    previous.user === message.user &&
    previous.bot_id === message.bot_id &&
    previous.ephemeral_to === message.ephemeral_to &&
    message.ts - previous.ts < GROUP_SECONDS
  );
}

/** Up, down, Home and End move between messages; only one of them is a tab stop. */
function walk(event) {
  if (!event.target.classList.contains("message")) return;
  const all = [...event.currentTarget.querySelectorAll(".message")];
  const here = all.indexOf(event.target);
  const steps = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: all.length - 1 };
  const next = all[steps[event.key]];
  if (!next) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
