"""The sources of a reply, numbered in the order in which they are cited."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chains.comparison import AskedTable
from chains.contract import Source, Table
from knowledge.index import Index
from knowledge.retriever import Hit


@dataclass(slots=True)
class Sources:
    """Numbers the passages of a reply in the order in which they are cited, from 1.

    Passages of one section count as one source.
    """

    index: Index
    listed: list[Source] = field(default_factory=list)
    _numbers: dict[tuple[object, ...], int] = field(default_factory=dict)

    def table(self, asked: AskedTable) -> Table:
        """The table that was asked for, as it is quoted; its source's passage holds all of it."""
        number = self.number(asked.found.hit)
        table = asked.found.quoted(number, asked.start)
        listed, rows = self.listed[number - 1], table.quote.splitlines()
        others = "\n".join(line for line in listed.passage.splitlines() if line not in rows).strip()
        header = " | ".join(filter(None, table.header))
        whole = "\n".join(filter(None, (header, table.quote)))
        caption = table.caption if table.caption not in others else ""
        passage = "\n\n".join(filter(None, (others, caption, whole)))
        self.listed[number - 1] = replace(listed, passage=passage)
        return table

    def number(self, hit: Hit, quoted: str = "") -> int:
        """The number under which a passage is cited, a new one where it is not listed yet.

        What is quoted of its section is in the passage, even if it stands further away.
        """
        number = self._number(hit)
        listed = self.listed[number - 1]
        if quoted not in listed.passage:
            self.listed[number - 1] = replace(listed, passage=f"{listed.passage}\n{quoted}")
        return number

    def _number(self, hit: Hit) -> int:
        chunk, document = hit.stored.chunk, hit.stored.document
        section = (document.id, chunk.heading_path, chunk.page)
        if section not in self._numbers:
            self._numbers[section] = len(self.listed) + 1
            self.listed.append(
                Source(
                    number=len(self.listed) + 1,
                    document=document.path,
                    title=document.title,
                    heading_path=chunk.heading_path,
                    passage=self.index.around(hit.stored).text,
                    url=_address(document.url, chunk.anchor),
                    page=chunk.page,
                )
            )
            return len(self.listed)
        number = self._numbers[section]
        listed = self.listed[number - 1]
        if chunk.text not in listed.passage:
            passage = self.index.around(hit.stored).text
            self.listed[number - 1] = replace(listed, passage=f"{listed.passage}\n\n{passage}")
        return number


def _address(url: str | None, anchor: str | None) -> str | None:
    return f"{url}#{anchor}" if url and anchor and "#" not in url else url
