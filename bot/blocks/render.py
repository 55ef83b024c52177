"""Replies as Slack messages: pure functions from `Answer` and `Refusal` to Markdown and blocks.

A message is its Markdown (streamed, or in a `markdown` block) and closing blocks: sources, buttons,
feedback. The Markdown grows statement by statement, so what was streamed is a prefix of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot import words
from bot.blocks import actions
from bot.blocks.blockkit import Block, button, context_line, plain, shorten
from bot.blocks.mrkdwn import (
    escape_markdown,
    escape_mrkdwn,
    fence,
    link_markdown,
    link_mrkdwn,
    safe_markdown,
    web_address,
)
from bot.blocks.quoted_links import quoted_link
from bot.blocks.tables import table_block, table_statements
from chains.contract import Refusal, Reply, Source, Statement, Table

MARKDOWN_LIMIT = 12_000
TEXT_LIMIT = 3_000
CONTEXT_ELEMENTS = 10
BUTTONS = 5
# A statement longer than this (a long code block) is cut into several, each whole in its notation.
STATEMENT_LIMIT = 3_000
# What is shown before "More": there is room left for the sign that more follows.
SHOWN_LIMIT = MARKDOWN_LIMIT - len(words.MORE_FOLLOWS) - 2


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message. `text` is the plain words for notifications, `rest` the Markdown that did not fit.

    `intro` is a line of mrkdwn above it all; a stream has no place for one. `table` is a table block below
    the Markdown, `table_rows` the same as Markdown.
    """

    markdown: str
    blocks: tuple[Block, ...]
    text: str
    rest: str = ""
    intro: str = ""
    table: Block | None = None
    table_rows: tuple[str, ...] = ()

    @property
    def closing_blocks(self) -> list[Block]:
        """What stands below the Markdown."""
        return [*([self.table] if self.table else []), *self.blocks]

    def without_table(self) -> Rendered:
        """The same with the table's rows as Markdown, for where Slack takes no table block."""
        markdown, _ = _fit([self.markdown, *self.table_rows])
        return replace(self, markdown=markdown, table=None, table_rows=())

    @property
    def all_blocks(self) -> list[Block]:
        """The message as blocks alone, where it is not streamed."""
        markdown: list[Block] = [{"type": "markdown", "text": self.markdown}] if self.markdown else []
        intro = [context_line(self.intro)] if self.intro else []
        return [*intro, *markdown, *self.closing_blocks]


def statements_markdown(statements: Iterable[Statement]) -> Iterator[str]:
    """The Markdown of each statement in turn, together with what separates it from the one before.

    Each is at most a few thousand characters long: long ones come in several pieces.
    """
    previous: Statement | None = None
    for statement in statements:
        for part in _parts(statement):
            yield _quoted(part, previous) if part.quoted else _written(part, previous)
            previous = part


def render(reply: Reply, event_id: str, *, shareable: bool = False) -> Rendered:
    """A whole reply. `event_id` is what its buttons carry; `shareable` adds "Share to channel"."""
    table = None if isinstance(reply, Refusal) else reply.table
    block = table_block(table) if table else None
    rows = _table_rows(table) if table else ()
    if isinstance(reply, Refusal):
        markdown, rest, sources = _refusal(reply), "", ()
    else:
        pieces = list(statements_markdown(reply.statements))
        if table:
            pieces.append(f"{_gap(pieces)}{_table_heading(table, reply.sources)}")
        markdown, rest = _fit([*pieces, *(() if block else rows)])
        quoted = (*reply.statements, *(table_statements(table) if table else ()))
        sources = tuple(replace(source, url=quoted_link(source, quoted)) for source in reply.sources)
    left_out = table.left_out if table else 0
    blocks = [
        *([context_line(words.rows_left_out(left_out))] if left_out else []),
        # What it says of the answer is to be read with it.
        *([context_line(f"_{escape_mrkdwn(reply.notice)}_")] if reply.notice else []),
        *_source_blocks(sources),
        *_buttons(sources, event_id, more=bool(rest), shareable=shareable),
        _feedback(event_id),
    ]
    text = shorten(escape_mrkdwn(plain_text(reply)), TEXT_LIMIT)
    return Rendered(markdown, tuple(blocks), text, rest, table=block, table_rows=rows if block else ())


def plain_text(reply: Reply) -> str:
    """A reply's words alone, as they stand in the conversation's history."""
    if isinstance(reply, Refusal):
        return words.REFUSAL
    lines: list[str] = []
    lead = ""
    for statement in reply.statements:
        if statement.lead and statement.lead != lead:
            lines.append(statement.lead)
        lead = statement.lead
        lines.append(_row(statement) if statement.kind == "table_row" else statement.text)
    if reply.table:
        lines += [reply.table.caption, *map(_row, table_statements(reply.table))]
    return "\n".join(filter(None, lines))


