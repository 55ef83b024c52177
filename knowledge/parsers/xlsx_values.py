"""An Excel cell's value as people see it: 731 in the format 00000 is 00731, a quarter in 0% is 25%."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|([$€£¥() ])')
_IGNORED = re.compile(r"\[(?!\$)[^\]]*\]|_.|\*.")
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.([0#?]+))?")


def shown(value: object, number_format: str) -> str:
    """The text that Excel shows for a value; dates and times in ISO's form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return str(value)


def _number(value: int | float, number_format: str) -> str:
    section = _IGNORED.sub("", (number_format or "General").split(";")[0])
    # Literal text may hold digits, too: blanked out, so that places stay.
    pattern = _LITERAL.sub(lambda literal: "\v" * len(literal[0]), section)
    digits = _DIGITS.search(pattern)
    if digits is None or "E" in pattern or "/" in pattern:
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    if "%" in pattern:
        value = value * 100
    whole, _, _ = digits[0].partition(".")
    decimals = digits[1] or ""
    text = f"{abs(value):{',' if ',' in whole else ''}.{len(decimals)}f}"
    if optional := len(decimals) - len(decimals.rstrip("#")):
        text = text[:-optional] + text[-optional:].rstrip("0")
        text = text.rstrip(".")
    required = whole.replace(",", "").count("0")
    integer, point, fraction = text.partition(".")
    text = integer.zfill(required) + point + fraction
    before, after = section[: digits.start()], section[digits.end() :]
    sign = "-" if value < 0 else ""
    return f"{sign}{_literals(before)}{text}{'%' if '%' in pattern else ''}{_literals(after)}".strip()


def _literals(part: str) -> str:
    return "".join(next(filter(None, match.groups()), "") for match in _LITERAL.finditer(part))
