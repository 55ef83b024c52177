"""Steps of a guide made by hand, for what is stored and shown of them."""

from __future__ import annotations

from datetime import UTC, datetime

from chains.guide.contract import (
    Ask,
    Cost,
    Decision,
    Evidence,
    Known,
    Line,
    Option,
    Reason,
    Recommendation,
    State,
    Step,
)

NEED = Ask(
    id="need",
    kind="choice",
    text="What is missing from the model today?",
    options=(
        Option("need", "facts", "Answers from our documents"),
        Option("need", "behaviour", "Tone, style or format"),
    ),
    number=1,
)
MUSTS = Ask(
    id="citations+deletion+access",
    kind="several",
    text="Is any of these a must?",
    options=(
        Option("citations", "must", "Answers show their source"),
        Option("deletion", "must", "A single fact can be removed for good"),
        Option("access", "per_user", "Different people see different documents"),
    ),
    number=2,
)
CONFIRM = Ask(
    id="confirm:need",
    kind="confirm",
    text="So it is only how it answers, not what it knows?",
    options=(Option("need", "yes", "Yes"), Option("need", "no", "No")),
)
DECISION = Decision(
    verdict="rag",
    type=None,
    decided_by="veto",
    total=10,
    start=2,
    lines=(Line("need", "facts", 3), Line("change_rate", "weekly", 5, vetoes=True)),
)
RECOMMENDATION = Recommendation(
    decision=DECISION,
    headline="RAG.",
    summary="What it must know changes every week.",
    reasons=(Reason("change_rate", "It changes every week.", "new prices *every* Monday"),),
    against=(Reason("data", "Good pairs are at hand."),),
    flips=("if it never changed again",),
    type_name="",
    type_text="",
    costs=(Cost("Embedding the documents, once", 0.2, 1.3, "USD", ("5,000 pages in all",)),),
    next_steps=("Collect the documents.", "Try ten real questions."),
    remarks=("Grounding reduces hallucination; it does not end it.",),
    assumed=("whether sources are a must",),
    evidence=(Evidence("RAG 0.875, fine-tuned 0.504 on current events", "Ovadia et al. 2023"),),
)

ASKED = (
    State(
        topic="a support bot", asked=("need",), pending="need", touched_at=datetime(2026, 11, 25, tzinfo=UTC)
    ),
    Step(ask=NEED),
)
CONCLUDED = (
    State(topic="a support bot", known={"need": Known("facts")}, asked=("need",), concluded=True),
    Step(recommendation=RECOMMENDATION, settled=(("need", "What is missing: facts"),)),
)
