"""A guide's steps as Slack messages: pure functions from `Step` to Markdown and blocks."""

from __future__ import annotations

from dataclasses import dataclass

from bot import words
from bot.blocks import actions
from bot.blocks.actions import GuideBlock, choice_value
from bot.blocks.blockkit import SECTION_LIMIT, Block, button, context_line, plain, section, shorten
from bot.blocks.mrkdwn import escape_mrkdwn, safe_markdown
from bot.blocks.recommendation_blocks import recommendation_blocks, recommendation_markdown
from bot.blocks.render import TEXT_LIMIT, Rendered
from chains.guide.contract import Ask, State, Step

# What Slack allows for the label of a button or a box.
LABEL_LIMIT = 75


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a step is shown: which guide's and at which move, and what can be done there.

    `private` steps replace one another in a message that one person sees; `direct` says that there is
    no channel here to share to. `guessed` is the event whose message was taken to be for the guide,
    where that may be wrong.
    """

    guide: str
    moves: int
    private: bool = False
    direct: bool = False
    guessed: str = ""


def render_step(step: Step, setting: Setting, state: State) -> Rendered:
    """A step as a message: notes, then the recommendation or the question with its buttons.

    `state` is the guide's; under a recommendation its answers can be changed.
    """
    texts = [safe_markdown(note, ()) for note in step.notes]
    blocks: list[Block] = []
    if step.recommendation:
        texts.append(recommendation_markdown(step.recommendation))
        share = actions.GUIDE_SHARE_TO if setting.direct else actions.GUIDE_SHARE
        block = GuideBlock(setting.guide, setting.moves, part="verdict")
        blocks += recommendation_blocks(block, state, share)
    if step.ask:
        texts.append(_question_markdown(step.ask))
        blocks += _question_blocks(step.ask, setting)
    if setting.private and step.ask and step.settled:
        blocks.append(small_line(f"{words.TICK} {' · '.join(line for _, line in step.settled)}"))
    if setting.guessed:
        blocks.append(switch_block(setting.guessed, "answer"))
    return Rendered("\n\n".join(texts), tuple(blocks), shorten(_spoken(step), TEXT_LIMIT))


def question_below(step: Step, setting: Setting) -> list[Block]:
    """A step's question as it stands below something else, where Markdown may have no room left."""
    if step.ask is None:
        return []
    # Of Markdown, our notes and questions have bold text alone, which mrkdwn marks by one star.
    text = escape_mrkdwn("\n".join([*step.notes, f"**{step.ask.text}**"])).replace("**", "*")
    question = section(shorten(text, SECTION_LIMIT))
    return [{"type": "divider"}, question, *_question_blocks(step.ask, setting)]


def small_line(line: str) -> Block:
    """What questions become that are not open any more."""
    return context_line(shorten(escape_mrkdwn(line), TEXT_LIMIT))


def switch_block(event_id: str, to: str) -> Block:
    """ "Not what you meant?", with what else an event's message may have meant."""
    return section(words.NOT_MEANT, button(f"{actions.SWITCH}{to}", words.SWITCH[to], event_id))


def offer_block(event_id: str) -> Block:
    """Below an answer about the guide's subject: the guide."""
    return section(words.OFFER, button(f"{actions.SWITCH}guide", words.START, event_id))


def _question_markdown(ask: Ask) -> str:
    text = safe_markdown(ask.text, ())
    return text if "\n" in text or "*" in text else f"**{text}**"


def _question_blocks(ask: Ask, setting: Setting) -> list[Block]:
    ticks = GuideBlock(setting.guide, setting.moves, ask.id, "ticks")
    buttons = GuideBlock(setting.guide, setting.moves, ask.id, "buttons")
    elements = [
        button(f"{actions.GUIDE_CHOOSE}{number}", shorten(option.label, LABEL_LIMIT), choice)
        for number, option in enumerate(ask.options, start=1)
        if (choice := choice_value(option.factor, option.value))
    ]
    if ask.kind == "several":
        elements = [button(actions.GUIDE_DONE, words.DONE, style="primary")]
    elements.append(button(actions.GUIDE_UNSURE, words.UNSURE))
    if setting.private:
        elements.append(button(actions.GUIDE_WORDS, words.IN_WORDS))
    hints = [words.progress(ask.number, ask.most)] if ask.number else []
    if setting.moves == 1 and not setting.private:
        hints.append(words.IN_YOUR_WORDS)
    return [
        *([context_line(" · ".join(hints))] if hints else []),
        *([_ticks(ask, ticks)] if ask.kind == "several" else []),
        {"type": "actions", "block_id": buttons.block_id, "elements": elements},
    ]


def _ticks(ask: Ask, block: GuideBlock) -> Block:
    options = [
        {
            "text": plain(shorten(option.label, LABEL_LIMIT)),
            "value": choice_value(option.factor, option.value),
        }
        for option in ask.options
    ]
    boxes = {"type": "checkboxes", "action_id": actions.GUIDE_TICKS, "options": options}
    return {"type": "actions", "block_id": block.block_id, "elements": [boxes]}


def _spoken(step: Step) -> str:
    """The step's words for a notification, where no block is shown."""
    ask = [step.ask.text] if step.ask else []
    verdict = [step.recommendation.headline] if step.recommendation else []
    return escape_mrkdwn("\n".join([*step.notes, *verdict, *ask]))
