"""Word's numbered and bulleted lists: which level a paragraph has, and the number that Word shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class Item:
    """A list item's nesting depth, and its number ("3."; empty for bullets)."""

    level: int
    marker: str


@dataclass(frozen=True, slots=True)
class _Level:
    """How a list numbers one of its levels: `pattern` has %1 for the first level's number, and so on."""

    form: str = "bullet"
    pattern: str = ""
    start: int = 1


class Numbering:
    """A document's lists. It counts, so that it must see the paragraphs in order."""

    def __init__(self, document: WordDocument) -> None:
        root = _numbering_root(document)
        abstract = (
            {}
            if root is None
            else {_value(a, "abstractNumId"): _levels(a) for a in root.iterchildren(_W + "abstractNum")}
        )
        self._lists: dict[str, dict[int, _Level]] = {}
        for number in () if root is None else root.iterchildren(_W + "num"):
            reference = number.find(_W + "abstractNumId")
            self._lists[_value(number, "numId")] = abstract.get(_value(reference, "val"), {})
        self._styles = {style.style_id: found for style in document.styles if (found := _of_style(style))}
        self._counts: dict[str, dict[int, int]] = {}

    def item(self, paragraph: Any, style: str) -> Item | None:
        """What the paragraph is in its list; None where it is in none."""
        properties = paragraph.find(f"{_W}pPr/{_W}numPr")
        list_id, level = self._styles.get(style, ("", 0))
        if properties is not None:
            list_id = _value(properties.find(_W + "numId"), "val") or list_id
            level = _integer(_value(properties.find(_W + "ilvl"), "val"), level)
        if not list_id or list_id == "0":
            return None
        levels = self._lists.get(list_id, {})
        counts = self._counts.setdefault(list_id, {})
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        own = levels.get(level, _Level())
        counts[level] = counts.get(level, own.start - 1) + 1
        if own.form in ("bullet", "none"):
            return Item(level, "")

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            other = levels.get(at, _Level("decimal"))
            return _numeral(counts.get(at, other.start), other.form)

        return Item(level, re.sub(r"%(\d)", shown, own.pattern).replace(")", ".").replace("(", ""))


def _numbering_root(document: WordDocument) -> Any | None:
    from docx.opc.constants import RELATIONSHIP_TYPE

    try:
        return document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element  # pyright: ignore[reportAttributeAccessIssue]
    except KeyError:
        return None  # a document without lists has no such part


def _levels(abstract: Any) -> dict[int, _Level]:
    return {
        _integer(_value(level, "ilvl"), 0): _Level(
            _value(level.find(_W + "numFmt"), "val") or "decimal",
            _value(level.find(_W + "lvlText"), "val"),
            _integer(_value(level.find(_W + "start"), "val"), 1),
        )
        for level in abstract.iterchildren(_W + "lvl")
    }


def _of_style(style: Any) -> tuple[str, int] | None:
    """List and level that a paragraph style brings along."""
    properties = style.element.find(f"{_W}pPr/{_W}numPr")
    if properties is None:
        return None
    found = _value(properties.find(_W + "numId"), "val")
    # “List Bullet 2” and so on are lists of their own, that look nested.
    depth = re.fullmatch(r"List (?:Bullet|Number) ([2-5])", style.name or "")
    level = int(depth[1]) - 1 if depth else _integer(_value(properties.find(_W + "ilvl"), "val"), 0)
    return (found, level) if found else None


def _value(element: Any | None, name: str) -> str:
    return element.get(_W + name, "") if element is not None else ""


def _integer(text: str, default: int) -> int:
    return int(text) if text.isdigit() and len(text) < 6 else default


def _numeral(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 1 <= number < 40:
        roman = ""
        for value, numeral in _ROMAN:
            while number >= value:
                roman, number = roman + numeral, number - value
        return roman.upper() if form == "upperRoman" else roman
    return str(number)
