"""The threads that take events from the inbox of one process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import inbox
from bot.assembly import assemble
from bot.client import slack_client
from bot.doorbell import Doorbell
from bot.handling import Handler
from bot.inbox import Incoming, Item
from bot.services import Services
from bot.worker import InProcess, Workers
from tests.support.answerer import FakeAnswerer
from tests.support.bot_database import bot_database

QUESTION = Incoming("Ev1", "message", "C1", "channel", "U1", "T1", "who is on call?", "1.1", "1.1")
PATIENCE = 30.0


@pytest.fixture
def bell() -> Doorbell:
    return Doorbell()


@pytest.fixture
def services(tmp_path: Path, bell: Doorbell) -> Iterator[Services]:
    engine = bot_database(tmp_path)
    bot = assemble(slack_client("xoxb-fake", "http://127.0.0.1:9/"), engine, FakeAnswerer())
    yield replace(bot.services, queue=InProcess(bell))
    engine.dispose()


def test_an_event_that_another_thread_takes_at_once_costs_no_thread(
    services: Services, bell: Doorbell, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_again, ended, died = threading.Event(), threading.Semaphore(0), []

    def handle(_: Handler, item: Item) -> None:
        if item.claim == 1:
            inbox.retry_later(services.engine, item, timedelta(0), failed=True)
            bell.ring()
            # Another thread is at it before this one has let go.
            assert taken_again.wait(PATIENCE)
        else:
            taken_again.set()
            inbox.finish(services.engine, item, "1.2")
        ended.release()

    monkeypatch.setattr(Handler, "handle", handle)
    monkeypatch.setattr(threading, "excepthook", died.append)
    workers = Workers(services, bell)
    inbox.accept(services.engine, QUESTION)
    workers.start()
    for _ in range(2):
        assert ended.acquire(timeout=PATIENCE)
    workers.stop(PATIENCE)
    assert died == []
