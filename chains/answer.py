"""The answer chain: understands the question, retrieves passages, and answers from them or refuses.

Without a model it quotes the sentences that answer. With one, the model writes and each sentence is
checked before it is shown; where the model fails, the quotes take its place, with a line that says so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda

from chains import extract
from chains.comparison import AskedTable, table_asked_for
from chains.contract import (
    Answer,
    AnswerEvent,
    Progress,
    Question,
    Refusal,
    Retrieved,
    Statement,
)
from chains.follow_up import find_understood
from chains.generate import ModelFailed, NothingSupported, Passage, generate
from chains.hostile import is_for_readers, speaks_to_model
from chains.links import followable
from chains.llm import LIMITS, Limits
from chains.refusal import Verdict, judge
from chains.rewrite import Rewritten, rewrite
from chains.rows import ANSWERS, named_rows
from chains.sources import Sources
from chains.whole import Quotation, beside_table, whole_answer
from knowledge.documents import Chunk
from knowledge.index import Index
from knowledge.retriever import Hit

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

# Of the passages found, those that a model is given.
MODEL_PASSAGES = 6
NEAREST = 2
# Documents that a reply names as retrieved.
RETRIEVED = 10
UNSURE = "I am not sure that this answers your question: it is the closest that your documents come."
# These stand under quotes and under refusals, so they must be true of both.
UNSUPPORTED = "What the model wrote could not be confirmed by the documents, so it is left out."
KEPT_FROM_MODEL = "The closest document may not be sent to a model, so none wrote this."
# Characters from which a message is long: the search model reads about so many.
LONG = 1_500
SHORTER = "Your message is long: a question of one or two sentences finds more."
NOTHING_HERE = "I know no document that everyone here may read, so other words will not help."
# This one stands under what the model wrote until then.
CUT_SHORT = "The model's answer reached its length limit: its end is missing."


@dataclass(frozen=True, slots=True)
class _Retrieved:
    """A question as understood, the passages found for it, best first, and the table it asks for.

    `notice` is a line about the search.
    """

    question: Question
    understood: Rewritten
    hits: list[Hit]
    notice: str
    table: AskedTable | None


@dataclass(frozen=True, slots=True)
class AnswerChain:
    """Answers questions from an index; `model` writes the answers where there is one."""

    index: Index
    model: BaseChatModel | None = None
    limits: Limits = LIMITS

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        """Yields progress, statements as they are ready, and last the whole reply."""
        yield Progress(self.index.count(question.place))
        yield from self.runnable().stream(question)

    def runnable(self) -> Runnable[Question, AnswerEvent]:
        """The chain as a LangChain runnable; its stream ends with the whole reply."""
        return (
            RunnableLambda(self._understand).with_config(run_name="understand")
            | RunnableLambda(self._retrieve).with_config(run_name="retrieve")
            | RunnableGenerator(self._reply).with_config(run_name="reply")
        )

    def _understand(self, question: Question) -> tuple[Question, Rewritten]:
        return question, rewrite(question.text, question.history, self.model)

    def _retrieve(self, asked: tuple[Question, Rewritten]) -> _Retrieved:
        question, understood = asked
        understood, found = find_understood(self.index, question.place, understood, self.model)
        if found.limited:
            log.warning("words alone were searched: %s", found.limited)
        table = table_asked_for(self.index, question.text, understood.search, found.hits)
        return _Retrieved(question, understood, found.hits, found.notice, table)

    def _reply(self, inputs: Iterator[_Retrieved]) -> Iterator[AnswerEvent]:
        for retrieved in inputs:
            if not retrieved.hits:
                known = self.index.count(retrieved.question.place)
                nothing = Refusal(retrieved.understood.question, (), NOTHING_HERE)
                yield self._refusal(retrieved) if known else nothing
            elif self.model is None:
                yield from self._quote(retrieved)
            elif _kept_from_model(retrieved.hits):
                yield from self._quote(retrieved, notice=KEPT_FROM_MODEL)
            else:
                yield from self._write(retrieved, self.model)

    def _write(self, retrieved: _Retrieved, model: BaseChatModel) -> Iterator[AnswerEvent]:
        """The model's answer; its quoted replacement where the model fails."""
        allowed = [hit for hit in retrieved.hits if hit.stored.document.model_allowed][:MODEL_PASSAGES]
        passages = [
            _passage(number, self.index.around(hit.stored), hit.stored.document.url)
            for number, hit in enumerate(allowed, start=1)
        ]
        sources = Sources(self.index)
        shown: list[Statement] = []
        question = retrieved.understood.question
        try:
            for statement in generate(question, passages, retrieved.question.history, model, self.limits):
                if retrieved.table and statement.kind == "table_row":
                    # The document's own table comes with the answer.
                    continue
                numbers = tuple(sources.number(allowed[passage - 1]) for passage in statement.sources)
                shown.append(replace(statement, sources=numbers))
                yield shown[-1]
        except NothingSupported as nothing:
            if nothing.declined and retrieved.table:
                yield from self._quote(retrieved)
            elif nothing.declined:
                yield self._refusal(retrieved)
            else:
                yield from self._quote(retrieved, notice=UNSUPPORTED)
        except ModelFailed as failed:
            if failed.reason == "truncated" and shown:
                yield _written(retrieved, shown, sources, CUT_SHORT)
            else:
                yield from self._quote(retrieved, notice=failed.message, shown=shown, sources=sources)
        else:
            yield _written(retrieved, shown, sources)

    def _quote(
        self,
        retrieved: _Retrieved,
        notice: str = "",
        shown: Sequence[Statement] = (),
        sources: Sources | None = None,
    ) -> Iterator[AnswerEvent]:
        """The quoted answer, after what a model may have said before it failed; or a refusal."""
        found = extract.rank(retrieved.hits)
        ranked = _for_readers(found)
        candidates = [choice.candidate for choice in ranked]
        rows = named_rows(candidates)
        if not ranked:
            verdict = Verdict.SILENT
        else:
            held = rows is not None and rows.covered >= ANSWERS
            verdict = doubted(Verdict.ANSWERS if held else judge(retrieved.hits, ranked), found, ranked)
        if retrieved.table:
            # It covers what was asked: a sentence need not.
            verdict, whole = Verdict.ANSWERS, beside_table(retrieved.table, candidates)
        else:
            question = retrieved.understood.question
            whole = whole_answer(self.index, question, candidates, extract.choose(ranked), rows)
        if not shown and verdict is Verdict.SILENT:
            yield self._refusal(retrieved, notice)
            return
        sources = sources or Sources(self.index)
        statements = list(shown)
        quoted = [each for each in whole.quotations if is_for_readers(each.unit, each.hit.stored.chunk.text)]
        for quotation in quoted if verdict is not Verdict.SILENT else ():
            if any(each.lead == quotation.unit.text for each in statements):
                continue
            statements.append(_statement(quotation, sources, statements))
            yield statements[-1]
        sure = bool(shown) or verdict is Verdict.ANSWERS
        table = sources.table(whole.table) if whole.table and verdict is not Verdict.SILENT else None
        yield Answer(
            retrieved.understood.question,
            tuple(statements),
            tuple(sources.listed),
            notice=_line(notice, retrieved.notice, "" if sure else _line(UNSURE, _shorter(retrieved))),
            sure=sure,
            table=table,
            retrieved=_documents(retrieved.hits),
        )

    def _refusal(self, retrieved: _Retrieved, notice: str = "") -> Refusal:
        nearest = Sources(self.index)
        documents = {hit.stored.document.id: hit for hit in reversed(retrieved.hits)}
        for hit in sorted(documents.values(), key=lambda hit: -hit.score)[:NEAREST]:
            nearest.number(hit)
        return Refusal(
            retrieved.understood.question,
            tuple(nearest.listed),
            notice=_line(notice, retrieved.notice, _shorter(retrieved)),
            retrieved=_documents(retrieved.hits),
        )


