"""What the guide says about itself when it is asked: why a question, how sure, what would change its mind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from chains.guide import moves
from chains.guide.contract import Decision, State
from chains.guide.costs import estimate, figure, volume_names
from chains.guide.decision import decide
from chains.guide.explain import recommend, why
from chains.guide.policy import POLICY
from chains.guide.questions import CONFIRM
from chains.guide.texts import signed, texts, title
from chains.guide.words import factors_of, label, meanings, note, noted, titles

Notes = tuple[str, ...]


def why_asked(state: State) -> Notes:
    """What the answer to the open question changes, in one line."""
    if state.pending is None:
        return (note("nothing_pending"),)
    if state.doubt:
        return (note("why_ask.contradiction"),)
    if state.pending.startswith(CONFIRM):
        return (note("why_ask.confirmation"),)
    first, *others = factors_of(state.pending)
    effects = [note("why_ask.any_decides")] if others else _effects(first, state)
    return (note("why_ask.because", effects="; ".join(effects)),)


def _effects(factor: str, state: State) -> list[str]:
    points = POLICY.factors[factor].points
    vetoes = () if POLICY.behaviour_only(state.values) else POLICY.vetoes.get(factor, ())
    most, least = max(points, key=points.__getitem__), min(points, key=points.__getitem__)
    if vetoes:
        labels = "” or “".join(label(factor, value) for value in vetoes)
        effects = [note("why_ask.decides", labels=labels)]
    else:
        effects = [note("why_ask.rag", label=label(factor, most), points=signed(points[most]))]
    name = "tuning" if points[least] < 0 else "neutral"
    effects.append(note(f"why_ask.{name}", label=label(factor, least), points=signed(points[least])))
    return [*effects, *([note("why_ask.means")] if factor in POLICY.missing.values else [])]


def explained(state: State) -> Notes:
    """What the open question's options mean."""
    return (meanings(state.pending) if state.pending else note("nothing_pending"),)


def why_so(state: State) -> Notes:
    """The lines of the table that decided, or would decide on what is known so far."""
    early = () if state.concluded else (note("not_concluded"),)
    return (*early, why(decide(state.values)))


def how_sure(state: State) -> Notes:
    """What the verdict rests on, and how much would have to be different to turn it."""
    decision = decide(state.values)
    lines = [] if state.concluded else [note("how_sure.early")]
    total = signed(decision.total)
    lines.append(note(f"how_sure.{decision.decided_by}", verdict=verdict_name(decision), total=total))
    sizes = [len(flip.changes) for flip in decision.flips]
    if not sizes:
        lines.append(note("how_sure.certain", count=str(POLICY.flips.most_changes)))
    elif min(sizes) == 1:
        single = [flip.changes[0][0] for flip in decision.flips if len(flip.changes) == 1]
        lines.append(note("how_sure.near", titles=titles(single)))
    else:
        lines.append(note("how_sure.far", count=str(min(sizes))))
    still_open = [factor for factor in POLICY.factors if factor not in state.known]
    if still_open and not state.concluded:
        lines.append(note("how_sure.open", titles=titles(still_open)))
    return (" ".join(lines),)


def what_would_change(state: State, today: date) -> Notes:
    """What would turn the verdict, in words."""
    recommendation = recommend(state.known, state.unsure, state.volumes, today)
    flips = [*recommendation.flips, *recommendation.assumed]
    early = () if state.concluded else (note("not_concluded"),)
    if not flips:
        return (*early, note("flips.none"))
    return (*early, "\n".join([note("flips.heading"), *(f"- {flip}" for flip in flips)]))


def what_if(state: State, supposed: Mapping[str, str]) -> Notes:
    """What the verdict would be with other values; nothing is changed."""
    if not supposed:
        return (note("what_if.unclear"),)
    before, after = decide(state.values), decide({**state.values, **supposed})
    if all(state.values.get(factor) == value for factor, value in supposed.items()):
        return (note("what_if.unchanged", noted=noted(supposed)),)
    line = note(
        "what_if.same" if before.verdict == after.verdict else "what_if.other",
        noted=noted(supposed),
        verdict=verdict_name(after),
        points=note(
            "what_if.points.same" if before.total == after.total else "what_if.points.other",
            total=signed(after.total),
            before=signed(before.total),
        ),
        because=note(f"what_if.because.{after.decided_by}"),
    )
    return (f"{line} {note('what_if.nothing_changed')}",)


