// What a change means to the person beyond what is drawn: unread counts, spoken news, problems, a thread to open.

import { announce, toast } from "./announce.js";
import { spokenText } from "./message.js";
import { current, go, toThread } from "./route.js";
import { authorOf, botUser, state } from "./store.js";

const WIDE = matchMedia("(min-width: 60rem)");
const DELIVERY_ERRORS = {
  operation_timeout: "did not answer within three seconds. Try again.",
  dispatch_failed: "could not take that. Its terminal says why.",
};
const asked = new Set();

/** Looks at a change before it is applied. */
export function notice(change) {
  NOTICES[change.type]?.(change);
}

const NOTICES = {
  message({ message }) {
    if (message.user === state.you) {
      if (!message.thread_ts) asked.add(message.ts);
      return;
    }
    follow(message);
    if (message.channel !== current().channel || current().home) {
      state.unread.set(message.channel, (state.unread.get(message.channel) ?? 0) + 1);
    }
    if (!message.streaming) speak(message);
  },
  message_changed({ message, previous }) {
    if (previous?.streaming && !message.streaming) speak(message);
  },
  status(change) {
    follow(change);
    if (change.status && change.channel === current().channel) {
      announce(change.loading_messages?.[0] ?? `${botUser()?.real_name} ${change.status}`);
    }
  },
  delivery({ ok, error }) {
    if (!ok)
      toast(
        `${botUser()?.real_name} ${DELIVERY_ERRORS[error] ?? `gave an answer that Slack refuses: ${error}`}`,
      );
  },
};

function speak(message) {
  if (message.channel !== current().channel) return;
  announce(`${authorOf(message)?.real_name ?? "Someone"}: ${spokenText(message)}`);
}

/** Where there is room, the thread of one's own question opens beside it; focus stays where it is. */
function follow({ channel, thread_ts }) {
  if (!thread_ts || !asked.delete(thread_ts)) return;
  const { channel: here, thread, home } = current();
  const busy = thread && document.getElementById("thread").contains(document.activeElement);
  if (WIDE.matches && here === channel && !home && !busy) go(toThread(channel, thread_ts), { replace: true });
}
