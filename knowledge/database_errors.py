"""What a database's errors mean to an admin: one line with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError

from knowledge.database import BadDatabase

# Shorter passwords occur by chance in what is said about an error.
TELLING = 8

# SQLite's words, each with what to do. What is in the vectors' and words' index can be made anew.
ADVICE = {
    "not a database": "it is damaged, or another file: move it away, and put back a copy if you have one",
    "malformed": "it is damaged: move it away, and put back a copy if you have one",
    "locked": "another program holds it: end that one, or try again",
    "readonly": "make it and its folder writable for this user",
    "read-only": "make it and its folder writable for this user",
    "unable to open": "make it and its folder writable for this user",
    "full": "free some space on its disk",
    "disk I/O": "look after its disk",
}


@contextmanager
def told_plainly(engine: Engine) -> Iterator[None]:
    """Within, a database that cannot be used is told as such.

    Errors of single statements (a constraint, a wrong column) pass through: those are for developers.

    Raises:
        BadDatabase: it cannot be reached, opened, read or written.
    """
    try:
        yield
    except DatabaseError as error:
        # Not the more special ones below it.
        if type(error) not in (DatabaseError, OperationalError, InternalError):
            raise
        raise BadDatabase(trouble(engine, error)) from error


def trouble(engine: Engine, error: DatabaseError) -> str:
    """What is wrong with a database, and what to do, without its password."""
    where = engine.url.render_as_string(hide_password=True)
    reason = " ".join(str(error.orig or error).split())
    reason = _without(str(engine.url.password or ""), reason)
    if engine.dialect.name != "sqlite":
        return f"The database at {where} cannot be used ({reason}): start it, or correct DATABASE_URL"
    advice = next((advice for words, advice in ADVICE.items() if words in reason), "ask `ragtime doctor`")
    return f"The database {engine.url.database} cannot be used ({reason}): {advice}"


def _without(password: str, text: str) -> str:
    """A text without a password: a short one is hidden where it is given as one, else words would suffer."""
    if not password:
        return text
    pattern = re.escape(password)
    if len(password) < TELLING:
        pattern = rf"""(?<=[:='"]){pattern}(?=[@'"\s]|$)"""
    return re.sub(pattern, "***", text)
