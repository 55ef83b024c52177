"""What is written down about errors: no secret, and nothing that was said."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError

from bot.replies.questions import AnsweringFailed
from bot.telemetry.reasons import reason
from bot.telemetry.redact import redact


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1234-5678-AbCdEf",
        "xoxe.xoxb-1-MS0xLTM",
        "xapp-1-A012-345-abcdef",
        "sk-proj-abc_DEF-123456",
        "sk-ant-api03-abcdef",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_a_secret_is_hidden_wherever_it_stands(secret: str) -> None:
    for text in (f"key={secret}", f'{{"token": "{secret}"}}', f"Incorrect key: {secret}."):
        assert secret not in redact(text)
        assert "[hidden]" in redact(text)


def test_an_address_keeps_its_host_but_neither_password_nor_what_makes_it_a_secret() -> None:
    assert redact("postgresql://bot:s3cret@db.acme.com/x") == "postgresql://bot:[hidden]@db.acme.com/x"
    assert redact("no answer by https://m.acme.com/v1?key=s3cret") == (
        "no answer by https://m.acme.com/v1?key=[hidden]"
    )
    assert redact("POST https://hooks.slack.com/commands/T1/2/abc failed") == (
        "POST https://hooks.slack.com/[hidden] failed"
    )
    assert redact("https://hooks.slack-gov.com/actions/T1/2") == "https://hooks.slack-gov.com/[hidden]"
    assert redact("wss://wss.slack.com/link/?ticket=12ab-34&app_id=A1") == (
        "wss://wss.slack.com/link/?ticket=[hidden]&app_id=A1"
    )
    assert redact("Authorization: Bearer abcdef123456") == "Authorization: [hidden]"


def test_what_is_no_secret_stays() -> None:
    text = "No module named 'box', see https://docs.acme.com/a?b=c (skipped 3 of 12)"
    assert redact(text) == text


def test_a_reason_is_one_line_without_what_was_asked() -> None:
    error = ValueError("cannot read “how much does Ann earn?”\nmore")
    assert reason(error, "how much does Ann earn?") == "ValueError: cannot read “[hidden]”"
    assert reason(KeyError()) == "KeyError"


def test_a_failure_of_ours_is_told_by_its_cause() -> None:
    error = AnsweringFailed("…")
    error.__cause__ = TimeoutError("no answer")
    assert reason(error) == "TimeoutError: no answer"


def test_an_error_of_slack_is_told_by_its_code() -> None:
    assert (
        reason(SlackApiError("long text", {"error": "channel_not_found"})) == "Slack says channel_not_found"
    )
