"""The app's manifest, as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

MANIFEST: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "slack-manifest.yaml").read_text(encoding="utf-8")
)
SCOPES = frozenset(MANIFEST["oauth_config"]["scopes"]["bot"])
EVENTS = frozenset(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
