"""What there is to read of a recommendation: why, its figures, the decision record; and sharing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine

from bot import words
from bot.blocks.actions import GuideBlock
from bot.blocks.mrkdwn import escape_mrkdwn, fence
from bot.blocks.recommendation_blocks import figures_markdown, shared_recommendation
from bot.blocks.render import MARKDOWN_LIMIT, Rendered, cut_markdown
from bot.inbox import Incoming
from bot.records import guides
from bot.records.guides import GuideGone
from chains.guide.contract import Recommendation
from chains.guide.explain import recommend
from chains.guide.explain import why as lines_that_decided
from chains.guide.record import decision_record
from chains.guide.talk import volumes_wanted

# What is left of a message's Markdown between the fences around a record.
RECORD_LIMIT = MARKDOWN_LIMIT - 100
TOPIC_LIMIT = 200


def why(engine: Engine, block: GuideBlock) -> Sequence[str]:
    """The lines of the table that decided, as Markdown messages; none where it is gone."""
    recommendation = _shown(engine, block)
    return cut_markdown(lines_that_decided(recommendation.decision)) if recommendation else []


def figures(engine: Engine, block: GuideBlock) -> Sequence[str]:
    """The figures and sources, and what would refine them, as Markdown messages; none where it is gone."""
    recommendation, guide = _shown(engine, block), guides.find(engine, block.guide)
    if recommendation is None or guide is None:
        return []
    return cut_markdown("\n\n".join([figures_markdown(recommendation), *volumes_wanted(guide.state)]))


def record(engine: Engine, block: GuideBlock) -> Sequence[str]:
    """The decision record of the guide as it stands, to be copied; none where it is gone."""
    guide = guides.find(engine, block.guide)
    if guide is None:
        return []
    state, today = guide.state, datetime.now(UTC).date()
    recommendation = recommend(state.known, state.unsure, state.volumes, today)
    whole = decision_record(state, recommendation, today)
    return [words.EXPORTED, *(fence(part) for part in cut_markdown(whole, RECORD_LIMIT))]


def for_channel(engine: Engine, incoming: Incoming) -> Rendered:
    """A recommendation as a person shares it to a channel.

    Raises:
        GuideGone: it was deleted.
    """
    action = incoming.action or {}
    block = GuideBlock(action["guide"], action["moves"], part="verdict")
    guide, recommendation = guides.find(engine, block.guide), _shown(engine, block)
    if guide is None or recommendation is None:
        raise GuideGone
    topic = escape_mrkdwn(" ".join(guide.state.topic.split())[:TOPIC_LIMIT])
    return shared_recommendation(recommendation, block, words.shared_recommendation(incoming.user, topic))


def _shown(engine: Engine, block: GuideBlock) -> Recommendation | None:
    move = guides.move_shown(engine, block.guide, block.moves)
    return move.step.recommendation if move else None
