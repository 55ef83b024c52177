"""The app's own tabs: prompts to begin with in Messages, what Ragtime does and knows in Home."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

from bot import words
from bot.blocks.views import home_view
from bot.services import Services, later


def register(app: App, services: Services) -> None:
    """Listens to `app_home_opened` and `app_context_changed`."""

    def opened(event: dict[str, Any]) -> None:
        if event.get("tab") == "messages":
            later(services, _suggest_prompts, services, event["channel"])
        else:
            later(services, _publish_home, services, event["user"])

    def context_changed() -> None:
        """What the person looks at does not change what we answer; the event needs its ack."""

    app.event("app_home_opened")(opened)
    app.event("app_context_changed")(context_changed)


def _suggest_prompts(services: Services, channel: str) -> None:
    services.client.assistant_threads_setSuggestedPrompts(
        channel_id=channel,
        title=words.PROMPTS_TITLE,
        prompts=[{"title": example, "message": example} for example in services.answerer.examples],
    )


def _publish_home(services: Services, user: str) -> None:
    documents = services.answerer.document_count(services.audience.person(user))
    view = home_view(documents, services.answerer.last_sync(), services.answerer.examples)
    services.client.views_publish(user_id=user, view=view)
