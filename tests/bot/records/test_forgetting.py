"""What is deleted is gone: from the tables, from the guides of others, from the file itself."""

from __future__ import annotations

import json
import os
import stat
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from typer.testing import CliRunner, Result

from bot import inbox
from bot.cli import app
from bot.config import BadSettings, load_settings
from bot.inbox import Incoming
from bot.records import conversations, forgetting, guides, retention, spending
from bot.records.conversations import Exchange
from bot.records.personal import all_of
from bot.tables import feedback, guide_steps, metadata, turns
from bot.tables import guides as guide_table
from bot.tables import inbox as events
from chains.guide.contract import Known, Reason
from chains.metering import Spent
from tests.support.bot_database import bot_database
from tests.support.guide_steps import ASKED, CONCLUDED
from tests.support.slack_clock import slack_clock

SECRET = "may I work from the lighthouse"
QUESTION = Incoming(
    event_id="Ev1",
    kind="message",
    channel="C1",
    channel_type="channel",
    user="U0ANNA",
    team="T1",
    text=SECRET,
    ts="1.1",
    thread_ts="1.1",
)
OTHERS = replace(QUESTION, event_id="Ev2", user="U0BEN", text="who is on call?", ts="2.1", thread_ts="2.1")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("RAGTIME_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return bot_database(tmp_path)


def answered(engine: Engine, incoming: Incoming) -> None:
    """A question that was answered, liked by whoever asked, and that a guide was begun below."""
    inbox.accept(engine, incoming)
    item = inbox.take(engine)
    assert item
    exchange = Exchange(
        incoming.event_id, incoming.channel, incoming.thread_ts, incoming.user, incoming.text, "Yes.", False
    )
    conversations.record(engine, exchange)
    conversations.rate(engine, incoming.event_id, incoming.user, helpful=True)
    guides.begin(engine, incoming, *ASKED)
    spending.record(engine, incoming, Spent("m", 1, 1, estimated=False, dollars=None))
    inbox.finish(engine, item, "1.2")


def age(engine: Engine, event_id: str) -> None:
    """Makes all that belongs to an event old."""
    with engine.begin() as connection:
        for table, times in (
            (turns, ("created_at",)),
            (guide_table, ("updated_at",)),
            (events, ("accepted_at", "finished_at")),
        ):
            own = table.c.event_id == event_id
            connection.execute(update(table).where(own).values(dict.fromkeys(times, LONG_AGO)))


def left(engine: Engine) -> dict[str, list[str]]:
    """Whose or which rows are left, by table."""
    with engine.connect() as connection:
        return {
            table.name: sorted(connection.scalars(select(table.c.event_id)))
            for table in (turns, feedback, guide_table, guide_steps, events)
        }


def ragtime(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments], input=typed)


# One person


def test_a_person_is_forgotten_everywhere_and_nobody_else(engine: Engine) -> None:
    answered(engine, QUESTION)
    answered(engine, OTHERS)
    conversations.rate(engine, "Ev2", "U0ANNA", helpful=False)
    done = forgetting.forget_person(engine, "U0ANNA")
    assert (done.turns, done.guides, done.events, done.still_open) == (1, 1, 1, 0)
    remaining = left(engine)
    assert remaining.pop("inbox") == ["Ev1", "Ev2"], "what is delivered again is still recognized"
    assert all(rows == ["Ev2"] for rows in remaining.values())
    with engine.connect() as connection:
        everything = [str(connection.execute(select(table)).all()) for table in metadata.sorted_tables]
    assert not any("U0ANNA" in rows or SECRET in rows for rows in everything)
    assert not inbox.accept(engine, QUESTION)


