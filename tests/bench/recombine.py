"""An embedder for building large indexes quickly: a text's vectors are put together from its lines'.

Each distinct line goes through the real model once, alone, and is remembered. A text's token vectors are
its lines' one after another (as the tokenizer, too, splits at white space), its vector their mean. That
is not what the model would say of the whole text, but like it: real questions find fitting passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from knowledge.embeddings.base import Embedder, Encoded
from knowledge.embeddings.minilm import MAX_TOKENS, MiniLM

# What stands between a passage's title and headings is a line of its own here, of the same length.
_BETWEEN, _OWN_LINE = " > ", "\n>\n"
_LINE = re.compile(r"[^\n]+")


class Recombined(Embedder):
    """Vectors made of remembered lines, under the real model's name."""

    name = MiniLM.name

    def __init__(self, model: MiniLM) -> None:
        self.model = model
        self._known: dict[str, Encoded] = {}

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """As the model's, from the texts' lines."""
        lines = [list(_lines(text)) for text in texts]
        new = list({line: None for found in lines for _, line in found if line not in self._known})
        self._known.update(zip(new, self.model.encode(new), strict=True))
        return [self._joined(found) for found in lines]

    def _joined(self, lines: Sequence[tuple[int, str]]) -> Encoded:
        known = [(start, self._known[line]) for start, line in lines]
        tokens = np.concatenate([line.tokens for _, line in known])[: MAX_TOKENS - 2]
        spans = np.concatenate([line.spans + start for start, line in known])[: MAX_TOKENS - 2]
        mean = tokens.mean(axis=0)
        return Encoded(mean / np.linalg.norm(mean), tokens, spans)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text, with where they start."""
    for line in _LINE.finditer(text.replace(_BETWEEN, _OWN_LINE)):
        yield line.start(), line.group()
