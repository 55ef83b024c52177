// The list of channels and conversations.

import { h, keyed } from "./dom.js";
import { avatar, icon } from "./icons.js";
import { current, toChannel } from "./route.js";
import { channelName, isAppConversation, state } from "./store.js";

/** Builds the sidebar into `nav`; returns the function that updates it. */
export function sidebar(nav) {
  const team = h("p", { class: "team-name" });
  const app = section("Apps");
  const channels = section("Channels");
  const direct = section("Direct messages");
  nav.append(
    h(
      "header",
      { class: "team" },
      h("img", { class: "avatar", src: "/static/mark.svg", alt: "" }),
      h("div", {}, team, h("p", { class: "team-note" }, "A workspace on your machine")),
    ),
    h("div", { class: "sidebar-scroll" }, app.element, channels.element, direct.element),
  );

  return function update() {
    team.textContent = state.team.name;
    const all = [...state.channels.values()];
    fill(app, all.filter(isAppConversation));
    fill(
      channels,
      all.filter((channel) => !channel.is_im),
    );
    fill(
      direct,
      all.filter((channel) => channel.is_im && !isAppConversation(channel)),
    );
  };
}

function section(title) {
  const list = h("ul");
  return { list, element: h("section", {}, h("h2", {}, title), list) };
}

function fill({ list, element }, channels) {
  element.hidden = channels.length === 0;
  const here = current().channel;
  keyed(
    list,
    channels.map((channel) => ({
      key: channel.id,
      signature: [channelName(channel), channel.id === here, state.unread.get(channel.id) ?? 0],
      render: () => h("li", {}, entry(channel, channel.id === here, state.unread.get(channel.id) ?? 0)),
    })),
  );
}

function entry(channel, here, unread) {
  const attributes = {
    href: toChannel(channel.id),
    class: unread ? "unread" : undefined,
    "aria-current": here ? "page" : undefined,
    "data-focus": channel.id,
  };
  const count =
    unread > 0 && h("span", { class: "count" }, String(unread), h("span", { class: "sr-only" }, " new"));
  return h(
    "a",
    attributes,
    channelMark(channel),
    h("span", { class: "entry-name" }, channelName(channel)),
    sharedMark(channel),
    count,
  );
}

/** What stands before a channel's name. */
export function channelMark(channel) {
  if (channel.is_im) return avatar(state.users.get(channel.user), "tiny");
  return icon(channel.is_private ? "lock" : "hash");
}

function sharedMark(channel) {
  if (!channel.is_ext_shared) return null;
  return h(
    "span",
    { class: "shared", title: "Shared with another company" },
    icon("shared"),
    h("span", { class: "sr-only" }, "shared with another company"),
  );
}