def test_what_is_forgotten_is_not_in_the_file_any_more(engine: Engine, tmp_path: Path) -> None:
    answered(engine, QUESTION)
    answered(engine, OTHERS)
    assert any(SECRET.encode() in file.read_bytes() for file in tmp_path.iterdir())
    forgetting.forget_person(engine, "U0ANNA")
    assert not any(SECRET.encode() in file.read_bytes() for file in tmp_path.iterdir())
    assert any(OTHERS.text.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_their_words_are_taken_out_of_the_guides_of_others(engine: Engine) -> None:
    words = "we relearn the tariffs every monday morning"
    taken_back, bens = "or rather once in a month", "it must know our tariffs"
    answered(engine, OTHERS)
    guide = guides.find(engine, "Ev2")
    assert guide
    state, step = ASKED
    known = {"change_rate": Known("weekly", words, "U0ANNA"), "need": Known("facts", bens, "U0BEN")}
    state = replace(state, known=known)
    recommendation = CONCLUDED[1].recommendation
    assert recommendation
    reasons = tuple(Reason("need", "Because.", quote) for quote in (bens, words, taken_back))
    step = replace(step, recommendation=replace(recommendation, reasons=reasons))
    reply = replace(QUESTION, text=f"{words}, {taken_back}", thread_ts="2.1")
    inbox.accept(engine, reply)
    item = inbox.take(engine)
    assert item
    guides.go_on(engine, guide, reply, state, replace(step, notes=(f"You said “{words}”.",)))
    inbox.finish(engine, item, "2.3")
    said = all_of(engine, "U0ANNA")["said_in_guides_of_others"]
    assert said == [{"guide": "Ev2", "factor": "change_rate", "value": "weekly", "quote": words}]
    forgetting.forget_person(engine, "U0ANNA")
    guide, move = guides.find(engine, "Ev2"), guides.move_of(engine, "Ev1")
    assert guide
    assert move
    assert guide.state.known["change_rate"] == Known("weekly", "", "")
    assert guide.state.known["need"] == known["need"]
    assert move.step.recommendation
    assert [reason.quote for reason in move.step.recommendation.reasons] == [bens, "", ""]
    assert move.step.notes == ("You said “…”.",)


def test_what_is_being_answered_is_told_of_and_goes_on(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    done = ragtime("forget", "person", "U0ANNA", "--yes")
    assert "1 of their messages are being answered: run this again" in done.stdout
    item = inbox.take(engine)
    assert item
    assert item.incoming == QUESTION


def test_forgetting_asks_first(engine: Engine) -> None:
    answered(engine, QUESTION)
    age(engine, "Ev1")
    before = left(engine)
    for command in (["person", "U0ANNA"], ["--older-than", "7"]):
        assert ragtime("forget", *command, typed="n\n").exit_code == 1
    assert left(engine) == before
    assert "Deleted: 1 questions" in ragtime("forget", "person", "U0ANNA", typed="y\n").stdout
    assert left(engine)["turns"] == []


def test_copies_of_the_database_that_still_hold_it_are_named(engine: Engine, tmp_path: Path) -> None:
    copy = tmp_path / "ragtime.backup-20260101-000000-000000.db"
    copy.touch()
    for command in (["person", "U0ANNA"], ["--older-than", "7"]):
        assert str(copy) in ragtime("forget", *command, "--yes").stdout.splitlines()


def test_forgetting_nothing_in_particular_shows_how(engine: Engine) -> None:
    answered(engine, QUESTION)
    done = ragtime("forget")
    assert done.exit_code == 2
    assert "--older-than" in done.stdout
    assert left(engine)["turns"] == ["Ev1"]


def test_an_export_holds_all_of_one_person_and_nothing_of_others(engine: Engine) -> None:
    answered(engine, replace(QUESTION, response_url="https://hooks.slack.com/commands/T1/2/3"))
    answered(engine, OTHERS)
    found = json.loads(ragtime("export", "person", "U0ANNA").stdout)
    assert [row["text"] for row in found["events"]] == [SECRET]
    assert [(row["question"], row["reply"]) for row in found["questions"]] == [(SECRET, "Yes.")]
    assert [row["helpful"] for row in found["feedback"]] == [True]
    assert [len(guide["steps"]) for guide in found["guides"]] == [1]
    assert datetime.fromisoformat(found["questions"][0]["created_at"]).tzinfo
    assert "U0BEN" not in str(found)
    assert "hooks.slack.com" not in str(found)


def test_an_export_goes_to_a_file_that_only_its_user_reads(engine: Engine, tmp_path: Path) -> None:
    answered(engine, QUESTION)
    file = tmp_path / "anna.json"
    assert ragtime("export", "person", "U0ANNA", "--out", str(file)).stdout == ""
    assert json.loads(file.read_text())["person"] == "U0ANNA"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_export_puts_nothing_in_place_of_a_file_that_is_there(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "anna.json"
    file.write_text("what was there")
    done = ragtime("export", "person", "U0ANNA", "--out", str(file))
    assert str(done.exception) == f"{file} is there already: name another file"
    assert file.read_text() == "what was there"


def test_where_nothing_is_kept_of_a_person_that_is_said(engine: Engine) -> None:
    answered(engine, OTHERS)
    exported = ragtime("export", "person", "U0NOBODY")
    assert (exported.exit_code, exported.stderr) == (0, "Nothing is kept of U0NOBODY.\n")
    assert json.loads(exported.stdout)["events"] == []
    forgotten = ragtime("forget", "person", "U0NOBODY")
    assert (forgotten.exit_code, forgotten.stdout) == (0, "Nothing is kept of U0NOBODY.\n")


@pytest.mark.parametrize("command", [("export", "person"), ("forget", "person", "--yes")])
@pytest.mark.parametrize("given", ["", "Anna", "@anna", "u0anna"])
def test_what_is_no_id_is_nobody(engine: Engine, command: tuple[str, ...], given: str) -> None:
    done = ragtime(*command, given)
    assert str(done.exception).startswith(f"“{given}” is no id: write the person's, such as U0123ABCD, from")
    assert done.stdout == ""


def test_an_export_that_cannot_be_written_says_so(engine: Engine, tmp_path: Path) -> None:
    done = ragtime("export", "person", "U0ANNA", "--out", str(tmp_path / "no" / "folder.json"))
    assert str(done.exception).endswith("cannot be written (No such file or directory): name another file")


# By age


def test_what_is_older_goes_and_what_is_newer_stays(engine: Engine) -> None:
    answered(engine, QUESTION)
    answered(engine, OTHERS)
    age(engine, "Ev1")
    done = ragtime("forget", "--older-than", "7", "--yes")
    assert done.stdout == "Deleted: 1 questions with their replies, 1 guides, 1 events\n"
    assert all(rows == ["Ev2"] for rows in left(engine).values())


def test_what_is_not_answered_yet_stays_however_old(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    age(engine, "Ev1")
    forgetting.forget_older(engine, datetime.now(UTC))
    assert inbox.take(engine)


def test_more_than_is_deleted_at_once_is_deleted(engine: Engine) -> None:
    row = {"channel": "C1", "user": "U1", "question": "?", "reply": "!", "refused": False, "sources": []}
    many = [
        {**row, "event_id": str(n), "rest": "", "created_at": LONG_AGO} for n in range(2 * forgetting.AT_ONCE)
    ]
    with engine.begin() as connection:
        connection.execute(turns.insert(), many)
    assert forgetting.forget_older(engine, datetime.now(UTC)).turns == len(many)
    assert left(engine)["turns"] == []


def test_what_was_spent_outlives_the_question(engine: Engine) -> None:
    answered(engine, QUESTION)
    age(engine, "Ev1")
    forgetting.forget_older(engine, datetime.now(UTC))
    assert json.loads(ragtime("usage", "--json").stdout)["models"]["m"]["calls"] == 1


def test_a_bot_that_runs_deletes_by_age_copies_of_the_database_too(engine: Engine, tmp_path: Path) -> None:
    answered(engine, QUESTION)
    answered(engine, OTHERS)
    age(engine, "Ev1")
    copies = [tmp_path / f"ragtime.backup-{day}-000000-000000.db" for day in ("20200101", "20991231")]
    for copy in copies:
        copy.touch()
    os.utime(copies[0], (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    with slack_clock(timedelta(0)) as slack, retention.kept(engine, 30, slack.client):
        while len(left(engine)["inbox"]) == 2 or copies[0].exists():
            time.sleep(0.01)
    assert all(rows == ["Ev2"] for rows in left(engine).values())
    assert [copy.exists() for copy in copies] == [False, True]


def test_a_clock_that_has_jumped_ahead_deletes_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(retention, "AGAIN_SECONDS", 0.01)
    answered(engine, QUESTION)
    age(engine, "Ev1")
    with slack_clock(datetime.now(UTC) - LONG_AGO) as slack, retention.kept(engine, 30, slack.client):
        while "2020-01-01" not in caplog.text:
            time.sleep(0.01)
        assert left(engine)["turns"] == ["Ev1"]
        slack.ahead = timedelta(0)
        while left(engine)["inbox"]:
            time.sleep(0.01)


def test_by_itself_everything_is_kept(engine: Engine) -> None:
    answered(engine, QUESTION)
    age(engine, "Ev1")
    with slack_clock(timedelta(0)) as slack:
        # The playground has no Slack but its own.
        for days, client in ((load_settings({}).ragtime_keep_days, slack.client), (30, None)):
            with retention.kept(engine, days, client):
                assert left(engine)["turns"] == ["Ev1"]
    with pytest.raises(BadSettings, match="RAGTIME_KEEP_DAYS"):
        load_settings({"RAGTIME_KEEP_DAYS": "0"})


def test_a_guide_goes_with_all_that_it_said(engine: Engine) -> None:
    guides.begin(engine, QUESTION, *CONCLUDED)
    with engine.begin() as connection:
        connection.execute(update(guide_table).values(updated_at=LONG_AGO))
    assert forgetting.forget_older(engine, datetime.now(UTC)).guides == 1
    assert left(engine)["guide_steps"] == []