def costs(state: State) -> Notes:
    """The figures for what is known, and which volumes would refine them."""
    lines = [
        note("costs.refined", volumes=volumes_noted(state.volumes))
        if state.volumes
        else note("costs.heading")
    ]
    lines += [
        note("costs.line", label=cost.label, figure=figure(cost), assumptions="; ".join(cost.assumptions))
        for cost in estimate(state.values, state.volumes)
    ]
    return ("\n".join(lines), *volumes_wanted(state))


def volumes_wanted(state: State) -> Notes:
    """Asks for the volumes that would refine the figures and were not said yet; empty where all were."""
    # Pages are worked out from documents.
    given = {*state.volumes, *(["pages"] if "documents" in state.volumes else [])}
    missing = [name for key, name in volume_names().items() if key not in given]
    return (note("costs.ask", names=", ".join(missing)),) if missing else ()


def volumes_noted(volumes: Mapping[str, float]) -> str:
    """Volumes that were given, as a short list."""
    names = volume_names()
    return ", ".join(f"{volume:,.10g} {names[name]}" for name, volume in volumes.items())


def so_far(state: State) -> Notes:
    """What is known."""
    return (note("so_far", noted=noted(state.values)) if state.known else note("so_far_empty"),)


def noted_now(before: State, after: State) -> Notes:
    """What was understood from free text, in one short line, so that it can be corrected."""
    new = {f: after.known[f] for f in moves.newly_known(before, after) if after.known[f].quote}
    return (
        (note("noted", noted=noted({factor: known.value for factor, known in new.items()})),) if new else ()
    )


def differences(before: State, after: State) -> Notes:
    """What a move was understood to say, to change and to take back."""
    changed = (
        note(
            "changed",
            title=title(factor),
            old=label(factor, before.known[factor].value),
            new=label(factor, after.known[factor].value),
        )
        for factor in moves.changed(before, after)
    )
    taken_back = (
        note("now_unknown", title=titles([factor]))
        if factor in after.unsure
        else note("reopened", title=title(factor), old=label(factor, before.known[factor].value))
        for factor in moves.taken_back(before, after)
    )
    return (*noted_now(before, after), *changed, *taken_back)


def undone(state: State, before: State) -> Notes:
    """What is taken back where a dialogue goes from one state to the one before."""
    gone = {f: known for f, known in state.values.items() if before.values.get(f) != known}
    again = {f: known for f, known in before.values.items() if state.values.get(f) != known}
    unsure = [factor for factor in state.unsure if factor not in before.unsure and factor not in again]
    lines = (
        note("undone", noted=noted(gone)) if gone else "",
        note("undone_unsure", titles=titles(unsure)) if unsure else "",
        note("as_before", noted=noted(again)) if again else "",
    )
    return tuple(filter(None, lines)) or (note("undone_nothing"),)


def kept(state: State, factors: Collection[str]) -> Notes:
    """That what is known of these factors stays as it is."""
    if state.doubt and state.doubt.factor in factors:
        # It is being asked about.
        return ()
    values = {factor: state.known[factor].value for factor in factors if factor in state.known}
    return (note("kept", noted=noted(values)) if values else note("stays_open"),)


def welcome_back(state: State) -> Notes:
    """What is known, in one line, for somebody who was away."""
    return (note("welcome_back", noted=noted(state.values)) if state.known else note("welcome_back_empty"),)


def verdict_turned(before: State, state: State) -> Notes:
    """Whether the verdict is another than it was."""
    old, new = (verdict_name(decide(each.values)) for each in (before, state))
    return (note("verdict_stays", verdict=new) if old == new else note("verdict_turns", old=old, new=new),)


def verdict_name(decision: Decision) -> str:
    """The verdict as people write it."""
    return texts()["verdicts"][decision.verdict]


def left_open(factors: Iterable[str]) -> Notes:
    """That nothing was made out about these factors."""
    return (note("left_open_beside", titles=titles(factors)),)


# What there is to say to the commands that change nothing.
SAYS: Mapping[str, Callable[[State, date], Notes]] = {
    "explain": lambda state, _: explained(state),
    "why_ask": lambda state, _: why_asked(state),
    "why": lambda state, _: why_so(state),
    "how_sure": lambda state, _: how_sure(state),
    "flips": what_would_change,
    "costs": lambda state, _: costs(state),
    "so_far": lambda state, _: so_far(state),
}
