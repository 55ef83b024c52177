"""A recommendation as Slack shows it: short at first, figures and sources behind a button. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot import words
from bot.blocks import actions
from bot.blocks.actions import GuideBlock, choice_value
from bot.blocks.blockkit import Block, button, plain, shorten
from bot.blocks.mrkdwn import escape_markdown, escape_mrkdwn, safe_markdown
from bot.blocks.render import TEXT_LIMIT, Rendered
from chains.guide.contract import Cost, Reason, Recommendation, State
from chains.guide.costs import figure
from chains.guide.policy import POLICY
from chains.guide.texts import same_words, title
from chains.guide.words import label
from knowledge.sentences import sentences

# What a phone shows in one or two screens.
FRONT_LIMIT = 1_800
# What moves behind the button, the first of all first, until the rest is short enough. The verdict, what
# speaks for and against it, what would change it and what it costs always stand in front.
GIVES_WAY = ("sources", "next", "assumed", "remarks")
# Of these the first few stand in front, of each remark its first sentence, and all behind the button.
FLIPS_IN_FRONT, COSTS_IN_FRONT, STEPS_IN_FRONT = 2, 3, 3
# What Slack allows for an option of a menu.
OPTION_LIMIT = 75


def recommendation_markdown(recommendation: Recommendation) -> str:
    """The recommendation in short, the verdict in its first line."""
    return "\n\n".join(_front(recommendation).values())


def figures_markdown(recommendation: Recommendation) -> str:
    """What stands behind it: figures with what they assume, sources, and what was too long in front."""
    front, whole = _front(recommendation), _parts(recommendation)
    figures = _listed("Cost and effort", map(_cost_with_assumptions, recommendation.costs))
    behind = {name: text for name, text in whole.items() if front.get(name) != text}
    return "\n\n".join(filter(None, (behind | {"costs": figures, "sources": whole.get("sources")}).values()))


def recommendation_blocks(block: GuideBlock, state: State, share: str) -> list[Block]:
    """The buttons below it; `state` holds the answers that can be changed, `share` is how it is shared."""
    elements = [
        button(actions.GUIDE_WHY, words.WHY),
        *_change_menu(state),
        button(actions.GUIDE_FIGURES, words.FIGURES),
        button(share, words.SHARE),
        button(actions.GUIDE_EXPORT, words.EXPORT),
    ]
    return [{"type": "actions", "block_id": block.block_id, "elements": elements}]


def shared_recommendation(recommendation: Recommendation, block: GuideBlock, intro: str) -> Rendered:
    """The recommendation for a channel, below a line of mrkdwn: there it is read, and not changed."""
    elements = [button(actions.GUIDE_WHY, words.WHY), button(actions.GUIDE_FIGURES, words.FIGURES)]
    blocks: tuple[Block, ...] = ({"type": "actions", "block_id": block.block_id, "elements": elements},)
    text = shorten(escape_mrkdwn(recommendation.headline), TEXT_LIMIT)
    return Rendered(recommendation_markdown(recommendation), blocks, text, intro=intro)


def _front(recommendation: Recommendation) -> dict[str, str]:
    """The parts that are shown at first."""
    front = _parts(
        replace(
            recommendation,
            flips=recommendation.flips[:FLIPS_IN_FRONT],
            costs=recommendation.costs[:COSTS_IN_FRONT],
            next_steps=recommendation.next_steps[:STEPS_IN_FRONT],
            remarks=tuple(sentences(remark)[0] for remark in recommendation.remarks),
        )
    )
    for name in GIVES_WAY:
        if sum(len(markdown) + 2 for markdown in front.values()) > FRONT_LIMIT:
            front.pop(name, None)
    return front


def _parts(recommendation: Recommendation) -> dict[str, str]:
    """Its parts in the order in which they are read, as Markdown; empty ones are left out."""
    kind = ": ".join(filter(None, [recommendation.type_name, recommendation.type_text]))
    parts = {
        "headline": f"**{safe_markdown(recommendation.headline, ())}**",
        "summary": safe_markdown(recommendation.summary, ()),
        "reasons": _listed("Why", map(_reason, recommendation.reasons)),
        "against": _listed("Against it", map(_reason, recommendation.against)),
        "type": safe_markdown(kind, ()),
        "flips": _listed("What would change it", map(_own_words, recommendation.flips)),
        "next": _listed("Next", map(_own_words, recommendation.next_steps)),
        "remarks": _listed("Mind", map(_own_words, recommendation.remarks)),
        "assumed": _listed("Still open", map(_own_words, recommendation.assumed)),
        "costs": _listed("Cost and effort", map(_cost, recommendation.costs)),
        "sources": _listed(
            "Sources", (f"{_own_words(e.text)} ({e.source})" for e in recommendation.evidence)
        ),
    }
    return {name: markdown for name, markdown in parts.items() if markdown}


def _listed(title: str, lines: Iterable[str]) -> str:
    listed = [f"- {line}" for line in lines]
    return "\n".join([f"**{title}**", *listed]) if listed else ""


def _own_words(text: str) -> str:
    """Text of the templates: its emphasis stays, links and mentions do not."""
    return safe_markdown(text, ())


def _reason(reason: Reason) -> str:
    if not reason.quote:
        return _own_words(reason.text)
    quote = same_words() if reason.again else f"“{escape_markdown(reason.quote, line_start=False)}”"
    return f"{_own_words(reason.text)} ({quote})"


def _cost(cost: Cost) -> str:
    """A figure with the assumption that it leans on most; the rest stands behind the button."""
    return f"{_own_words(cost.label)}: {figure(cost)}" + "".join(
        f" ({_own_words(most)})" for most in cost.assumptions[:1]
    )


def _cost_with_assumptions(cost: Cost) -> str:
    return f"{_own_words(cost.label)}: {figure(cost)} ({_own_words('; '.join(cost.assumptions))})"


def _change_menu(state: State) -> list[Block]:
    """A menu of what else could be said, for each factor that was asked about or told."""
    told = [factor for factor in POLICY.factors if factor in state.known or factor in state.unsure]
    groups = [
        {"label": plain(shorten(title(factor), OPTION_LIMIT)), "options": options}
        for factor in told
        if (options := [_option(factor, value) for value in _other_values(factor, state)])
    ]
    if not groups:
        return []
    menu = {
        "type": "static_select",
        "action_id": actions.GUIDE_CHANGE,
        "placeholder": plain(words.CHANGE),
        "option_groups": groups,
    }
    return [menu]


def _other_values(factor: str, state: State) -> list[str]:
    return [value for value in POLICY.factors[factor].points if value != state.values.get(factor)]


def _option(factor: str, value: str) -> Block:
    text = plain(shorten(label(factor, value), OPTION_LIMIT))
    return {"text": text, "value": choice_value(factor, value)}
