"""The form of Slack's ids, and where people find them; names change, ids do not."""

from __future__ import annotations

import re
from typing import Literal

from knowledge.errors import AdminError

Kind = Literal["channel", "group", "user"]

FORMS: dict[Kind, str] = {"channel": "[CGD][A-Z0-9]+", "group": "S[A-Z0-9]+", "user": "[UW][A-Z0-9]+"}
WHERE: dict[Kind, str] = {
    "channel": "write the channel's, such as C0123ABCD, from the end of its details in Slack",
    "group": "write the user group's, such as S0123ABCD, from “Copy group ID” in its menu in Slack",
    "user": "write the person's, such as U0123ABCD, from “Copy member ID” in their profile in Slack",
}


class NoSlackId(AdminError, ValueError):
    """What was given as an id has not the form of one; the message says where the id is found."""


def checked(kind: Kind, given: str) -> str:
    """An id of Slack's as it was given.

    Raises:
        NoSlackId: it has not the form of one.
    """
    if not re.fullmatch(FORMS[kind], given):
        raise NoSlackId(f"“{given}” is no id: {WHERE[kind]}")
    return given