def plain_message(markdown: str, text: str | None = None) -> Rendered:
    """A message of our own words."""
    return Rendered(markdown, (), text or markdown)


def source_label(source: Source) -> str:
    """How a source is named to people: "Title › Heading", with the page where it has one."""
    headings = [heading for heading in source.heading_path if heading != source.title]
    label = " › ".join([source.title, *headings[-1:]])
    return f"{label} (p. {source.page})" if source.page else label


def cut_markdown(markdown: str, limit: int = MARKDOWN_LIMIT) -> list[str]:
    """Markdown in messages of at most `limit` characters, cut between paragraphs where there are any."""
    messages: list[str] = [""]
    for paragraph in markdown.split("\n\n"):
        for start in range(0, len(paragraph) or 1, limit):
            piece = paragraph[start : start + limit]
            joined = f"{messages[-1]}\n\n{piece}" if messages[-1] else piece
            if len(joined) <= limit:
                messages[-1] = joined
            else:
                messages.append(piece)
    return [message for message in messages if message.strip()]


def _table_heading(table: Table, sources: Sequence[Source]) -> str:
    """What stands above a table: the sentence that leads it in, or else the name of its source."""
    source = next(source for source in sources if source.number == table.source)
    label = escape_markdown(source_label(source), line_start=False)
    name = f"> {escape_markdown(table.caption)}" if table.caption else f"**{label}**"
    return f"{name} [{table.source}]"


def _table_rows(table: Table) -> tuple[str, ...]:
    """A table's rows as Markdown, to stand below its heading."""
    first, *others = statements_markdown(table_statements(table))
    return f"\n\n{first}", *others


def _fit(pieces: Iterable[str]) -> tuple[str, str]:
    """What fits into a message, and the rest."""
    shown, rest = "", ""
    for piece in pieces:
        if rest or len(shown) + len(piece) > SHOWN_LIMIT:
            rest += piece
        else:
            shown += piece
    return (f"{shown}\n\n{words.MORE_FOLLOWS}", rest.strip()) if rest else (shown, "")


def _parts(statement: Statement) -> list[Statement]:
    text = statement.text
    if statement.kind == "code" and not statement.quoted:
        # A model's code comes with its fences; they are replaced by ones that nothing within can close.
        text = _inside_fences(text)
    if len(text) <= STATEMENT_LIMIT:
        return [replace(statement, text=text)]
    parts = []
    while text:
        end = len(text)
        if end > STATEMENT_LIMIT:
            window = text[:STATEMENT_LIMIT]
            end = max(window.rfind("\n"), window.rfind(" ")) + 1 or STATEMENT_LIMIT
        parts.append(
            replace(statement, text=text[:end].strip("\n"), before=statement.before if not parts else "\n")
        )
        text = text[end:]
    return parts


def _citations(statement: Statement) -> str:
    return "".join(f"[{number}]" for number in statement.sources)


def _quoted(statement: Statement, previous: Statement | None) -> str:
    """Verbatim words of a document, as a quotation with the number of its source."""
    cited = f" {_citations(statement)}" if statement.sources else ""
    lead = escape_markdown(statement.lead, line_start=True) if statement.lead else ""
    if statement.kind == "code":
        quoted_lead = f"> {lead}\n\n" if lead else ""
        return f"{_gap(previous)}{quoted_lead}{fence(statement.text)}\n{cited.strip()}"
    if statement.kind == "sentence":
        said = previous is not None and _same_list(previous, statement)
        quoted_lead = f"> {lead}\n" if lead and not said else ""
        text = escape_markdown(statement.text, statement.links)
        return f"{_gap(previous)}{quoted_lead}> {text}{cited}"
    item = _row_markdown(statement) if statement.kind == "table_row" else _item_markdown(statement)
    # An item that has its number is a paragraph of its own: it needs no bullet.
    apart = "" if item.startswith("- ") else ">\n"
    if previous and previous.kind == statement.kind and previous.quoted and _same_list(previous, statement):
        return f"\n{apart}> {item}{cited}"
    quoted_lead = f"> {lead}\n{apart}" if lead else ""
    return f"{_gap(previous)}{quoted_lead}> {item}{cited}"


def _same_list(one: Statement, other: Statement) -> bool:
    return (one.lead, one.sources) == (other.lead, other.sources)


def _gap(previous: Statement | Sequence[str] | None) -> str:
    return "\n\n" if previous else ""


