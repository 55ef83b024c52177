"""Indexes of a wanted number of chunks, ours and the peer's with the same passages; built once, kept.

The passages are the sample's documents and generated ones, a tenth of them for certain channels only.
Ours is built by an ordinary sync, with an embedder that puts vectors together from those of lines.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select

import knowledge
from knowledge.access import EVERYONE, Place
from knowledge.chunk import chunk
from knowledge.database import migrate, open_database
from knowledge.documents import Document
from knowledge.embeddings.minilm import MiniLM
from knowledge.home import own
from knowledge.index import Index, chunk_of
from knowledge.sources.folder import FoundFile, load, walk
from knowledge.sources.rules import RULES_FILE, Rules
from knowledge.sync import sync_folder
from knowledge.tables import HISTORY, chunks, documents
from knowledge.vectors import connect
from tests.bench.corpus import Writer, write_documents
from tests.bench.recombine import Recombined

SAMPLE = Path(knowledge.__file__).parent / "sample"
# One generated document in ten is restricted, in turn to each of these audiences.
AUDIENCES = (
    ("channel:C1", "channel:C2"),
    ("channel:C2", "channel:C3"),
    ("channel:C3", "channel:C4", "channel:C5"),
    ("channel:C5",),
    ("channel:C6", "group:G1"),
)
# Where the questions are asked: a channel that sees what is for everyone, and one of the audiences.
PLACE = Place.internal("channel:C1")

# What an index is made by: where these change, kept ones are built anew.
_MADE_BY = (
    "chunk.py",
    "index.py",
    "lexical/fields.py",
    "lexical/fts5.py",
    "sync.py",
    "tables.py",
    "tokens.py",
    "vectors.py",
)
_MANIFEST = "built.json"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """Two indexes over the same passages."""

    folder: Path
    documents: int
    restricted: int
    chunks: int
    build_seconds: float

    @property
    def home(self) -> Path:
        """Ours: a home as the bot has it."""
        return self.folder / "home"

    @property
    def peer(self) -> Path:
        """The peer's store."""
        return self.folder / "peer"

    @property
    def models(self) -> Path:
        """Where the embedder's graph is kept, for both."""
        return self.home / "models"


def prepared(cache: Path, sizes: Sequence[int], say: Say) -> Iterator[Built]:
    """The indexes of each size, in turn: as they were kept, or built now."""
    embedder: Recombined | None = None
    for size in sizes:
        built = _kept(cache, size)
        if built is None:
            say(f"Building the indexes of {size:,} chunks")
            embedder = embedder or Recombined(MiniLM(cache / "models"))
            built = _build(cache, size, embedder, say)
        yield built


def _kept(cache: Path, size: int) -> Built | None:
    """The indexes that were built before, if they still fit the code."""
    folder = cache / f"{size}-chunks"
    try:
        manifest = json.loads((folder / _MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    if manifest.pop("made_by") != _made_by(size):
        return None
    return Built(folder, **manifest)


def _build(cache: Path, size: int, embedder: Recombined, say: Say) -> Built:
    """Builds the indexes of about this many chunks, in the place of older ones."""
    # Of the peer's LangChain packages only what builds and asks needs to load them.
    from tests.bench.peer import add_texts, open_store

    folder = cache / f"{size}-chunks"
    shutil.rmtree(folder, ignore_errors=True)
    built = Built(folder, 0, 0, 0, 0.0)
    started = time.monotonic()
    # The bot keeps the model's graph in its home.
    shutil.copytree(cache / "models", built.models)
    engine = open_database(f"sqlite:///{built.home / 'ragtime.db'}")
    with own(built.home), tempfile.TemporaryDirectory(prefix="ragtime-bench-") as docs:
        write_corpus(Path(docs), size)
        migrate(engine, HISTORY, "knowledge")
        index = Index(engine, connect(built.home / "chroma", None), (embedder,), embedder.model)
        sync_folder(index, Path(docs), None, lambda p: say(f"{p.done:,} of {p.total:,} documents in ours"))
    store = open_store(built.peer, embedder)
    texts = list(_passages(engine))
    for done in add_texts(store, texts):
        say(f"{done:,} of {len(texts):,} chunks in the peer's")
    with engine.connect() as connection:
        total = connection.scalar(select(func.count()).select_from(documents)) or 0
        public = connection.scalar(select(func.count()).where(documents.c.audience == EVERYONE)) or 0
    engine.dispose()
    seconds = time.monotonic() - started
    done = Built(folder, total, total - public, len(texts), round(seconds, 1))
    manifest = {name: value for name, value in asdict(done).items() if name != "folder"}
    (folder / _MANIFEST).write_text(json.dumps(manifest | {"made_by": _made_by(size)}))
    return done


def write_corpus(folder: Path, size: int) -> None:
    """Writes the sample and generated documents, about this many chunks together, and who may read them."""
    shutil.copytree(SAMPLE, folder / "sample")
    pieces = [piece for document in _sample() for piece in chunk(document.title, document.blocks)]
    sentences = [unit.text for piece in pieces for unit in piece.units if unit.kind == "sentence"]
    write_documents(folder / "generated", Writer(sentences).documents(size - len(pieces)))
    # Generated documents are named by number: the digit before a last 0 tells who may read it.
    rules = [
        f"[[rule]]\npath = 'generated/**/*[{turn}{turn + 5}]0.md'\naudience = {json.dumps(audience)}\n"
        for turn, audience in enumerate(AUDIENCES)
    ]
    (folder / RULES_FILE).write_text("\n".join(rules), encoding="utf-8")


def _sample() -> Iterator[Document]:
    for file in walk(SAMPLE):
        if isinstance(file, FoundFile):
            yield load(SAMPLE, file, Rules())


def _passages(engine: Engine) -> Iterator[str]:
    """What was embedded of every chunk."""
    columns = [column for column in chunks.c if column.name != "tokens"]
    query = select(*columns, documents.c.title).join(documents, documents.c.id == chunks.c.document_id)
    with engine.connect() as connection:
        for row in connection.execute(query.order_by(chunks.c.id)):
            yield chunk_of(row._mapping, row.title).embedding_text


def _made_by(size: int) -> str:
    """A digest of all that the indexes of this size depend on."""
    here, there = Path(__file__).parent, Path(knowledge.__file__).parent
    sources = [there / name for name in _MADE_BY]
    sources += [here / name for name in ("corpus.py", "recombine.py", "vocabulary.toml")]
    digest = hashlib.sha256(repr((size, MiniLM.name, AUDIENCES)).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()
