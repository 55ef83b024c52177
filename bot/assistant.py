"""The real answerer: the team's knowledge and the chains, opened in the background and kept in sync."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from bot.answerer import KnownDocument
from bot.channels import read_rules
from bot.config import SAMPLE_DOCS, Settings
from bot.ending import SYNC_BY, Ending
from bot.model_settings import embedder_settings, model_settings
from bot.records.backup import About, database_file, save
from bot.telemetry.traces import span
from bot.words import EXAMPLES, NOT_ALL_READ, SAMPLE_EXAMPLES
from chains.answer import AnswerChain
from chains.contract import Answer, AnswerEvent, Question, Refusal, Turn
from chains.guide.dialogue import Guide
from chains.guide.reader import Reader
from chains.llm import connect as connect_model
from chains.router import Context, Routed, Router
from knowledge.access import Place
from knowledge.database import exclusive
from knowledge.embeddings.choice import check as check_embedder
from knowledge.errors import AdminError
from knowledge.find import find_documents
from knowledge.opening import open_index
from knowledge.sources.chosen import chosen
from knowledge.sync import (
    Report,
    SyncProgress,
    SyncReport,
    holds,
    lacks_vectors,
    last_sync,
    sync_folder,
)
from knowledge.vectors import VectorsUnavailable, check_server

log = logging.getLogger(__name__)

# How long a question waits for the very first sync before it is answered from what there is so far.
FIRST_SYNC_SECONDS = 120.0
# How often a running bot looks whether the documents changed. A look at unchanged ones is cheap.
SYNC_EVERY_SECONDS = 300.0
# How often it is looked whether another process that syncs the same index is done.
TRY_AGAIN_SECONDS = 0.5


class OtherDocuments(AdminError):
    """The bot that runs reads another folder than is asked about."""


class _Stopped(Exception):
    """The sync breaks off, as the process is about to end."""


class SyncObserver(Protocol):
    """Is told how syncs go, and how they ended."""

    def progress(self) -> AbstractContextManager[Report]:
        """What is called while a sync runs."""
        ...

    def done(self, result: SyncReport, /) -> None:
        """A sync came to its end."""
        ...


class Assistant:
    """Answers from one index. Opening takes a second or two: until then questions wait.

    Once `ending` has begun, syncs break off.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self.engine = engine
        self.opened: Future[AnswerChain] = Future()
        self._synced = threading.Event()
        self.ending = Ending()
        self._one_opening = threading.Lock()
        self._one_sync = threading.Lock()
        self._syncing: threading.Thread | None = None

    def open(self) -> AnswerChain:
        """Opens the index and the model, once.

        Raises:
            BadEmbedder, BadModel, UntrustedModel, VectorsUnavailable: they cannot be set up.
        """
        with self._one_opening:
            if not self.opened.done():
                try:
                    self.opened.set_result(open_chain(self._settings, self.engine))
                except Exception as error:
                    self.opened.set_exception(error)
        return self.opened.result()

    def keep_in_sync(self, observer: SyncObserver) -> None:
        """Opens, syncs, and looks again every few minutes, in a thread of its own, until `stop`."""

        def run() -> None:
            try:
                try:
                    self.open()
                except Exception:
                    # Whoever waits for `opened` is told.
                    return
                while True:
                    try:
                        with observer.progress() as report:
                            result = self.sync(report)
                        observer.done(result)
                    except _Stopped:
                        return
                    except Exception as error:
                        log.error("The documents could not be synced: %s", error)
                        # Questions are answered from what there is.
                        self._synced.set()
                    if self.ending.told.wait(SYNC_EVERY_SECONDS):
                        return
            finally:
                self._synced.set()

        self._syncing = threading.Thread(target=run, name="sync", daemon=True)
        self._syncing.start()

    def stop(self) -> None:
        """Ends the looking; a sync that runs breaks off, and the next one completes it."""
        self.ending.begin()
        if self._syncing is not None:
            # Native code that still runs when the process ends would crash it.
            self._syncing.join(self.ending.left(SYNC_BY))

    def sync(self, report: Report, named: Sequence[str] = (), here: Path | None = None) -> SyncReport:
        """Brings the index up to date with the documents' folder, one sync at a time.

        Where files or folders are named (from the folder `here`, or from the documents'), only with these.
        """

        def told(progress: SyncProgress) -> None:
            if self.ending.told.is_set():
                raise _Stopped
            held()
            report(progress)

        with self._one_sync, exclusive(self.engine, "knowledge.sync", self._wait_to_sync) as held:
            index = self.open().index
            root = self._settings.ragtime_docs
            only = chosen(root, named, here or Path.cwd())
            result = sync_folder(index, root, self._settings.docs_url, told, only)
            self._synced.set()
            return result

    def back_up(self, file: Path) -> About:
        """Writes database and vectors into a file; syncs wait meanwhile.

        Raises:
            OnAServer, CannotBackUp: it cannot be done.
        """
        vectors = None if self._settings.chroma_url else self._settings.ragtime_home / "chroma"
        with self._one_sync:
            return save(database_file(self.engine), vectors, file)

    def sync_if_due(self, report: Report) -> SyncReport | None:
        """Syncs where no sync of the documents' folder came to its end yet, or vectors are missing."""
        index = self.open().index
        if holds(index, self._settings.ragtime_docs) and not lacks_vectors(index):
            return None
        return self.sync(report)

    def check_folder(self, wanted: str | None) -> None:
        """Says that these are not the documents that are wanted.

        Raises:
            OtherDocuments: they are in another folder than `wanted` (None: whichever).
        """
        ours = self._settings.ragtime_docs
        if wanted is not None and Path(wanted) != ours:
            raise OtherDocuments(
                f"The Ragtime that runs here reads {ours}, not {wanted}: restart it with "
                f"RAGTIME_DOCS={wanted}, or set RAGTIME_DOCS={ours} here, too"
            )

    def _wait_to_sync(self) -> None:
        if self.ending.told.wait(TRY_AGAIN_SECONDS):
            raise _Stopped

    def answer(self, question: Question) -> Iterator[AnswerEvent]:
        """Yields progress, statements as they are ready, and last the whole reply."""
        chain = self.open()
        root = self._settings.ragtime_docs
        if not holds(chain.index, root):
            self._synced.wait(FIRST_SYNC_SECONDS)
        for event in chain.stream(question):
            if isinstance(event, (Answer, Refusal)) and not holds(chain.index, root):
                event = replace(event, notice=f"{NOT_ALL_READ} {event.notice}".strip())
            yield event

    def route(self, text: str, context: Context, history: Sequence[Turn] = ()) -> Routed:
        """What a message is for, by its words and where it was said."""
        with span("route") as step:
            routed = self._router.route(text, context, history)
            step.set_attributes({"ragtime.route": routed.route, "ragtime.sure": routed.sure})
        return routed

    @property
    def examples(self) -> Sequence[str]:
        """What newcomers are offered to ask: of the documents that ship with us, we know what is in them."""
        return SAMPLE_EXAMPLES if self._settings.ragtime_docs == SAMPLE_DOCS else EXAMPLES

    @property
    def guide(self) -> Guide:
        """The dialogue that helps to choose between RAG and fine-tuning."""
        return self._guide

    @cached_property
    def _guide(self) -> Guide:
        chain = self.open()
        return Guide(Reader(chain.index.reader, chain.model), chain.model)

    @cached_property
    def _router(self) -> Router:
        chain = self.open()
        return Router(chain.index.reader, chain.model)

    def document_count(self, place: Place) -> int:
        """How many documents may be used in this place."""
        return self.open().index.count(place)

    def find_documents(self, place: Place, words: str, limit: int) -> Sequence[KnownDocument]:
        """The documents of this place that match the words, best first; without words, by title."""
        found = find_documents(self.open().index, place, words, limit)
        return [KnownDocument(document.title, document.path, document.url) for document in found]

    def has_restricted_documents(self) -> bool:
        """Whether any document is for some readers only."""
        return self.open().index.has_restricted()

    def check_vectors(self) -> None:
        """Asks Chroma whether it is there, without opening anything.

        Raises:
            VectorsUnavailable: no server answers, or the embedded store is not opened yet.
            Exception: the embedded store cannot be read.
        """
        if url := self._settings.chroma_url:
            check_server(url)
        elif not self.opened.done():
            raise VectorsUnavailable("Chroma is still being opened")
        else:
            self.opened.result().index.chroma.count_collections()

    def last_sync(self) -> datetime | None:
        """When the documents were last looked through; None before the first time."""
        return last_sync(self.open().index)


def open_chain(settings: Settings, engine: Engine) -> AnswerChain:
    """The answer chain that these settings describe, in a home that this process owns.

    Raises:
        BadEmbedder, BadModel, UntrustedModel, VectorsUnavailable: they cannot be set up.
    """
    index = open_index(settings.ragtime_home, engine, settings.chroma_url, embedder_settings(settings))
    return AnswerChain(index, connect_model(model_settings(settings)))


def check(settings: Settings) -> None:
    """Says before anything is served what of the settings cannot be used: embedder, model, channels' file.

    Calls nothing.

    Raises:
        BadEmbedder, BadModel, BadChannels: they cannot be used.
    """
    read_rules(settings.channels, named=settings.names_channels)
    check_embedder(embedder_settings(settings))
    connect_model(model_settings(settings))