def _item_markdown(statement: Statement) -> str:
    text = escape_markdown(statement.text, statement.links)
    # An item keeps its number; written as a numbered list, Slack would count anew from there.
    number = statement.marker.rstrip(".)")
    return f"{number}\\. {text}" if number.isdigit() else f"- {text}"


def _row_markdown(statement: Statement) -> str:
    if not statement.cells:
        return f"- {escape_markdown(statement.text, statement.links)}"
    named = _named(
        (escape_markdown(name, line_start=False), escape_markdown(cell, statement.links, line_start=not name))
        for name, cell in _named_cells(statement)
    )
    return f"- {named}"


def _row(statement: Statement) -> str:
    if not statement.cells:
        return statement.text
    return " · ".join(f"{name}: {cell}" if name else cell for name, cell in _named_cells(statement))


def _named_cells(statement: Statement) -> list[tuple[str, str]]:
    """A row's cells with their columns' names. A first cell of words says itself what the row is about."""
    header = statement.header + ("",) * len(statement.cells)
    if re.search(r"[^\W\d_]", statement.cells[0]) and len(statement.cells) > 1:
        header = ("", *header[1:])
    return [(name.strip(), cell) for name, cell in zip(header, statement.cells, strict=False) if cell.strip()]


def _written(statement: Statement, previous: Statement | None) -> str:
    """A model's sentence, list item, row or code, with the numbers of its sources."""
    cited = _citations(statement)
    if statement.kind == "code":
        return "\n".join(filter(None, [f"{_gap(previous)}{fence(statement.text)}", cited]))
    addresses = {link.url for link in statement.links}
    marks = " ".join(filter(None, [cited, "" if statement.supported else f"_{words.UNCONFIRMED}_"]))
    if statement.kind == "table_row" and statement.cells:
        before = "\n- " if previous and previous.kind == "table_row" else f"{_gap(previous)}- "
        text = _named(
            (safe_markdown(name, ()), safe_markdown(cell, addresses))
            for name, cell in _named_cells(statement)
        )
    else:
        before = statement.before.lstrip("\n") if previous is None else statement.before or " "
        text = safe_markdown(statement.text, addresses)
    return f"{before}{text} {marks}" if marks else f"{before}{text}"


def _inside_fences(code: str) -> str:
    lines = code.strip("\n").split("\n")
    closed = len(lines) > 1 and lines[-1].strip().startswith(("```", "~~~"))
    return "\n".join(lines[1 : -1 if closed else None]) if lines[0].startswith(("```", "~~~")) else code


def _named(pairs: Iterable[tuple[str, str]]) -> str:
    """A table row's cells with their columns' names, on one line."""
    return " · ".join(f"**{name}**: {cell}" if name else cell for name, cell in pairs)


def _refusal(refusal: Refusal) -> str:
    if not refusal.nearest:
        return f"{words.REFUSAL} {words.NOTHING_NEAR}"
    nearest = [f"- {link_markdown(source_label(source), source.url)}" for source in refusal.nearest]
    return "\n".join([f"{words.REFUSAL} {words.NEAREST}", *nearest])


def _source_blocks(sources: tuple[Source, ...]) -> list[Block]:
    elements = [_source_element(source) for source in sources]
    return [
        {"type": "context", "elements": elements[start : start + CONTEXT_ELEMENTS]}
        for start in range(0, len(elements), CONTEXT_ELEMENTS)
    ]


def _source_element(source: Source) -> Block:
    label = f"[{source.number}] {shorten(source_label(source), 200)}"
    if web_address(source.url):
        return {"type": "mrkdwn", "text": link_mrkdwn(label, source.url), "verbatim": True}
    return plain(label)


def _buttons(sources: tuple[Source, ...], event_id: str, *, more: bool, shareable: bool) -> list[Block]:
    unlinked = [source for source in sources if not web_address(source.url)][:BUTTONS]
    buttons = [
        *([button(actions.MORE, "More", event_id)] if more else []),
        *(
            button(f"{actions.PASSAGE}{source.number}", f"Show passage {source.number}", event_id)
            for source in unlinked
        ),
        *([button(actions.SHARE, "Share to channel", event_id)] if shareable else []),
    ]
    return [{"type": "actions", "elements": buttons}] if buttons else []


def _feedback(event_id: str) -> Block:
    def thumb(label: str, rating: str, spoken: str) -> Block:
        return {"text": plain(label), "value": f"{rating}:{event_id}", "accessibility_label": spoken}

    element = {
        "type": "feedback_buttons",
        "action_id": actions.FEEDBACK,
        "positive_button": thumb("Helpful", actions.HELPFUL, "This answer helped"),
        "negative_button": thumb("Not helpful", actions.NOT_HELPFUL, "This answer did not help"),
    }
    return {"type": "context_actions", "elements": [element]}
