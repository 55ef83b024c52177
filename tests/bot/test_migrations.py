"""What people left with an older version is all there after an upgrade."""

from __future__ import annotations

import json
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, select, text

from bot.inbox import Incoming
from bot.migrations import HISTORY
from bot.records import conversations, guides
from bot.tables import feedback
from chains.guide.saved import state_to_json, step_to_json
from knowledge.database import migrate, open_database
from tests.support.guide_steps import ASKED, CONCLUDED

MESSAGE = Incoming(
    event_id="Ev2",
    kind="message",
    channel="C1",
    channel_type="channel",
    user="U1",
    team="T1",
    text="and at night?",
    ts="1.2",
    thread_ts="1.1",
)
TURN = """
INSERT INTO turns (event_id, channel, thread_ts, user, question, reply, refused, sources, rest, created_at)
VALUES ('Ev1', 'C1', '1.1', 'U1', 'Who is on call?', 'Mara is.', 0, '[]', '', '2026-11-24 09:00:00.000000')
"""
FEEDBACK = """
INSERT INTO feedback (event_id, user, helpful, created_at)
VALUES ('Ev1', 'U1', 1, '2026-11-24 09:01:00.000000')
"""
GUIDE = """
INSERT INTO guides (event_id, channel, thread_ts, user, private, moves, state, updated_at)
VALUES ('Ev1', 'C1', '1.1', 'U1', 0, 1, :state, '2026-11-24 09:00:00.000000')
"""
STEP = """
INSERT INTO guide_steps (event_id, guide, moves, step, concludes, question, collapsed)
VALUES ('Ev1', 'Ev1', 1, :step, 0, 'need', 0)
"""


def _database_of(version: str, folder: Path, *statements: str, **values: str) -> Engine:
    """A database as this version left it, with these rows, brought up to date."""
    engine = open_database(f"sqlite:///{folder / 'ragtime.db'}")
    config = Config()
    config.set_main_option("script_location", str(HISTORY))
    config.attributes["version_table"] = "alembic_version_bot"
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        for statement in statements:
            names = [name for name in values if f":{name}" in statement]
            connection.execute(text(statement), {name: values[name] for name in names})
    assert migrate(engine, HISTORY, "bot") is True
    return engine


def test_conversations_and_feedback_of_the_first_version_are_kept(tmp_path: Path) -> None:
    engine = _database_of("0001", tmp_path, TURN, FEEDBACK)
    said = [turn.content for turn in conversations.history(engine, MESSAGE)]
    assert said == ["Who is on call?", "Mara is."]
    with engine.connect() as connection:
        assert connection.execute(select(feedback.c.user, feedback.c.helpful)).all() == [("U1", True)]


def test_a_guide_can_begin_in_a_database_of_the_first_version(tmp_path: Path) -> None:
    engine = _database_of("0001", tmp_path, TURN)
    guides.begin(engine, MESSAGE, *ASKED)
    guide = guides.in_thread(engine, MESSAGE)
    assert guide is not None
    assert guide.state == ASKED[0]


def test_a_guide_that_asked_before_an_upgrade_goes_on_after_it(tmp_path: Path) -> None:
    state, step = ASKED
    values = {"state": json.dumps(state_to_json(state)), "step": json.dumps(step_to_json(step))}
    engine = _database_of("0002", tmp_path, GUIDE, STEP, **values)
    guide = guides.in_thread(engine, MESSAGE)
    assert guide is not None
    assert guide.state == state
    asked = guides.move_of(engine, "Ev1")
    assert asked is not None
    assert asked.step == step
    guides.go_on(engine, guide, MESSAGE, *CONCLUDED)
    assert guides.last_verdict(engine, "Ev1") is not None
