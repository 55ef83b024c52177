"""The ids of buttons, and what their values say: what is rendered and what the listeners read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FEEDBACK = "feedback"
HELPFUL = "helpful"
NOT_HELPFUL = "not_helpful"
MORE = "more"
SHARE = "share"
# Followed by the source's number: ids within a block differ.
PASSAGE = "passage-"

# "Not what you meant?": followed by what was meant, "answer" or "guide"; the value is the event's id.
SWITCH = "switch-"
# A person's history, to be deleted; the value is the id of the event that asked for it.
FORGET = "forget"

# A guide's elements. Which guide and question they belong to is in their block's id.
GUIDE_CHOOSE = "guide-choose-"
GUIDE_UNSURE = "guide-unsure"
GUIDE_TICKS = "guide-ticks"
GUIDE_DONE = "guide-done"
GUIDE_WORDS = "guide-words"
GUIDE_CHANGE = "guide-change"
GUIDE_WHY = "guide-why"
GUIDE_FIGURES = "guide-figures"
GUIDE_EXPORT = "guide-export"
GUIDE_SHARE = "guide-share"
# Shares it to a channel that is chosen in a modal.
GUIDE_SHARE_TO = "guide-share-to"

# Modals, and the element in which each asks for something.
WORDS_VIEW = "guide-words"
SHARE_VIEW = "guide-share-to"
ENTERED = "entered"

_GUIDE = "guide"
_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class GuideBlock:
    """What a block's id says: which guide it belongs to, at which move, and which question it asks.

    `part` tells the blocks of one message apart.
    """

    guide: str
    moves: int
    question: str = ""
    part: str = ""

    @property
    def block_id(self) -> str:
        """The block's id."""
        return _SEPARATOR.join((_GUIDE, self.part, str(self.moves), self.question, self.guide))

    @classmethod
    def read(cls, block_id: str) -> GuideBlock:
        """The other way round.

        Raises:
            ValueError: it is no guide's block.
        """
        mark, part, moves, question, guide = block_id.split(_SEPARATOR, 4)
        if mark != _GUIDE:
            raise ValueError(block_id)
        return cls(guide, int(moves), question, part)


def choice_value(factor: str, value: str) -> str:
    """What a button, a box or an option says that stands for a factor's value."""
    return f"{factor}={value}"


def read_choices(*values: str) -> Mapping[str, str]:
    """Factors and values, from what buttons or boxes say."""
    return dict(value.split("=", 1) for value in values)
