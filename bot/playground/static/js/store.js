// The workspace as the page knows it: the server's state, and each change applied to it.

export const state = {
  ready: false,
  linked: true,
  you: "",
  team: {},
  bot: {},
  users: new Map(),
  channels: new Map(),
  groups: [],
  messages: new Map(),
  views: [],
  viewErrors: new Map(),
  home: null,
  statuses: new Map(),
  prompts: new Map(),
  titles: new Map(),
  unread: new Map(),
  commands: [],
  examples: [],
};

const place = ({ channel, thread_ts }) => `${channel}/${thread_ts ?? ""}`;
const byId = (list) => new Map(list.map((item) => [item.id, item]));

const CHANGES = {
  state({ state: fresh }) {
    Object.assign(state, {
      ready: true,
      you: fresh.you,
      team: fresh.team,
      bot: fresh.bot,
      users: byId(fresh.users),
      channels: byId(fresh.channels),
      groups: fresh.groups,
      messages: new Map(
        Object.entries(fresh.messages).map(([channel, list]) => [
          channel,
          new Map(list.map((m) => [m.ts, m])),
        ]),
      ),
      views: fresh.views,
      viewErrors: new Map(),
      home: fresh.home,
      statuses: new Map(fresh.statuses.map((status) => [place(status), status])),
      prompts: new Map(fresh.suggested_prompts.map((prompts) => [place(prompts), prompts])),
      titles: new Map(fresh.titles.map((title) => [place(title), title])),
      commands: fresh.commands,
      examples: fresh.examples,
    });
  },
  message: ({ message }) => put(message),
  message_changed: ({ message }) => put(message),
  message_deleted: ({ message }) => state.messages.get(message.channel)?.delete(message.ts),
  reaction: ({ message }) => put(message),
  status(change) {
    if (change.status) state.statuses.set(place(change), change);
    else state.statuses.delete(place(change));
  },
  suggested_prompts: (change) => state.prompts.set(place(change), change),
  title: (change) => state.titles.set(place(change), change),
  view_opened: ({ view }) => (state.views = [...state.views, view]),
  view_updated: ({ view }) => {
    state.views = state.views.map((old) => (old.id === view.id ? view : old));
    state.viewErrors.delete(view.id);
  },
  view_closed: ({ view }) => (state.views = state.views.filter((old) => old.id !== view.id)),
  view_errors: ({ view_id, errors }) => state.viewErrors.set(view_id, errors),
  home: ({ view }) => (state.home = view),
};

const listeners = new Set();
const tasks = [];
let due = false;

/** Applies a change; then, once a frame, the listeners are told. */
export function apply(change) {
  CHANGES[change.type]?.(change);
  changed();
}

/** Tells the listeners soon that something is to be drawn again. */
export function changed() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    for (const listener of listeners) listener();
    for (const task of tasks.splice(0)) task();
  });
}

/** Does something, such as moving the focus, once the page has been drawn anew. */
export function afterDraw(task) {
  tasks.push(task);
  changed();
}

export const onChanged = (listener) => listeners.add(listener);

function put(message) {
  const messages = state.messages.get(message.channel);
  if (!messages) return;
  const late = !messages.has(message.ts) && [...messages.keys()].some((ts) => ts > message.ts);
  messages.set(message.ts, message);
  // A message that others streamed appears when it is complete, at the place where it began.
  if (late) state.messages.set(message.channel, new Map([...messages].sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The channel's own messages, without what is only in threads. */
export function channelMessages(channel) {
  return [...(state.messages.get(channel)?.values() ?? [])].filter(
    (message) =>
      !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast",
  );
}

/** The replies in each of a channel's threads, by the thread's `ts`, without the first messages. */
export function threads(channel) {
  const found = new Map();
  for (const message of state.messages.get(channel)?.values() ?? []) {
    const { ts, thread_ts } = message;
    if (!thread_ts || thread_ts === ts) continue;
    if (found.has(thread_ts)) found.get(thread_ts).push(message);
    else found.set(thread_ts, [message]);
  }
  return found;
}

/** One thread's replies. */
export const replies = (channel, ts) => threads(channel).get(ts) ?? [];

export const statusIn = (channel, thread_ts) => state.statuses.get(`${channel}/${thread_ts}`);
export const botUser = () => state.users.get(state.bot.user);

/** Who wrote it: a user, or the app. */
export const authorOf = (message) =>
  state.users.get(message.user) ?? (message.bot_id ? botUser() : undefined);

/** What a channel is called: its name, or the other person's. */
export function channelName(channel) {
  return channel.is_im ? (state.users.get(channel.user)?.real_name ?? "Direct message") : channel.name;
}

export const isAppConversation = (channel) => Boolean(channel?.is_im && channel.user === state.bot.user);
