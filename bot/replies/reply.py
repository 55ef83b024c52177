"""One reply on its way into Slack: streamed where that is offered, else one message that is edited.

However it comes about, the complete reply carries metadata with the event that it answers; by it a
later process can tell that there is nothing left to do.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.mrkdwn import escape_mrkdwn
from bot.blocks.render import TEXT_LIMIT, Rendered
from bot.client import SLACK_ERRORS, error_code, is_transient, said
from bot.inbox import Incoming
from bot.telemetry.traces import span

log = logging.getLogger(__name__)

REPLY = "ragtime_reply"
# A message that is being edited, where streams are not offered.
DRAFT = "ragtime_draft"
APPEND_SECONDS = 0.6
EDIT_SECONDS = 1.5
PAGE = 200

# Errors that no other way of posting would mend.
UNREACHABLE = {
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "user_not_in_channel",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "ekm_access_denied",
    "messages_tab_disabled",
    "cannot_reply_to_message",
}
# Errors that mean that this workspace or server has no streams at all.
NO_STREAMS = {"unknown_method", "method_deprecated", "feature_not_enabled", "not_allowed_token_type"}
# Errors by which a Slack says that it has no table blocks.
NO_TABLES = {"invalid_blocks", "invalid_blocks_format", "invalid_attachments"}


class Withdrawn(Exception):
    """The message that was to be answered is gone."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier try left in Slack: the complete reply, or one that was being written."""

    reply_ts: str | None = None
    draft_ts: str | None = None


def metadata(incoming: Incoming, event_type: str = REPLY) -> dict[str, Any]:
    """The metadata by which a reply is found again."""
    payload = {"event_id": incoming.event_id, "channel": incoming.channel, "ts": incoming.ts or ""}
    return {"event_type": event_type, "event_payload": payload}


def find_earlier(client: WebClient, incoming: Incoming, bot_user: str) -> Earlier:
    """Looks for what an earlier try has left where the reply goes.

    Ours, and for this event, is a message whose metadata names it. A stream carries none until it is
    complete: a message of ours after the question that has none at all is such a stream.

    Raises:
        Withdrawn: the thread is gone.
        SlackApiError, OSError: Slack could not be asked.
    """
    if incoming.thread_ts:
        pages = thread_pages(client, incoming.channel, incoming.thread_ts)
    else:
        pages = client.conversations_history(channel=incoming.channel, include_all_metadata=True, limit=PAGE)
    draft_ts = None
    for page in pages:
        for message in said(page)["messages"]:
            if message.get("user") != bot_user:
                continue
            marks = message.get("metadata") or {}
            ours = (marks.get("event_payload") or {}).get("event_id") == incoming.event_id
            if ours and marks.get("event_type") == REPLY:
                return Earlier(reply_ts=message["ts"])
            unfinished = not marks and "streaming_state" in message and message["ts"] > (incoming.ts or "")
            if (ours and marks.get("event_type") == DRAFT) or (incoming.ts and unfinished):
                draft_ts = message["ts"]
        if not incoming.thread_ts:
            # A channel's history begins with the newest: what was begun lately is on the first page.
            break
    return Earlier(draft_ts=draft_ts)


def thread_pages(client: WebClient, channel: str, thread_ts: str, oldest: str | None = None) -> Iterator[Any]:
    """A thread's messages with their metadata, page by page; its first, and those from `oldest` on.

    Raises:
        Withdrawn: the thread is gone.
        SlackApiError, OSError: Slack could not be asked.
    """
    try:
        yield from client.conversations_replies(
            channel=channel,
            ts=thread_ts,
            oldest=oldest,
            inclusive=True,
            include_all_metadata=True,
            limit=PAGE,
        )
    except SlackApiError as error:
        if error_code(error) == "thread_not_found":
            raise Withdrawn from error
        raise


