"""The peer: the RAG of LangChain's tutorial, with our embedder.

RecursiveCharacterTextSplitter with 1,000 characters and 200 overlap, Chroma with its defaults, the four
most similar chunks. It reads the same files as we do, as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from knowledge.sources.folder import FoundFile, walk
from knowledge.vectors import connect

CHUNK_SIZE, CHUNK_OVERLAP = 1_000, 200
TOP = 4
# Chroma takes no more than about this many at once.
ADDED_AT_ONCE = 5_000


def load_documents(docs: Path) -> list[Document]:
    """Every file that we would index, as text, as DirectoryLoader with TextLoader reads them."""
    return [
        Document(file.absolute.read_text(encoding="utf-8", errors="replace"), metadata={"source": file.path})
        for file in walk(docs)
        if isinstance(file, FoundFile)
    ]


def split(documents: Sequence[Document]) -> list[Document]:
    """The tutorial's chunks."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP)
    return splitter.split_documents(documents)


def open_store(folder: Path, embedder: Embeddings) -> Chroma:
    """The store in a folder, made where there is none."""
    return Chroma(client=connect(folder, None), embedding_function=embedder)


def add_texts(store: Chroma, texts: Sequence[str]) -> Iterator[int]:
    """Adds texts a batch at a time; yields how many are in."""
    for start in range(0, len(texts), ADDED_AT_ONCE):
        batch = list(texts[start : start + ADDED_AT_ONCE])
        store.add_texts(batch)
        yield start + len(batch)


def index_folder(docs: Path, store: Chroma) -> int:
    """Indexes a folder as the tutorial does; returns the number of chunks."""
    chunks = split(load_documents(docs))
    for start in range(0, len(chunks), ADDED_AT_ONCE):
        store.add_documents(chunks[start : start + ADDED_AT_ONCE])
    return len(chunks)
