// Starts the page: the panes, the connection, and what moves between them.

import * as api from "./api.js";
import { attempt } from "./announce.js";
import { conversation } from "./conversation.js";
import { connect } from "./live.js";
import { modals } from "./modal.js";
import { notice } from "./news.js";
import { current, go, toChannel } from "./route.js";
import { sidebar } from "./sidebar.js";
import { apply, changed, isAppConversation, onChanged, state } from "./store.js";
import { thread } from "./thread.js";

const app = document.getElementById("app");
const connection = document.getElementById("connection");
const middle = conversation(document.getElementById("conversation"));
const updateThread = thread(document.getElementById("thread"));
const updateSidebar = sidebar(document.getElementById("sidebar"));
const updateModals = modals();
const TOUCH = matchMedia("(pointer: coarse)");
let visited = "";

onChanged(() => {
  if (!state.ready) return;
  const { channel, thread: ts, home } = current();
  if (!state.channels.has(channel) && location.hash !== "#/")
    return go(toChannel(firstChannel()), { replace: true });
  app.dataset.pane = ts ? "thread" : channel ? "conversation" : "sidebar";
  state.unread.delete(channel);
  updateSidebar();
  middle.update();
  updateThread();
  updateModals();
  visit(channel, home);
});

/** Tells the app when its conversation or home tab is opened, and brings the person to the composer. */
function visit(channel, home) {
  const here = `${channel}/${home}`;
  if (here === visited) return;
  visited = here;
  if (isAppConversation(state.channels.get(channel))) attempt(api.openApp(home ? "home" : "messages"));
  if (!home && channel && !TOUCH.matches) middle.focus();
}

function firstChannel() {
  const all = [...state.channels.values()];
  return (all.find(isAppConversation) ?? all[0]).id;
}

function linked(up) {
  if (up === state.linked) return;
  state.linked = up;
  connection.hidden = up;
  connection.textContent = up ? "" : "The connection is lost. Trying again…";
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  middle.focus();
});
addEventListener("hashchange", changed);
connect((change) => {
  if (state.ready) notice(change);
  apply(change);
}, linked);