def doubted(verdict: Verdict, found: Sequence[extract.Choice], shown: Sequence[extract.Choice]) -> Verdict:
    """The verdict on what may be shown of the sentences found, which is unsure where the best is withheld.

    What speaks to a model may have been put in the place of the answer: another is often a poor second.
    """
    return Verdict.UNSURE if verdict is Verdict.ANSWERS and shown[0] is not found[0] else verdict


def _shorter(retrieved: _Retrieved) -> str:
    """What to do about a long message for which little was found."""
    return SHORTER if len(retrieved.question.text) > LONG else ""


def _line(*notices: str) -> str:
    return " ".join(filter(None, notices))


def _for_readers(ranked: list[extract.Choice]) -> list[extract.Choice]:
    """Without what speaks to a model."""
    found = ((choice, choice.candidate) for choice in ranked)
    return [choice for choice, each in found if is_for_readers(each.unit, each.hit.stored.chunk.text)]


def _kept_from_model(hits: Sequence[Hit]) -> bool:
    """Whether what seems to answer may not be sent to a model."""
    allowed = [hit.stored.document.model_allowed for hit in hits]
    if allowed[0]:
        return False
    return not any(allowed) or judge(hits, extract.rank(hits)) is not Verdict.SILENT


def _written(
    retrieved: _Retrieved, statements: Sequence[Statement], sources: Sources, notice: str = ""
) -> Answer:
    table = sources.table(retrieved.table) if retrieved.table else None
    return Answer(
        retrieved.understood.question,
        tuple(statements),
        tuple(sources.listed),
        written_by="model" if statements else "extraction",
        notice=_line(notice, retrieved.notice),
        table=table,
        retrieved=_documents(retrieved.hits),
    )


