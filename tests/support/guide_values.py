"""Values of the guide's factors for property tests, from the policy's names."""

from __future__ import annotations

from hypothesis import strategies as st

from chains.guide.policy import POLICY

NAMES = {name: tuple(factor.points) for name, factor in POLICY.factors.items()}


def some_values() -> st.SearchStrategy[dict[str, str]]:
    """Any factors with any of their values; the others are unknown."""
    return st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in NAMES.items()}
    )


def some_factors() -> st.SearchStrategy[frozenset[str]]:
    """Any of the factors."""
    return st.frozensets(st.sampled_from(sorted(NAMES)))
