"""What is logged: lines for people or JSON for machines, with the event's id, without secrets or messages."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from bot.telemetry.redact import redact

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

Style = Literal["text", "json"]
OURS = ("bot", "chains", "knowledge")
# What a line of ours may say beside its message.
DETAILS = ("kind", "channel", "seconds")

# The event that is being answered, and its text, which no line may hold.
_about: ContextVar[tuple[str, str]] = ContextVar("about", default=("", ""))


@contextmanager
def about(event_id: str, text: str) -> Iterator[None]:
    """Every line that is logged within the context names the event, and leaves out its text."""
    token = _about.set((event_id, text))
    try:
        yield
    finally:
        _about.reset(token)


def set_up(style: Style = "text", secrets: tuple[str, ...] = ()) -> None:
    """Has all that is logged go to standard error: warnings, and with "json" what is done, too.

    So do errors that nobody catches, and with "json" Python's own warnings. `secrets` are left out wherever
    they stand, beside all that looks like one.
    """
    handler = logging.StreamHandler()
    handler.setFormatter((JsonLines if style == "json" else TextLines)(secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO if style == "json" else logging.NOTSET)
    sys.excepthook, threading.excepthook, sys.unraisablehook = _log_end, _log_thread, _log_unraisable
    logging.captureWarnings(style == "json")


def _log_end(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """What ends the process is a line of the log, as everything else is."""
    if issubclass(kind, Exception):
        logging.getLogger("bot").critical("ended by an error", exc_info=(kind, error, where))
    else:
        sys.__excepthook__(kind, error, where)


def _log_thread(args: threading.ExceptHookArgs) -> None:
    """So is what ends a thread."""
    if args.exc_value is not None:
        name = args.thread.name if args.thread else "unknown"
        logging.getLogger("bot").error("thread %s ended", name, exc_info=args.exc_value)


def _log_unraisable(args: UnraisableHookArgs) -> None:
    """So is what goes wrong where Python cannot raise it: while something is thrown away, say."""
    where = getattr(args.object, "__qualname__", type(args.object).__qualname__)
    logging.getLogger("bot").error("error ignored in %s", where, exc_info=args.exc_value)


class TextLines(logging.Formatter):
    """`WARNING bot.worker: what happened [event Ev123]`, and below it a traceback where there is one."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, one whatever is told in it, with the event that it is about."""
        event, _ = _about.get()
        line = " ".join(super().formatMessage(record).split())
        return f"{line} [event {event}]" if event and event not in line else line

    def format(self, record: logging.LogRecord) -> str:
        """The whole of it, without secrets or what was said."""
        return redact(super().format(record), *self._secrets, _about.get()[1])


class JsonLines(logging.Formatter):
    """A JSON object a line: time, level, logger, message, event; of an error its type, words and places."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line, without secrets or what was said."""
        event, text = _about.get()

        def clean(words: str) -> str:
            return redact(words, *self._secrets, text)

        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if event:
            line["event"] = event
        line |= {name: value for name in DETAILS if (value := getattr(record, name, None)) is not None}
        if record.exc_info and (error := record.exc_info[1]):
            line["error"] = type(error).__name__
            line["why"] = clean(str(error))
            line["at"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ]
            if error.__cause__:
                line["cause"] = clean(f"{type(error.__cause__).__name__}: {error.__cause__}")
        return json.dumps(line, ensure_ascii=False)
