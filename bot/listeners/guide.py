"""The guide's elements: answers go to the inbox, modals open, and what is only read is shown at once."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from slack_bolt import Ack, App

from bot import words
from bot.blocks import actions
from bot.blocks.actions import GuideBlock, read_choices
from bot.blocks.guide_views import share_view, words_view
from bot.inbox import Incoming
from bot.listeners.pressed import channel_type, pressed, say_privately, say_shared_before
from bot.records import guides
from bot.replies import verdicts
from bot.replies.sharing import Sharer, verdict_shared
from bot.services import Services, later
from bot.taking_in import take_in_again
from chains.guide.dialogue import CHANGE


def register(app: App, services: Services) -> None:
    """Listens to every element of `bot.blocks.actions` that begins with "guide", and to the two modals."""

    def choose(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        block = GuideBlock.read(action["block_id"])
        # Choosing the same in the same message counts once, however often it is pressed.
        take_in_again(
            services, _answered(body, block, [action["value"]], key=f"{block.moves}:{action['value']}")
        )
        ack()

    def unsure(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        block = GuideBlock.read(action["block_id"])
        take_in_again(services, _answered(body, block, [], key=f"{block.moves}:unsure", unsure=True))
        ack()

    def tick(ack: Ack) -> None:
        """A box counts once "Done" is pressed."""
        ack()

    def done(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        block = GuideBlock.read(action["block_id"])
        chosen = _ticked(body, block)
        take_in_again(services, _answered(body, block, chosen, key=f"{block.moves}:{','.join(chosen)}"))
        ack()

    def change(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        block = GuideBlock.read(action["block_id"])
        value = action["selected_option"]["value"]
        (factor,) = read_choices(value)
        # Each choice in the menu counts: what was chosen before may have been taken back meanwhile.
        asked = GuideBlock(block.guide, block.moves, f"{CHANGE}{factor}")
        take_in_again(services, _answered(body, asked, [value], key=action["action_ts"]))
        ack()

    def share(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        shared = _shared(body, action["block_id"], body["channel"]["id"], body["response_url"])
        if not take_in_again(services, shared):
            later(services, say_shared_before, services, body, shared.event_id)
        ack()

    def share_elsewhere(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        later(services, _open, services, body, share_view(_origin(body, action)))

    def channel_chosen(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        origin = json.loads(view["private_metadata"])
        take_in_again(
            services,
            _shared(
                body, origin["block_id"], _entered(view, "selected_conversation"), origin["response_url"]
            ),
        )
        ack()

    def in_words(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        later(services, _ask_in_modal, services, body, action)

    def written(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        take_in_again(services, _in_words(body, view))
        ack()

    def read(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        later(services, _show, services, body, action)

    app.action(re.compile(rf"^{actions.GUIDE_CHOOSE}\d+$"))(choose)
    app.action(actions.GUIDE_UNSURE)(unsure)
    app.action(actions.GUIDE_TICKS)(tick)
    app.action(actions.GUIDE_DONE)(done)
    app.action(actions.GUIDE_CHANGE)(change)
    app.action(actions.GUIDE_SHARE)(share)
    app.action(actions.GUIDE_SHARE_TO)(share_elsewhere)
    app.action(actions.GUIDE_WORDS)(in_words)
    for only_read in (actions.GUIDE_WHY, actions.GUIDE_FIGURES, actions.GUIDE_EXPORT):
        app.action(only_read)(read)
    app.view(actions.WORDS_VIEW)(written)
    app.view(actions.SHARE_VIEW)(channel_chosen)


def _answered(
    body: dict[str, Any], block: GuideBlock, chosen: Sequence[str], *, key: str, unsure: bool = False
) -> Incoming:
    action = {
        "guide": block.guide,
        "question": block.question,
        "values": dict(read_choices(*chosen)),
        "unsure": unsure,
        "replace": True,
    }
    return pressed(body, f"press:{key}:{block.question}:{block.guide}", "press", action=action)


def _ticked(body: dict[str, Any], block: GuideBlock) -> list[str]:
    boxes = GuideBlock(block.guide, block.moves, block.question, "ticks").block_id
    return [
        option["value"] for option in body["state"]["values"][boxes][actions.GUIDE_TICKS]["selected_options"]
    ]


def _shared(body: dict[str, Any], block_id: str, channel: str, response_url: str) -> Incoming:
    by = Sharer(body["user"]["id"], body["team"]["id"], channel, response_url)
    return verdict_shared(GuideBlock.read(block_id), by)


def _in_words(body: dict[str, Any], view: dict[str, Any]) -> Incoming:
    """An answer that was written into the modal."""
    origin = json.loads(view["private_metadata"])
    return Incoming(
        event_id=f"words:{view['id']}",
        kind="guide",
        channel=origin["channel"],
        channel_type=channel_type(origin["channel"]),
        user=body["user"]["id"],
        team=body["team"]["id"],
        text=_entered(view, "value").strip(),
        response_url=origin["response_url"],
        action={"replace": True},
    )


def _entered(view: dict[str, Any], key: str) -> str:
    return view["state"]["values"][actions.ENTERED][actions.ENTERED][key] or ""


def _origin(body: dict[str, Any], action: dict[str, Any]) -> str:
    """What a modal brings back of the message that it was opened from."""
    origin = {
        "block_id": action["block_id"],
        "channel": body["channel"]["id"],
        "response_url": body["response_url"],
    }
    return json.dumps(origin)


def _open(services: Services, body: dict[str, Any], view: dict[str, Any]) -> None:
    services.client.views_open(trigger_id=body["trigger_id"], view=view)


def _ask_in_modal(services: Services, body: dict[str, Any], action: dict[str, Any]) -> None:
    block = GuideBlock.read(action["block_id"])
    move = guides.move_shown(services.engine, block.guide, block.moves)
    if move and move.step.ask:
        _open(services, body, words_view(move.step.ask.text, _origin(body, action)))
    else:
        say_privately(services, body, words.GUIDE_GONE)


def _show(services: Services, body: dict[str, Any], action: dict[str, Any]) -> None:
    block = GuideBlock.read(action["block_id"])
    reads = {
        actions.GUIDE_WHY: verdicts.why,
        actions.GUIDE_FIGURES: verdicts.figures,
        actions.GUIDE_EXPORT: verdicts.record,
    }[action["action_id"]]
    for markdown in reads(services.engine, block) or [words.GUIDE_GONE]:
        say_privately(services, body, markdown)
