// One message: who, when, what, and what can be done with it.

import * as api from "./api.js";
import { attempt } from "./announce.js";
import { blocks, taskCard } from "./blocks.js";
import { confirm } from "./confirm.js";
import { editor } from "./editor.js";
import { h, served } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { go, toThread } from "./route.js";
import { statusLine } from "./status.js";
import { afterDraw, authorOf, botUser, state } from "./store.js";
import { clock, dateOf, full, shortClock } from "./time.js";

/** A row of a message list. `context` has `grouped`, `inThread`, `editing`, `onEdit`, `replies`, `status`. */
export function messageRow(message, context) {
  const { grouped, editing, inThread } = context;
  const author = authorOf(message);
  const name = author?.real_name ?? "Someone";
  const moment = (words) =>
    h("time", { datetime: dateOf(message.ts).toISOString(), title: full(message.ts) }, words);
  const classes = [
    "message",
    grouped && "grouped",
    message.ephemeral_to && "ephemeral",
    editing && "editing",
  ];
  return h(
    "li",
    {
      class: classes.filter(Boolean).join(" "),
      tabindex: "-1",
      "data-focus": message.ts,
      "data-ts": message.ts,
      "aria-label": `${name}, ${clock(message.ts)}${message.ephemeral_to ? ", only visible to you" : ""}`,
    },
    h("div", { class: "gutter" }, grouped ? moment(shortClock(message.ts)) : avatar(author)),
    h(
      "div",
      { class: "message-main" },
      message.ephemeral_to && h("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
      !grouped &&
        h(
          "p",
          { class: "byline" },
          h("b", {}, name),
          author?.is_bot && h("span", { class: "badge" }, "App"),
          moment(clock(message.ts)),
        ),
      editing ? editor(message, context.onEdit) : h("div", { class: "content" }, content(message)),
      !inThread && threadSummary(message, context.replies),
      !inThread && context.status && statusLine(context.status),
    ),
    !editing && actions(message, context),
  );
}

/** The words of a message as a screen reader is told them. */
export function spokenText(message) {
  const spoken = h("div", {}, content(message));
  for (const control of spoken.querySelectorAll("button, select, input, textarea")) control.remove();
  return spoken.textContent.replace(/\s+/g, " ").trim();
}

function content(message) {
  const place = {
    key: `m-${message.channel}-${message.ts}`,
    ids: { channel: message.channel, ts: message.ts },
  };
  const parts = [];
  if (message.plan_title) parts.push(h("p", { class: "plan-title" }, message.plan_title));
  parts.push(...(message.tasks ?? []).map(taskCard));
  if (message.markdown) {
    const classes = `text markdown ${message.streaming ? "streaming" : ""}`;
    parts.push(
      served("div", message.markdown_html, {
        class: classes,
        "aria-busy": message.streaming ? "true" : undefined,
      }),
    );
  }
  if (message.blocks?.length) parts.push(...blocks(message.blocks, place));
  else if (!message.markdown && message.text) parts.push(served("div", message.html, { class: "text" }));
  if (message.streaming && !message.markdown) parts.push(h("div", { class: "text streaming" }));
  if (message.edited && !message.bot_id) parts.push(h("span", { class: "edited" }, "(edited)"));
  if (message.reactions?.length)
    parts.push(h("div", { class: "reactions" }, message.reactions.map(reaction)));
  return parts;
}

const reaction = ({ name, count, html }) =>
  h(
    "span",
    { class: "reaction", title: `:${name}:` },
    html ? served("span", html) : `:${name}:`,
    ` ${count}`,
  );

function threadSummary(message, replies) {
  if (!replies?.length) return null;
  const people = [...new Set(replies.map(authorOf))].slice(0, 3).map((user) => avatar(user, "tiny"));
  return h(
    "button",
    {
      class: "thread-summary",
      type: "button",
      "data-focus": `${message.ts}/thread`,
      onclick: () => openThread(message),
    },
    people,
    h("b", {}, replies.length === 1 ? "1 reply" : `${replies.length} replies`),
    h("span", { class: "muted" }, `last at ${clock(replies.at(-1).ts)}`),
  );
}

function actions(message, { inThread, onEdit }) {
  const own = message.user === state.you && !message.ephemeral_to;
  const button = (label, drawing, onclick) =>
    h(
      "button",
      {
        class: "icon-button",
        type: "button",
        "aria-label": label,
        title: label,
        "data-focus": `${message.ts}/${label}`,
        onclick,
      },
      icon(drawing),
    );
  const buttons = [
    !inThread && !message.ephemeral_to && button("Reply in thread", "reply", () => openThread(message)),
    own && button("Edit message", "edit", () => onEdit(message.ts)),
    own && button("Delete message", "trash", () => remove(message)),
  ].filter(Boolean);
  return (
    buttons.length > 0 &&
    h("div", { class: "message-actions", role: "toolbar", "aria-label": "Message actions" }, buttons)
  );
}

function openThread(message) {
  go(toThread(message.channel, message.thread_ts ?? message.ts));
  afterDraw(() => document.getElementById("thread-composer").focus());
}

async function remove(message) {
  const text = `This cannot be undone. What ${botUser()?.real_name ?? "the app"} answered stays.`;
  if (await confirm({ title: "Delete this message?", text, yes: "Delete", style: "danger" })) {
    await attempt(api.remove(message.channel, message.ts));
  }
}