def _statement(quotation: Quotation, sources: Sources, said: Sequence[Statement]) -> Statement:
    """A quotation as a statement, under the line that leads it in, unless that was said before."""
    unit = quotation.unit
    lead = unit.lead or _heading(quotation)
    return Statement(
        text=unit.text,
        sources=(sources.number(quotation.hit, unit.text),),
        quotes=(unit.text,),
        quoted=True,
        kind=unit.kind,
        lead="" if any(each.text == lead for each in said) else lead,
        marker=unit.marker,
        cells=unit.cells,
        header=unit.header,
        links=followable(unit.links, quotation.hit.stored.document.url),
        before="\n\n",
    )


def _heading(quotation: Quotation) -> str:
    """The heading that gives a list's item or a table's row its meaning, where no sentence leads it in."""
    chunk = quotation.hit.stored.chunk
    if quotation.unit.kind not in ("list_item", "table_row") or not chunk.heading_path:
        return ""
    heading = chunk.heading_path[-1]
    return "" if heading == chunk.title or speaks_to_model(heading) else heading


def _passage(number: int, chunk: Chunk, url: str | None) -> Passage:
    lead = chunk.units[0].lead
    text = chunk.text if not lead or lead in chunk.text else f"{lead}\n{chunk.text}"
    header = " | ".join(chunk.units[0].header)
    links = followable((link for unit in chunk.units for link in unit.links), url)
    return Passage(
        number=number,
        title=chunk.title,
        heading_path=chunk.heading_path,
        text=f"{header}\n{text}" if header else text,
        links=tuple(dict.fromkeys(links)),
    )


def _documents(hits: Sequence[Hit]) -> tuple[Retrieved, ...]:
    best: dict[str, float] = {}
    for hit in hits:
        best.setdefault(hit.stored.document.path, hit.score)
    return tuple(Retrieved(path, score) for path, score in list(best.items())[:RETRIEVED])
