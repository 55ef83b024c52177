"""A recommendation as a phone shows it: all that it consists of is in front, within what one can read."""

from __future__ import annotations

from datetime import date

import pytest

from bot.blocks.recommendation_blocks import FRONT_LIMIT, figures_markdown, recommendation_markdown
from chains.guide.contract import Known
from chains.guide.explain import recommend

QUOTE = "our people said so in the meeting on Monday, and nobody objected to it"
SAID = [
    {"need": "facts", "change_rate": "weekly", "citations": "must"},
    {"need": "facts"},
    {"need": "both", "data": "raw", "access": "per_user", "deletion": "must"},
    {"need": "behaviour", "data": "some_pairs", "budget": "small", "team": "ml_team"},
    {"need": "behaviour", "budget": "large", "team": "ml_team"},
    {"need": "behaviour", "data": "many_pairs", "budget": "large", "team": "ml_team"},
    {"need": "behaviour", "data": "ratings", "budget": "large", "team": "ml_team"},
    {"need": "behaviour", "data": "none", "budget": "none"},
    {"need": "expertise", "change_rate": "never", "data": "raw", "budget": "large", "team": "ml_team"},
]


@pytest.mark.parametrize("said", SAID)
def test_verdict_reasons_flips_costs_and_steps_are_all_in_front(said: dict[str, str]) -> None:
    known = {factor: Known(value, QUOTE) for factor, value in said.items()}
    recommendation = recommend(known, (), {}, date(2026, 11, 25))
    shown = recommendation_markdown(recommendation)
    assert len(shown) <= FRONT_LIMIT
    for part in ("Why", "Against it", "What would change it", "Cost and effort"):
        assert f"**{part}**" in shown, part
    assert recommendation.costs[0].assumptions[0] in shown
    whole = shown + figures_markdown(recommendation)
    for text in (*recommendation.next_steps, *recommendation.flips, *recommendation.remarks):
        assert text in whole
    for cost in recommendation.costs:
        assert "; ".join(cost.assumptions) in whole
