// What a newcomer is offered: the app's suggested prompts, or three example questions.

import * as api from "./api.js";
import { attempt } from "./announce.js";
import { h } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { botUser, channelMessages, isAppConversation, state } from "./store.js";

const DISMISSED = "ragtime.hint-dismissed";

/** The welcome of an empty conversation with the app, as an item for a list's head; none once there are messages. */
export function welcome(channel, fill) {
  if (!isAppConversation(channel) || channelMessages(channel.id).length > 0) return [];
  const prompts = state.prompts.get(`${channel.id}/`);
  return [
    {
      key: "welcome",
      signature: [channel.id, prompts, state.examples],
      render: () => draw(channel, prompts, fill),
    },
  ];
}

function draw(channel, prompts, fill) {
  const app = botUser();
  const choices = prompts
    ? prompts.prompts.map(({ title, message }) => [
        title,
        () => attempt(api.write(channel.id, message, null)),
      ])
    : state.examples.map((question) => [question, () => fill(question)]);
  return h(
    "section",
    { class: "welcome", "aria-label": "Welcome" },
    avatar(app, "large"),
    h("h2", {}, app.real_name),
    h("p", { class: "muted" }, app.profile.title),
    choices.length > 0 && h("p", { class: "welcome-title" }, prompts?.title || "Try one of these:"),
    h(
      "div",
      { class: "prompts" },
      choices.map(([words, onclick]) => h("button", { class: "prompt", type: "button", onclick }, words)),
    ),
  );
}

/** A hint above a channel's composer, until the person has written something or put it away. */
export function channelHint(channel, fill, redraw) {
  const written = [...state.messages.values()].some((messages) =>
    [...messages.values()].some((m) => m.user === state.you),
  );
  const app = botUser();
  if (channel.is_im || written || state.examples.length === 0 || localStorage.getItem(DISMISSED)) return [];
  const render = () =>
    h(
      "section",
      { class: "hint-bar", "aria-label": "Examples" },
      h("p", {}, `New here? Mention @${app.real_name} with a question:`),
      h(
        "button",
        {
          class: "icon-button",
          type: "button",
          "aria-label": "Hide the examples",
          onclick: () => {
            localStorage.setItem(DISMISSED, "yes");
            redraw();
          },
        },
        icon("close"),
      ),
      h(
        "div",
        { class: "chips" },
        state.examples.map((question) =>
          h(
            "button",
            { class: "chip", type: "button", onclick: () => fill(`@${app.real_name} ${question}`) },
            question,
          ),
        ),
      ),
    );
  return [{ key: "hint", signature: [channel.id, state.examples], render }];
}
