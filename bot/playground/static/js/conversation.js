// The middle of the page: a channel's or conversation's head, its messages, and the composer.

import { composer } from "./composer.js";
import { h, keyed } from "./dom.js";
import { channelHint, welcome } from "./hints.js";
import { homeTab } from "./home.js";
import { icon } from "./icons.js";
import { messageList } from "./messages.js";
import { current, toChannel, toHome, toList } from "./route.js";
import { channelMark } from "./sidebar.js";
import { statusLine } from "./status.js";
import { changed, channelMessages, channelName, isAppConversation, state, statusIn } from "./store.js";

/** Builds the conversation into `main`; `update` draws it, `focus` goes to the composer. */
export function conversation(main) {
  const head = h("header", { class: "pane-head" });
  const hint = h("div", {});
  const list = messageList("Messages");
  const home = homeTab();
  const writing = composer("composer", {
    onEditLast: () => list.editLast(channelMessages(current().channel), state.you),
  });
  main.append(head, list.element, home.element, hint, writing.element);

  const fill = (text) => {
    writing.fill(text);
    writing.focus();
  };

  function update() {
    const { channel: id, home: atHome } = current();
    const channel = state.channels.get(id);
    main.classList.toggle("nothing", !channel);
    if (!channel) return;
    const name = channelName(channel);
    document.title = `${channel.is_im ? name : `#${name}`} · ${state.team.name}`;
    keyed(head, [{ key: id, signature: [atHome, name], render: () => heading(channel, atHome) }]);
    for (const part of [list.element, hint, writing.element]) part.hidden = atHome;
    home.element.hidden = !atHome;
    if (atHome) return home.update();
    const status = statusIn(id, "");
    list.update(channelMessages(id), {
      place: id,
      before: [...welcome(channel, fill), ...beginning(channel)],
      after: status ? [{ key: "status", signature: [status], render: () => statusLine(status) }] : [],
    });
    keyed(hint, channelHint(channel, fill, changed));
    writing.aim({
      channel: id,
      thread_ts: "",
      placeholder: channel.is_im ? `Message ${name}` : `Message #${name}`,
    });
  }

  return { update, focus: writing.focus };
}

function heading(channel, atHome) {
  const people = channel.members.length;
  return h(
    "div",
    { class: "head-line" },
    h("a", { class: "icon-button back", href: toList(), "aria-label": "All channels" }, icon("back")),
    h("h1", {}, channelMark(channel), channelName(channel)),
    isAppConversation(channel)
      ? tabs(channel, atHome)
      : h(
          "p",
          { class: "topic" },
          channel.topic?.value,
          h("span", { class: "members" }, `${people} members`),
        ),
  );
}

function tabs(channel, atHome) {
  const tab = (words, href, here) =>
    h("a", { href, class: "tab", "aria-current": here ? "page" : undefined, "data-focus": words }, words);
  return h(
    "div",
    { class: "tabs" },
    tab("Messages", toChannel(channel.id), !atHome),
    tab("Home", toHome(channel.id), atHome),
  );
}

/** What stands above a channel's first message. */
function beginning(channel) {
  if (channel.is_im) return [];
  const words = channel.is_ext_shared
    ? `This is the start of #${channel.name}, which another company shares.`
    : `This is the start of #${channel.name}.`;
  return [
    {
      key: `start-${channel.id}`,
      signature: [],
      render: () =>
        h(
          "div",
          { class: "beginning" },
          h("h2", {}, channelMark(channel), channel.name),
          h("p", { class: "muted" }, words),
        ),
    },
  ];
}
