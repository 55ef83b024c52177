"""Events that show an answer or a recommendation to a channel: each once, however often it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from bot.blocks.actions import GuideBlock
from bot.inbox import ChannelType, Incoming
from bot.records.conversations import Exchange


@dataclass(frozen=True, slots=True)
class Sharer:
    """Who shares where; `response_url` is where they are told if it does not work."""

    user: str
    team: str
    channel: str
    response_url: str | None = None

    @property
    def channel_type(self) -> ChannelType:
        """The kind of conversation, as far as a channel's id says it."""
        return "im" if self.channel.startswith("D") else "channel"


def answer_shared(exchange: Exchange, by: Sharer) -> Incoming:
    """A question is answered again, for the channel."""
    return Incoming(
        event_id=f"share:{exchange.event_id}",
        kind="share",
        channel=by.channel,
        channel_type=by.channel_type,
        user=by.user,
        team=by.team,
        text=exchange.question,
        response_url=by.response_url,
    )


def verdict_shared(block: GuideBlock, by: Sharer) -> Incoming:
    """A recommendation is shown to the channel, as it stood at that move of its guide."""
    return Incoming(
        event_id=f"share:{block.moves}:{by.channel}:{block.guide}",
        kind="share",
        channel=by.channel,
        channel_type=by.channel_type,
        user=by.user,
        team=by.team,
        text="",
        response_url=by.response_url,
        action={"guide": block.guide, "moves": block.moves},
    )
