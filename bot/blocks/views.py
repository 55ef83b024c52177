"""Views and lists that are no answers: the home tab, a source's passage, the documents that we know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot import words
from bot.answerer import KnownDocument
from bot.blocks.blockkit import SECTION_LIMIT, Block, plain, section
from bot.blocks.mrkdwn import escape_mrkdwn, link_mrkdwn
from bot.blocks.render import Rendered, source_label
from chains.contract import Source

DOCUMENTS_LISTED = 15
HEADER_LIMIT = 150


def home_view(documents: int, last_sync: datetime | None, examples: Sequence[str]) -> dict[str, Any]:
    """The home tab: what Ragtime does, how much it knows, what to ask."""
    if not documents:
        known = words.NOTHING_KNOWN if last_sync else words.NOT_LOOKED
    else:
        when = f", last looked through {moment(last_sync)}" if last_sync else ""
        known = f"I know *{words.counted(documents)}* that you may read{when}."
    listed = "\n".join(f"• {example}" for example in examples)
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain(words.HOME_TITLE)},
            section(words.HOME_ABOUT),
            {"type": "divider"},
            section(known),
            section(f"For example:\n{listed}"),
        ],
    }


def passage_view(source: Source) -> dict[str, Any]:
    """A modal with the passage that an answer rests on, as plain words."""
    passage = source.passage
    parts = [passage[start : start + SECTION_LIMIT] for start in range(0, len(passage), SECTION_LIMIT)]
    where = f"{source_label(source)}\n{source.document}"
    return {
        "type": "modal",
        "title": plain(f"Source {source.number}"),
        "close": plain("Close"),
        "blocks": [
            {"type": "header", "text": plain(source.title[:HEADER_LIMIT])},
            {"type": "context", "elements": [plain(where[:SECTION_LIMIT])]},
            *({"type": "section", "text": plain(part)} for part in parts if part.strip()),
        ],
    }


def documents_message(found: Sequence[KnownDocument], total: int, searched: str) -> Rendered:
    """The reply to `/docs`: how many documents there are, and those found (at most `DOCUMENTS_LISTED`)."""
    if not total:
        line = words.NOTHING_KNOWN
    elif searched and not found:
        line = f"None of {words.counted(total)} matches “{searched}”. Try other words."
    elif searched:
        line = f"What matches “{searched}”, among {words.counted(total)} that you may read:"
    else:
        line = f"I know {words.counted(total)} that you may read."
    listed = [f"• {link_mrkdwn(document.title, document.url)}" for document in found[:DOCUMENTS_LISTED]]
    left = 0 if searched else total - len(listed)
    more = [f"… and {left:,} more. `/docs words` searches them."] if left > 0 else []
    blocks: list[Block] = [section(text) for text in _within_sections([escape_mrkdwn(line), *listed, *more])]
    return Rendered("", tuple(blocks), escape_mrkdwn(line))


def _within_sections(lines: Sequence[str]) -> list[str]:
    """Lines in as few sections as hold them; a line that is too long for any is left out."""
    sections = [""]
    for line in lines:
        joined = f"{sections[-1]}\n{line}" if sections[-1] else line
        if len(joined) <= SECTION_LIMIT:
            sections[-1] = joined
        elif len(line) <= SECTION_LIMIT:
            sections.append(line)
    return sections


def moment(time: datetime) -> str:
    """A time as Slack shows it to each reader in their own zone."""
    return f"<!date^{int(time.timestamp())}^{{date_short_pretty}} {{time}}|{time:%d %b %Y, %H:%M %Z}>"
