"""Token vectors in short, and late interaction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.tokens import interaction, maxsim, pack, unpack


def vectors(count: int, dimensions: int, seed: int) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@given(st.integers(0, 20), st.sampled_from((8, 64, 384)), st.integers(0, 1000))
def test_packed_vectors_keep_the_signs_and_unit_length(count: int, dimensions: int, seed: int):
    made = vectors(count, dimensions, seed)
    packed = pack(made)
    assert len(packed) == count * dimensions // 8
    unpacked = unpack(packed, dimensions)
    assert unpacked.shape == made.shape
    assert np.array_equal(unpacked > 0, made > 0)
    assert np.allclose(np.linalg.norm(unpacked, axis=1), 1, atol=1e-5)


def test_a_packed_vector_is_still_most_like_itself():
    made = vectors(50, 384, 1)
    similarities = interaction(made, unpack(pack(made), 384))
    assert similarities.argmax(axis=1).tolist() == list(range(50))


def test_each_question_token_counts_with_its_best_match_by_its_weight():
    similarities = np.array([[0.2, 0.9], [0.5, 0.1]], np.float32)
    assert maxsim(similarities, np.array([1, 1], np.float32)) == pytest.approx(0.7)
    assert maxsim(similarities, np.array([3, 1], np.float32)) == pytest.approx(0.8)


def test_an_empty_passage_answers_nothing_and_an_empty_question_asks_nothing():
    assert maxsim(np.zeros((2, 0), np.float32), np.ones(2, np.float32)) == 0.0
    assert maxsim(np.zeros((0, 2), np.float32), np.ones(0, np.float32)) == 0.0


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 1000))
def test_more_passage_never_makes_it_worse(question: int, passage: int, seed: int):
    similarities = interaction(vectors(question, 16, seed), vectors(passage + 1, 16, seed + 1))
    weights = np.ones(question, np.float32)
    assert maxsim(similarities, weights) >= maxsim(similarities[:, :-1], weights) - 1e-6
