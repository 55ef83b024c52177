"""Token vectors in short, and late interaction over them.

Late interaction (ColBERT, Khattab and Zaharia 2020, arXiv:2004.12832) compares a question's token
vectors with a passage's: each question token counts with the passage token that is most like it. Kept as
the signs of their numbers, one bit each, token vectors rank as well as in full (see `make bench`), at a
thirty-second of the size.
"""

from __future__ import annotations

import numpy as np


def pack(tokens: np.ndarray) -> bytes:
    """Token vectors (n, d) as sign bits; d is a multiple of 8."""
    return np.packbits(tokens > 0, axis=1).tobytes()


def unpack(packed: bytes, dimensions: int) -> np.ndarray:
    """Token vectors (n, d) of unit length, their numbers all of one size."""
    bits = np.unpackbits(np.frombuffer(packed, np.uint8).reshape(-1, dimensions // 8), axis=1)
    return (bits.astype(np.float32) * 2 - 1) / np.float32(dimensions**0.5)


def interaction(question: np.ndarray, passage: np.ndarray) -> np.ndarray:
    """Similarity of each question token (n, d) with each passage token (m, d): (n, m)."""
    return question @ passage.T


def maxsim(similarities: np.ndarray, weights: np.ndarray) -> float:
    """How well a passage answers to all of a question's tokens.

    `similarities` (n, m) are question tokens against passage tokens, `weights` (n,) the question
    tokens' importance. The weighted mean of each token's best match; 0 where either has no tokens.
    """
    if similarities.size == 0:
        return 0.0
    return float(similarities.max(axis=1) @ weights / weights.sum())
