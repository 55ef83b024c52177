"""What the doctor found about one thing, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

# How long a check waits for a server.
SERVER_SECONDS = 5.0

Status = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; `advice` is empty where there is nothing to do."""

    subject: str
    status: Status
    found: str
    advice: str = ""

    @property
    def failed(self) -> bool:
        """Whether the bot cannot work as configured before this is mended."""
        return self.status == "failed"

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


def failure(subject: str, words: str) -> Finding:
    """What cannot be used, told as “what is wrong: what to do”."""
    found, _, advice = words.partition(": ")
    return Finding(subject, "failed", found, advice[:1].upper() + advice[1:])


def first_line(error: BaseException) -> str:
    """An error in its own words, cut to one line."""
    words = str(error).strip() or type(error).__name__
    return words.splitlines()[0][:300]
