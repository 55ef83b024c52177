"""The guide's modals: an answer in words, and the channel to share to."""

from __future__ import annotations

from typing import Any

from bot import words
from bot.blocks import actions
from bot.blocks.blockkit import Block, plain, shorten

# What Slack allows for an input's label.
LABEL_LIMIT = 2_000
WORDS_LIMIT = 2_000


def words_view(question: str, origin: str) -> dict[str, Any]:
    """Asks a question that is answered in words; `origin` is what the answer brings back."""
    field = {
        "type": "plain_text_input",
        "action_id": actions.ENTERED,
        "multiline": True,
        "max_length": WORDS_LIMIT,
        "focus_on_load": True,
    }
    return _modal(actions.WORDS_VIEW, words.IN_WORDS, words.SEND, question, field, origin)


def share_view(origin: str) -> dict[str, Any]:
    """Asks for a channel; `origin` is what the answer brings back."""
    field = {
        "type": "conversations_select",
        "action_id": actions.ENTERED,
        "placeholder": plain(words.A_CHANNEL),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return _modal(actions.SHARE_VIEW, words.SHARE, words.SHARE, words.SHARE_WHERE, field, origin)


def _modal(callback: str, title: str, submit: str, label: str, field: Block, origin: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": origin,
        "title": plain(title),
        "submit": plain(submit),
        "close": plain(words.CANCEL),
        "blocks": [
            {
                "type": "input",
                "block_id": actions.ENTERED,
                "label": plain(shorten(label, LABEL_LIMIT)),
                "element": field,
            }
        ],
    }
