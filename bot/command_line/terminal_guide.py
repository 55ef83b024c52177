"""`ragtime guide`: the guide's dialogue in a terminal, with numbers for options and words for the rest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape

from bot.choosing import open_guide
from bot.command_line.terminal import show_answer
from bot.config import Settings
from bot.replies.spoken import gives_up
from chains.guide.commands import asks_back, find_command
from chains.guide.contract import Ask, Reason, Recommendation, State, Step
from chains.guide.costs import figure
from chains.guide.dialogue import Guide, Moved
from chains.guide.record import decision_record, escaped
from chains.guide.texts import same_words
from chains.guide.words import ask
from chains.router import Router
from knowledge.errors import AdminError

# One person at one keyboard.
USER = "you"
UNSURE = "0"
# What ends a program rather than a conversation.
GOODBYES = ("exit", "q", "bye")

HINTS = {
    "choice": "A number, or your own words. {unsure} I don’t know",
    "several": "Numbers (for example 1 3), none, or your own words. {unsure} I don’t know",
    "confirm": "A number, or your own words",
    "contradiction": "A number, or your own words",
}
BEGINNING = "What are you building? A sentence is enough; Enter goes straight to the questions."
AFTERWARDS = (
    "Ask “why?”, “what would change your mind?”, “what if …?”, “what does it cost?”, correct an answer, or "
    "“start over”. “export” shows the decision record, “export decision.md” writes it. Enter ends."
)
NO_CHANNEL = "There is no channel here: “export” shows the decision record, “export decision.md” writes it."
GOODBYE = "Goodbye! Nothing was kept."
NOTHING_TO_EXPORT = "There is no recommendation yet, so nothing was exported."


class NotExported(AdminError):
    """The decision record could not be written; the message says why."""


def hold_dialogue(settings: Settings, about: str, export: Path | None) -> None:
    """Holds a dialogue until the person ends it; then writes the decision record to `export` ("-": stdout).

    Raises:
        BadModel, UntrustedModel, HomeUnusable: the guide cannot be set up.
        NotExported: the record could not be written, or there was no recommendation.
    """
    _check(export)
    # What is exported to standard output is the record alone.
    console = Console(stderr=export is not None and str(export) == "-")
    with console.status("One moment…"):
        guide = open_guide(settings)
    try:
        state = _talk(guide, about, console, lambda question: _answer(settings, question, console))
    except KeyboardInterrupt:
        console.print(f"\n{GOODBYE}")
        sys.exit(130)
    if export is not None:
        _export(guide, state, export)


def _talk(guide: Guide, about: str, console: Console, answer: Callable[[str], None]) -> State:
    router = Router(guide.reader.encoder, guide.model)
    typed = _lines(console)
    if not about:
        console.print(BEGINNING, highlight=False)
        about = next(typed, "")
        if _ends(about):
            return State()
    state, step = guide.begin(about, USER, _now())
    _show(step, console)
    for text in typed:
        if _ends(text) or (not text and state.concluded):
            break
        if _is_for_documents(router, state, text):
            answer(text)
            _show(guide.resume(state, _now()), console)
            continue
        if said := _beside(guide, state, text):
            console.print(f"\n{said}", highlight=False, markup=False)
            _show(guide.resume(state, _now()), console)
            continue
        was_concluded = state.concluded
        state, step = _move(guide, state, text)
        _show(step, console)
        if state.concluded and not was_concluded:
            console.print(f"[dim]{AFTERWARDS}[/]", highlight=False)
    return state


def _ends(text: str) -> bool:
    return text.lower() in GOODBYES or gives_up(text)


def _is_for_documents(router: Router, state: State, text: str) -> bool:
    """Whether words ask the documents rather than answer, or steer, the guide."""
    if not any(character.isalpha() for character in text) or find_command(text, state):
        return False
    routed = router.route(text, "guide_thread")
    return routed.route == "answer" and (routed.sure or asks_back(text))


def _answer(settings: Settings, question: str, console: Console) -> None:
    """Answers from the documents, as `ragtime ask` does; what fails is told in a line."""
    # The assistant takes seconds to import, and many a dialogue never needs it.
    from bot.command_line.carrying_out import carried_out

    console.print()
    try:
        # Where the record goes to standard output, nothing else does.
        with redirect_stdout(console.file), carried_out(settings, "ask", {"question": question}) as messages:
            show_answer(messages, as_json=False)
    except AdminError as error:
        console.print(str(error), highlight=False, markup=False)


def _beside(guide: Guide, state: State, text: str) -> str:
    """What is said to a number that no option has, and to "share" and "export"; else nothing."""
    shown = ask(state)
    if shown and text.isdecimal() and len(text) == 1 and len(shown.options) < int(text):
        return f"There are {len(shown.options)} options: type the number of one, or your own words."
    command, _, file = text.partition(" ")
    if text.lower() == "share" or command.lower() != "export":
        return NO_CHANNEL if text.lower() == "share" else ""
    if not state.concluded:
        return NOTHING_TO_EXPORT
    try:
        if not file:
            return _record(guide, state)
        _check(Path(file))
        _export(guide, state, Path(file))
    except NotExported as error:
        return str(error)
    return f"Written to {file}."


def _lines(console: Console) -> Iterator[str]:
    """What is typed, line by line, until there is no more."""
    while True:
        try:
            yield console.input("[bold]>[/] ").strip()
        except EOFError:
            console.print()
            return


def _move(guide: Guide, state: State, text: str) -> Moved:
    shown = guide.resume(state, _now()).ask
    if shown and text == UNSURE:
        return guide.choose(state, shown.id, {}, USER, _now(), unsure=True)
    if shown and (places := _places(text, shown)) is not None:
        chosen = [shown.options[place] for place in places]
        return guide.choose(state, shown.id, {each.factor: each.value for each in chosen}, USER, _now())
    return guide.say(state, text, USER, _now())


def _places(text: str, shown: Ask) -> list[int] | None:
    """The options that numbers stand for, from 0; None where the text is not just their numbers."""
    if shown.kind == "several" and text.lower() in ("none", "none of them"):
        return []
    numbers = text.replace(",", " ").split()
    if not numbers or not all(
        number.isdecimal() and 0 < int(number) <= len(shown.options) for number in numbers
    ):
        return None
    return [int(number) - 1 for number in numbers] if shown.kind == "several" or len(numbers) == 1 else None


def _show(step: Step, console: Console) -> None:
    console.print()
    for note in step.notes:
        console.print(Markdown(note))
    if step.recommendation:
        console.print(Markdown(_recommendation(step.recommendation)))
    if step.ask:
        _show_question(step.ask, console)


def _show_question(shown: Ask, console: Console) -> None:
    progress = f" [dim]({shown.number} of at most {shown.most})[/]" if shown.number else ""
    console.print(f"[bold]{escape(shown.text)}[/]{progress}", highlight=False)
    for number, option in enumerate(shown.options, start=1):
        console.print(f"  {number}  {escape(option.label)}", highlight=False)
    console.print(f"[dim]{HINTS[shown.kind].format(unsure=UNSURE)}[/]", highlight=False)


def _recommendation(shown: Recommendation) -> str:
    """The recommendation as Markdown, the verdict in its first line."""
    kind = f"**{shown.type_name}**: {shown.type_text}" if shown.type_name else ""
    # What they assume is said to "what does it cost?".
    costs = [f"{cost.label}: {figure(cost)}" for cost in shown.costs]
    parts = [
        f"**{shown.headline}**",
        shown.summary,
        _listed("Why", map(_with_quote, shown.reasons)),
        _listed("Against it", map(_with_quote, shown.against)),
        kind,
        _listed("What would change it", shown.flips),
        _listed("Next", shown.next_steps),
        _listed("Mind", shown.remarks),
        _listed("Still open", shown.assumed),
        _listed("Cost and effort", costs),
        _listed("Sources", [f"{finding.text} ({finding.source})" for finding in shown.evidence]),
    ]
    return "\n\n".join(filter(None, parts))


def _with_quote(reason: Reason) -> str:
    if not reason.quote:
        return reason.text
    return f"{reason.text} ({same_words() if reason.again else f'“{escaped(reason.quote)}”'})"


def _listed(title: str, lines: Iterable[str]) -> str:
    listed = "\n".join(f"- {line}" for line in lines)
    return f"**{title}**\n\n{listed}" if listed else ""


def _check(export: Path | None) -> None:
    """Says before anything is asked that the record could not be written."""
    if export is not None and not export.parent.is_dir():
        raise NotExported(f"There is no folder {export.parent}: make it, or --export to another one")


def _export(guide: Guide, state: State, export: Path) -> None:
    if not state.concluded:
        raise NotExported(NOTHING_TO_EXPORT)
    record = _record(guide, state)
    if str(export) == "-":
        print(record, end="")
        return
    try:
        export.write_text(record, encoding="utf-8")
    except OSError as error:
        raise NotExported(
            f"{export} cannot be written ({error.strerror}): --export to another file"
        ) from None


def _record(guide: Guide, state: State) -> str:
    _, step = guide.command(state, "repeat", USER, _now())
    assert step.recommendation
    return decision_record(state, step.recommendation, _now().date())


def _now() -> datetime:
    return datetime.now(UTC)