class Reply:
    """Writes one reply. `write` may be called any number of times, `finish` once.

    `draft_ts` is a message that an earlier try left unfinished: it becomes this reply. `on_draft` is
    told the ts of a message as soon as one is begun. `wanted` is asked before anything is posted.
    `no_streams` is set once it turns out that Slack offers none here.
    """

    def __init__(
        self,
        client: WebClient,
        incoming: Incoming,
        *,
        on_draft: Callable[[str], None],
        wanted: Callable[[], bool],
        no_streams: threading.Event,
        draft_ts: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._incoming = incoming
        self._on_draft = on_draft
        self._wanted = wanted
        self._no_streams = no_streams
        self._clock = clock
        self._ts = draft_ts
        self._text = ""
        self._sent = ""
        self._sent_at = clock()
        self._way: Literal["new", "stream", "edit"] = "new"
        if draft_ts:
            self._become_edited()
        elif not incoming.thread_ts or no_streams.is_set():
            self._way = "edit"

    def write(self, markdown: str) -> None:
        """Adds text that is final; it is shown now or a moment later."""
        self._text += markdown
        if self._way == "new":
            self._start_stream()
        if self._way == "stream" and self._due(APPEND_SECONDS):
            self._append()
        elif self._way == "edit" and self._due(EDIT_SECONDS):
            self._edit()

    def finish(self, rendered: Rendered) -> str:
        """Shows the whole reply, with its metadata; returns the message's ts.

        Raises:
            Withdrawn: the question is gone, and nothing was posted.
            SlackApiError, OSError: it could not be posted, or that is not known.
        """
        with span("post", way=self._way):
            return self._finish_with_table(rendered)

    def _finish_with_table(self, rendered: Rendered) -> str:
        try:
            return self._finish(rendered)
        except SlackApiError as error:
            if rendered.table is None or error_code(error) not in NO_TABLES:
                raise
            log.info("no table in %s (%s): its rows instead", self._incoming.channel, error_code(error))
            return self._finish(rendered.without_table())

    def _finish(self, rendered: Rendered) -> str:
        if self._way == "stream":
            if rendered.markdown.startswith(self._sent) and self._stop(rendered):
                return str(self._ts)
            self._become_edited()
        content: dict[str, Any] = {
            "text": rendered.text,
            "blocks": rendered.all_blocks,
            "metadata": metadata(self._incoming),
        }
        if self._ts:
            try:
                self._client.chat_update(channel=self._incoming.channel, ts=self._ts, **content)
                return self._ts
            except SlackApiError as error:
                if error_code(error) not in ("message_not_found", "cant_update_message"):
                    raise
        return self._post(content)

    def _due(self, seconds: float) -> bool:
        return self._text != self._sent and self._clock() - self._sent_at >= seconds

    def _note_sent(self) -> None:
        self._sent = self._text
        self._sent_at = self._clock()

    def _start_stream(self) -> None:
        self._ask_whether_wanted()
        incoming = self._incoming
        direct = incoming.channel_type == "im"
        try:
            started = self._client.chat_startStream(
                channel=incoming.channel,
                thread_ts=str(incoming.thread_ts),
                markdown_text=self._text,
                recipient_user_id=None if direct else incoming.user,
                recipient_team_id=None if direct else incoming.team,
            )
        except SlackApiError as error:
            if is_transient(error) or error_code(error) in UNREACHABLE:
                raise
            log.info("no stream in %s (%s): one message instead", incoming.channel, error_code(error))
            if error_code(error) in NO_STREAMS:
                self._no_streams.set()
            self._way = "edit"
            return
        self._way = "stream"
        self._ts = str(started["ts"])
        self._on_draft(self._ts)
        self._note_sent()

    def _append(self) -> None:
        try:
            self._client.chat_appendStream(
                channel=self._incoming.channel,
                ts=str(self._ts),
                markdown_text=self._text[len(self._sent) :],
            )
        except SLACK_ERRORS as error:
            # Ended by itself, or it is not known what arrived: the message is written anew as a whole.
            log.info("stream %s goes on as an edited message: %s", self._ts, error)
            self._become_edited()
            return
        self._note_sent()

    def _stop(self, rendered: Rendered) -> bool:
        """Completes the stream; False where it had ended by itself."""
        left = rendered.markdown[len(self._sent) :]
        try:
            self._client.chat_stopStream(
                channel=self._incoming.channel,
                ts=str(self._ts),
                markdown_text=left or None,
                blocks=rendered.closing_blocks,  # pyright: ignore[reportArgumentType]  (plain dictionaries)
                metadata=metadata(self._incoming),
            )
        except SlackApiError as error:
            if is_transient(error):
                raise
            log.info("stream %s is completed by an update: %s", self._ts, error_code(error))
            return False
        return True

    def _become_edited(self) -> None:
        """Goes on with the message as one that is edited; a stream that is still open refuses that."""
        self._way = "edit"
        self._sent_at = self._clock()
        try:
            self._client.chat_stopStream(channel=self._incoming.channel, ts=str(self._ts))
        except SLACK_ERRORS as error:
            log.debug("stream %s was not open: %s", self._ts, error)

    def _edit(self) -> None:
        content: dict[str, Any] = {
            "text": escape_mrkdwn(self._text[:TEXT_LIMIT]),
            "blocks": [{"type": "markdown", "text": self._text}],
            "metadata": metadata(self._incoming, DRAFT),
        }
        if self._ts:
            self._client.chat_update(channel=self._incoming.channel, ts=self._ts, **content)
        else:
            self._ts = self._post(content)
            self._on_draft(self._ts)
        self._note_sent()

    def _post(self, content: dict[str, Any]) -> str:
        self._ask_whether_wanted()
        posted = self._client.chat_postMessage(
            channel=self._incoming.channel,
            thread_ts=self._incoming.thread_ts,
            unfurl_links=False,
            unfurl_media=False,
            **content,
        )
        return str(posted["ts"])

    def _ask_whether_wanted(self) -> None:
        if not self._ts and not self._wanted():
            raise Withdrawn
