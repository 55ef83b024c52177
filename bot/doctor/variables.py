"""The variables that are set: malformed ones, tokens of an odd kind, and names that nothing reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from bot.config import Settings
from bot.doctor.finding import Finding, failure

OURS = ("RAGTIME_", "SLACK_")
# How like a known name one of `.env` must be to be taken for it.
ALIKE = 0.85


def malformed(found: Mapping[str, str]) -> Iterator[Finding]:
    """One finding for each variable that cannot be used, with what to do."""
    for name, words in found.items():
        yield failure(name, words if ": " in words else f"it cannot be used: {words}")


def unread(environment: Collection[str], dotenv: Collection[str]) -> Iterator[Finding]:
    """Variables with names of ours that nothing reads, and those of `.env` that are almost one of ours."""
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted({*environment, *dotenv}.difference(known)):
        meant = get_close_matches(name, known, 1, ALIKE)
        if name.startswith(OURS) or (name in dotenv and meant):
            doubt = f"Did you mean {meant[0]}? " if meant else ""
            advice = f"{doubt}Correct its name, or unset it"
            yield Finding(name, "warning", "nothing reads a variable of this name", advice)
