"""What a database's errors mean to an admin: one line with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError

from knowledge.addresses import without_secrets
from knowledge.database import BadDatabase

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
        # Not the more special ones below it, unless there is no connection: one without a statement came from
        # an address that the driver does not take.
        if error.statement is not None and type(error) not in (
            DatabaseError,
            OperationalError,
            InternalError,
        ):
            raise
        raise BadDatabase(trouble(engine, error)) from error


def trouble(engine: Engine, error: DatabaseError) -> str:
    """What is wrong with a database, and what to do, without what is secret in its address."""
    address = engine.url.render_as_string(hide_password=False)
    where, reason = (
        without_secrets(text, address) for text in (address, " ".join(str(error.orig or error).split()))
    )
    if engine.dialect.name != "sqlite":
        return f"The database at {where} cannot be used ({reason}): start it, or correct DATABASE_URL"
    advice = next((advice for words, advice in ADVICE.items() if words in reason), "ask `ragtime doctor`")
    return f"The database {engine.url.database} cannot be used ({reason}): {advice}"
