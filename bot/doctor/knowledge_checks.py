"""The knowledge: the folder of documents with its rules, and the index made of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from bot.config import Settings
from bot.doctor.finding import Finding, first_line
from knowledge.database import BadDatabase, open_database
from knowledge.embeddings.choice import OPENAI
from knowledge.index import EMBEDDER, state
from knowledge.sources.folder import FoundFile, Skipped, walk
from knowledge.sources.rules import RULES_FILE, BadRules, Rules, load_rules
from knowledge.sync import FOLDER as SYNCED_FOLDER
from knowledge.sync import LACKING, LAST_SYNC
from knowledge.tables import documents, index_state, unreadable_files

FOLDER = "Documents"
INDEX = "Index"
RULES = "Path rules"
UNREADABLE = "Unreadable files"
NAMED = 3
NONE_YET = "none yet: made at the first start, or by `ragtime sync`"


def folder(settings: Settings) -> Iterator[Finding]:
    """Whether RAGTIME_DOCS can be read, and what is in it."""
    root = settings.ragtime_docs
    if not root.is_dir():
        yield Finding(FOLDER, "failed", f"there is no folder {root}", "Make it, or correct RAGTIME_DOCS")
        return
    try:
        rules = load_rules(root)
        entries = list(walk(root))
    except BadRules as error:
        advice = "Mend the file: until then nothing is synced, as it may restrict documents"
        yield Finding(RULES, "failed", first_line(error), advice)
        return
    yield matching(rules, [entry.path for entry in entries if isinstance(entry, FoundFile)])
    yield _contents(root, entries)


def matching(rules: Rules, paths: Collection[str]) -> Finding:
    """Whether each rule is about any document: one that is not may be misspelt, and protects nothing."""
    count = len(rules.rules)
    idle = [rule.pattern for rule in rules.rules if not any(map(rule.paths.match_file, paths))]
    if idle:
        found = f"{len(idle)} of {count} in {RULES_FILE} match no document: {', '.join(idle[:NAMED])}"
        advice = "Compare them with the documents' paths: what they are meant to restrict is not restricted"
        return Finding(RULES, "warning", found + (", …" if len(idle) > NAMED else ""), advice)
    return Finding(RULES, "ok", f"{count} in {RULES_FILE}" if count else f"none ({RULES_FILE})")


def _contents(root: Path, entries: list[FoundFile | Skipped]) -> Finding:
    files = sum(isinstance(entry, FoundFile) for entry in entries)
    left_out = [entry for entry in entries if isinstance(entry, Skipped)]
    found = f"{files:,} files of kinds that are read in {root}"
    if not files:
        advice = "Put Markdown, text, HTML, PDF, Office or CSV files there, or correct RAGTIME_DOCS"
        return Finding(FOLDER, "warning", found, advice)
    if left_out:
        named = _named([f"{entry.path}: {entry.reason}" for entry in left_out])
        return Finding(FOLDER, "warning", f"{found}; left out: {named}", "Mend them, or have them ignored")
    return Finding(FOLDER, "ok", found)


def index(settings: Settings) -> Iterator[Finding]:
    """How many documents are indexed, when they were last looked through, and by which embedder."""
    try:
        engine = open_database(settings.database)
    except BadDatabase:
        yield Finding(INDEX, "skipped", "there is no database to look into")
        return
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    try:
        if file and not Path(file).is_file():
            yield Finding(INDEX, "ok", NONE_YET)
        else:
            yield _index(engine, settings.ragtime_docs)
            yield from _unreadable(engine)
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        yield Finding(
            INDEX, "failed", f"cannot be read: {first_line(cause)}", "See the database's line above"
        )
    finally:
        engine.dispose()


def _unreadable(engine: Engine) -> Iterator[Finding]:
    """The files that no sync could read, as far as any tried."""
    if not inspect(engine).has_table(unreadable_files.name):
        return
    with engine.connect() as connection:
        rows = connection.execute(select(unreadable_files).order_by(unreadable_files.c.path)).all()
    if rows:
        found = _named([f"{row.path}: {row.reason}" for row in rows])
        yield Finding(UNREADABLE, "warning", found, "Mend them, or name them in .ragtimeignore")


def _named(lines: Sequence[str]) -> str:
    """The first few of many, and how many there are more."""
    more = f"; and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    return "; ".join(lines[:NAMED]) + more


def _index(engine: Engine, root: Path) -> Finding:
    if not inspect(engine).has_table(index_state.name):
        return Finding(INDEX, "ok", NONE_YET)
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).where(documents.c.version > 0)) or 0
        synced = state(connection, LAST_SYNC)
        made_from = state(connection, SYNCED_FOLDER)
        maker = state(connection, EMBEDDER)
        lacking = state(connection, LACKING)
        kept_in = connection.scalar(select(func.count()).where(~documents.c.model_allowed)) or 0
    if made_from not in (None, str(root)):
        advice = "The next start or sync takes RAGTIME_DOCS over, and removes what is not there"
        return Finding(INDEX, "warning", f"{count:,} documents, of another folder: {made_from}", advice)
    if synced is None:
        advice = "Start Ragtime, or run `ragtime sync`: it goes on where it was"
        return Finding(INDEX, "warning", f"{count:,} documents, no sync came to its end yet", advice)
    when = datetime.fromisoformat(synced).astimezone(UTC)
    found = f"{count:,} documents, last sync {when:%Y-%m-%d %H:%M} UTC, embedded by {maker or 'nothing yet'}"
    if not count:
        return Finding(INDEX, "warning", found, "Put documents into RAGTIME_DOCS, then run `ragtime sync`")
    if lacking:
        found += f". {lacking}"
        return Finding(
            INDEX, "warning", found, "A sync makes them: by itself within minutes, or `ragtime sync`"
        )
    if kept_in and maker and maker.partition(":")[0] == OPENAI:
        found += f"; also the {kept_in} with `model: false`"
        advice = "If their text must not leave this machine, set RAGTIME_EMBEDDINGS=local and sync again"
        return Finding(INDEX, "warning", found, advice)
    return Finding(INDEX, "ok", found)
