// What a change means to the person beyond what is drawn: unread counts, spoken news, problems, a thread to open.

import { announce, toast } from "./announce.js";
import { spokenText } from "./message.js";
import { current, go, toThread } from "./route.js";
import { afterDraw, authorOf, botUser, state } from "./store.js";

const WIDE = matchMedia("(min-width: 60rem)");
const TOUCH = matchMedia("(pointer: coarse)");
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

/**
 * The thread of one's own question opens: beside it, focus staying where it is, or in its place where
 * there is no room for both; a step back then leads to the conversation.
 */
function follow({ channel, thread_ts }) {
  if (!thread_ts || !asked.delete(thread_ts)) return;
  const { channel: here, thread, home } = current();
  const inThread = thread && document.getElementById("thread").contains(document.activeElement);
  const writing = !WIDE.matches && document.getElementById("composer").value;
  if (here !== channel || home || inThread || writing) return;
  go(toThread(channel, thread_ts), { replace: WIDE.matches });
  if (!WIDE.matches && !TOUCH.matches) afterDraw(() => document.getElementById("thread-composer").focus());
}
