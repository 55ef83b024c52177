"""`ragtime export` and `ragtime forget`: what is kept of a person, and how it is deleted."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.config import MOST_DAYS
from bot.slack_ids import checked
from knowledge.errors import AdminError

export_app = typer.Typer(
    help="Write out what is kept of a person.", no_args_is_help=True, rich_markup_mode=None
)
forget_app = typer.Typer(
    help="Delete what was said: all of one person, or what is older than some days.", rich_markup_mode=None
)

Person = Annotated[str, typer.Argument(metavar="user_id", help="Their Slack id, such as U0123ABCD.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


NOTHING = "Nothing is kept of {}."


class CannotWrite(AdminError):
    """The export cannot be written; the message says where to and why."""


@export_app.command(name="person")
def export_person(
    user_id: Person,
    out: Annotated[
        Path | None, typer.Option(help="The file to write, which must not be there yet; else it is printed.")
    ] = None,
) -> None:
    """All that is kept of one person, as JSON: questions, replies, feedback, guides, events."""
    from bot.records.opening import opened
    from bot.records.personal import all_of, is_nothing

    checked("user", user_id)
    with opened() as engine:
        found = all_of(engine, user_id)
    if is_nothing(found):
        print(NOTHING.format(user_id), file=sys.stderr)
    _write(json.dumps(found, indent=2, ensure_ascii=False), out)


def _write(text: str, out: Path | None) -> None:
    """Prints it, or writes it into a new file that is for this user's eyes.

    Raises:
        CannotWrite: there is such a file, or it cannot be made.
    """
    if out is None:
        print(text)
        return
    try:
        with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except FileExistsError:
        raise CannotWrite(f"{out} is there already: name another file") from None
    except OSError as error:
        raise CannotWrite(f"{out} cannot be written ({error.strerror}): name another file") from None


@forget_app.callback(invoke_without_command=True)
def forget(
    context: typer.Context,
    older_than: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_DAYS, metavar="days", help="Delete what is older than so many days."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Delete what was said: all of one person, or what is older than some days. It cannot be undone."""
    if context.invoked_subcommand is not None:
        return
    if older_than is None:
        print(context.get_help())
        raise typer.Exit(2)
    from bot.records.forgetting import forget_older
    from bot.records.opening import copies, opened

    with opened() as engine:
        question = f"Delete all questions, replies and guides older than {older_than} days?"
        if not yes and not typer.confirm(question):
            raise typer.Exit(1)
        done = forget_older(engine, datetime.now(UTC) - timedelta(days=older_than))
        print(
            f"Deleted: {done.turns} questions with their replies, {done.guides} guides, {done.events} events"
        )
        _tell_of_copies(copies(engine))


@forget_app.command(name="person")
def forget_person(user_id: Person, yes: Yes = False) -> None:
    """Delete all that is kept of one person. The messages in Slack stay. It cannot be undone."""
    from bot.records.forgetting import forget_person as forget_all_of
    from bot.records.opening import copies, opened
    from bot.records.personal import all_of, is_nothing

    checked("user", user_id)
    with opened() as engine:
        if is_nothing(all_of(engine, user_id)):
            print(NOTHING.format(user_id))
            _tell_of_copies(copies(engine))
            return
        if not yes and not typer.confirm(f"Delete all that is kept of {user_id}?"):
            raise typer.Exit(1)
        done = forget_all_of(engine, user_id)
        print(f"Deleted: {done.turns} questions with their replies, {done.guides} guides, feedback, name")
        if done.still_open:
            print(f"{done.still_open} of their messages are being answered: run this again after that")
        _tell_of_copies(copies(engine))


def _tell_of_copies(copies: list[Path]) -> None:
    if copies:
        print("Copies from before migrations may still hold it. Delete them once you need them no more:")
        print(*copies, sep="\n")
