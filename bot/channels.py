"""What holds in which channel, and how much may be asked: a TOML file that is read anew when it changes.

[default]                       # where a channel says nothing else
documents = ["/handbook/**"]    # as in .gitignore; else all documents

[channel.C0HELP]
mention = false                 # answers without being mentioned
documents = ["it/**"]
ask = ["group:S0STAFF"]         # who may ask: user:<id>, group:<id>, channel:<id>, everyone
quiet = true                    # says nothing openly

[limits]
person_per_hour = 30            # questions that a model answers; the others are quoted
workspace_per_hour = 500
dollars_per_day = 5.0           # what models may cost

[price."house-7b"]              # dollars for a million tokens
read = 0.1
written = 0.4
"""

from __future__ import annotations

import logging
import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bot import slack_ids
from bot.malformed_channels import in_words
from chains.metering import Price
from knowledge.access import parse_audience
from knowledge.errors import AdminError

log = logging.getLogger(__name__)


class BadChannels(AdminError):
    """The file cannot be used; the message names file and key, a line for each."""


def _principals(names: tuple[str, ...]) -> tuple[str, ...]:
    principals = sorted(parse_audience(names)) if names else ()
    for principal in principals:
        kind, _, own_id = principal.partition(":")
        if kind in slack_ids.FORMS:
            slack_ids.checked(kind, own_id)
    return tuple(principals)


def _channel_id(name: str) -> str:
    return slack_ids.checked("channel", name)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Channel(_Table):
    """What holds in a channel. Without `documents` all are used, without `ask` everybody may ask."""

    mention: bool = True
    documents: tuple[str, ...] = ()
    ask: Annotated[tuple[str, ...], AfterValidator(_principals)] = ()
    quiet: bool = False


class Limits(_Table):
    """How many questions models answer, and what they may cost; None: as much as there is."""

    person_per_hour: int | None = Field(default=None, ge=0)
    workspace_per_hour: int | None = Field(default=None, ge=0)
    dollars_per_day: float | None = Field(default=None, ge=0)


class ModelPrice(_Table):
    """Dollars for a million tokens; what a provider's cache gives costs as much as what is read."""

    read: float = Field(ge=0)
    written: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)

    @property
    def price(self) -> Price:
        """For metering."""
        return Price(self.read, self.read if self.cached is None else self.cached, self.written)


class Rules(_Table):
    """The whole file."""

    default: Channel = Channel()
    channel: Mapping[Annotated[str, AfterValidator(_channel_id)], Channel] = {}
    limits: Limits = Limits()
    price: Mapping[str, ModelPrice] = {}

    def of(self, channel: str) -> Channel:
        """What holds in a channel: what its own table says, else the default's."""
        if channel.startswith("D"):
            # A direct message is between one person and us.
            return Channel(documents=self.default.documents)
        own = self.channel.get(channel)
        if own is None:
            return self.default
        return self.default.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


def read_rules(file: Path, *, named: bool = False) -> Rules:
    """The file's rules; where there is no file, nothing special holds, unless it was `named` by an admin.

    Raises:
        BadChannels: it cannot be read or understood; or it was named, and is not there.
    """
    try:
        return Rules.model_validate(tomllib.loads(file.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        if named:
            raise BadChannels(
                f"RAGTIME_CHANNELS names {file}, which is not there: correct it, or unset it for "
                "channels.toml in RAGTIME_HOME"
            ) from None
        return Rules()
    except OSError as error:
        raise BadChannels(f"{file} cannot be opened: {(error.strerror or str(error)).lower()}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadChannels(f"{file}: not valid TOML: {error}") from None
    except ValidationError as error:
        raise BadChannels("\n".join(f"{file}: {line}" for line in in_words(error))) from None


class Channels:
    """The rules as they stand in the file; without a file, nothing special holds, unless it was `named`.

    A file that is broken while the bot runs, or a named one that is gone, is told of once, and what held
    before goes on holding.

    Raises:
        BadChannels: it is broken at the start, or it was named, and is not there.
    """

    def __init__(self, file: Path | None = None, *, named: bool = False) -> None:
        self._file = file
        self._named = named
        self._lock = threading.Lock()
        self._stamp = self._look()
        self._rules = read_rules(file, named=named) if file else Rules()

    @property
    def rules(self) -> Rules:
        """What holds now."""
        if self._file is None:
            return self._rules
        with self._lock:
            stamp = self._look()
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._rules = read_rules(self._file, named=self._named)
                    log.info("%s is read anew", self._file)
                except BadChannels as error:
                    log.error("%s; what held before goes on holding", error)
            return self._rules

    def of(self, channel: str) -> Channel:
        """What holds in a channel."""
        return self.rules.of(channel)

    def _look(self) -> tuple[int, int]:
        """By what a change of the file is told; nothing where there is none."""
        try:
            found = self._file.stat() if self._file else None
        except OSError:
            found = None
        return (found.st_mtime_ns, found.st_size) if found else (0, 0)
