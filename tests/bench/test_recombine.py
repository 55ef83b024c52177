"""Vectors put together from lines: as many tokens as the model has, in the same places, and alike."""

from __future__ import annotations

import numpy as np

from knowledge.embeddings.minilm import MiniLM
from tests.bench.recombine import Recombined

TEXT = (
    "Paging > How to escalate > Night shift\n"
    "Page the platform team if the database is down for more than five minutes.\n"
    "Second level | `#oncall-platform` | 15 minutes"
)


def test_tokens_stand_where_the_model_puts_them(minilm: MiniLM):
    made = Recombined(minilm).encode([TEXT])[0]
    assert np.array_equal(made.spans, minilm.spans(TEXT))
    assert len(made.tokens) == len(made.spans)


def test_a_text_too_long_is_cut_where_the_model_cuts_it(minilm: MiniLM):
    long = "\n".join(f"Line {number} says who is paged and when." for number in range(80))
    assert np.array_equal(Recombined(minilm).encode([long])[0].spans, minilm.spans(long))


def test_a_question_finds_the_text_that_the_model_finds(minilm: MiniLM):
    other = "Holiday > How to book leave\nYou have 25 days of paid holiday a year."
    question = minilm.encode(["Who is paged when the database is down?"])[0].vector
    fitting, unfitting = (made.vector for made in Recombined(minilm).encode([TEXT, other]))
    assert question @ fitting > question @ unfitting + 0.2
