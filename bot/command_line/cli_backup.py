"""`ragtime backup` and `ragtime restore`: the embedded data, to one file and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def back_up(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
) -> None:
    """Write database and vectors into one file. A bot may run meanwhile.

    Settings, tokens and the documents themselves are not in it.
    """
    from bot.command_line.carrying_out import carried_out
    from bot.config import load_settings

    settings = load_settings(os.environ, Path(".env"))
    with carried_out(settings, "backup", {"file": str(file.absolute())}) as messages:
        for message in messages:
            made = message["result"]
            parts = "database and vectors" if made["vectors"] else "database"
            print(f"{file}: {parts} as of {made['made_at']}, {made['bytes'] / 2**20:,.1f} MB")


def restore(
    file: Annotated[Path, typer.Argument(help="What `ragtime backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in place of the data in RAGTIME_HOME. It asks first; no bot may run there."""
    from bot.config import load_settings
    from bot.records.backup import database_file, put_in_place, unpacked
    from bot.running import stopped
    from knowledge.database import open_database
    from knowledge.opening import forget_vectors

    settings = load_settings(os.environ, Path(".env"))
    home = settings.ragtime_home
    with stopped(settings):
        engine = open_database(settings.database)
        database = database_file(engine)
        with unpacked(file, home) as (about, folder):
            parts = "database and vectors" if about.vectors else "database"
            print(f"{file}: {parts} as of {about.made_at}, made by Ragtime {about.ragtime}")
            if database.exists() and not yes and not typer.confirm(f"Replace what is in {database} by it?"):
                raise typer.Exit(1)
            before = put_in_place(folder, database, home / "chroma")
        if settings.chroma_url:
            # A server's vectors are of the database that was: the same ids may mean something else now.
            forget_vectors(engine, home, settings.chroma_url)
        engine.dispose()
    print(f"Restored: {parts}." if about.vectors else "Restored: the next sync makes the vectors anew.")
    if before:
        print(f"What was there before is in {before}.")
