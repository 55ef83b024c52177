"""What a failed model call means: one honest line for people, a typed reason for logs and decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

RETRY_AFTER_AT_MOST = 5.0
RETRY_PAUSE = 0.5

Reason = Literal[
    "unauthorized",
    "forbidden",
    "model_not_found",
    "rate_limited",
    "quota",
    "server_error",
    "timeout",
    "unreachable",
    "cut",
    "truncated",
    "filtered",
    "too_long",
    "rejected",
    "empty",
    "unreadable",
    "budget",
    "share_of_person",
    "share_of_workspace",
]

# In every line: true whether quotes or a refusal follow.
WITHOUT = "so I looked through the documents without it"
AGAIN = "Ask again in a few minutes to have it answer."
EXPLANATIONS: dict[Reason, str] = {
    "unauthorized": f"The model did not accept our key, {WITHOUT}. An admin can check the key with "
    "`ragtime doctor`.",
    "forbidden": f"Our key may not use this model, {WITHOUT}. An admin can check it with `ragtime doctor`.",
    "model_not_found": f"The model does not exist or was retired, {WITHOUT}. An admin can set another with "
    "RAGTIME_MODEL.",
    "rate_limited": f"The model takes no more questions for the moment, {WITHOUT}. {AGAIN}",
    "quota": f"The model account's quota is used up, {WITHOUT}. An admin can raise it.",
    "server_error": f"The model's service has a problem at the moment, {WITHOUT}. {AGAIN}",
    "timeout": f"The model took too long, {WITHOUT}. {AGAIN}",
    "unreachable": f"The model could not be reached, {WITHOUT}. {AGAIN}",
    "cut": f"The model's answer broke off, {WITHOUT}. {AGAIN}",
    "truncated": f"The model's answer reached its length limit, {WITHOUT}. Ask for less at a time.",
    "filtered": f"The model's content filter withheld the answer, {WITHOUT}. Other words may help.",
    "too_long": f"The passages were too long for the model, {WITHOUT}. A shorter question may help.",
    "rejected": f"The model did not accept the request, {WITHOUT}. An admin finds the reason in the log.",
    "empty": f"The model gave no answer, {WITHOUT}. {AGAIN}",
    "unreadable": f"The model's reply could not be read, {WITHOUT}. An admin finds the reason in the log.",
    # The call was not made.
    "budget": f"Today's budget for the model is spent, {WITHOUT}. The next one begins at midnight UTC.",
    "share_of_person": f"You have used your share of the model for this hour, {WITHOUT}. You have it again "
    "in an hour.",
    "share_of_workspace": f"The workspace has used its share of the model for this hour, {WITHOUT}. It has "
    "it again in an hour.",
}


class ModelFailed(Exception):
    """A model call that failed: `reason` for logs and decisions, `message` one line for people.

    `detail` is the provider's own words, for the log alone.
    """

    def __init__(self, reason: Reason, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.message = EXPLANATIONS[reason]
        self.detail = detail
        self.retry_after = retry_after


def failure(error: BaseException) -> ModelFailed:
    """What went wrong, whatever the provider: by LangChain's types, the HTTP status, or the time-out."""
    if isinstance(error, ModelFailed):
        return error
    status = getattr(error, "status_code", None) or getattr(
        getattr(error, "response", None), "status_code", None
    )
    return ModelFailed(_reason(error, status), first_line(error), _retry_after(error))


def _reason(error: BaseException, status: object) -> Reason:
    from langchain_core import exceptions as kinds

    # OpenAI's "insufficient_quota" comes as a 429 that no waiting cures.
    code = str(getattr(error, "code", "") or "")
    text = str(error)
    if "insufficient_quota" in (code, getattr(error, "type", "")) or status == 402:
        return "quota"
    if "content_filter" in (code, text) or isinstance(error, kinds.ModelRefusalError):
        return "filtered"
    if isinstance(error, kinds.ContextOverflowError) or code == "context_length_exceeded":
        return "too_long"
    by_type: tuple[tuple[type[BaseException], Reason], ...] = (
        (kinds.ModelAuthenticationError, "unauthorized"),
        (kinds.ModelPermissionDeniedError, "forbidden"),
        (kinds.ModelNotFoundError, "model_not_found"),
        (kinds.ModelRateLimitError, "rate_limited"),
        (kinds.ModelTimeoutError, "timeout"),
        (kinds.ModelConnectionError, "unreachable"),
        (kinds.ModelAPIError, "server_error"),
        (TimeoutError, "timeout"),
        (ConnectionError, "unreachable"),
    )
    causes = [type(cause).__name__ for cause in _causes(error)]
    if any("ProtocolError" in name or "ReadError" in name for name in causes):
        return "cut"
    for kind, reason in by_type:
        if isinstance(error, kind):
            return reason
    if isinstance(status, int):
        return _reason_of_status(status, code)
    # Providers without LangChain's types let their HTTP client's errors through.
    if any("Timeout" in name for name in causes):
        return "timeout"
    if any("Connect" in name for name in causes):
        return "unreachable"
    # An error that OpenAI reports inside the stream has no status.
    return "server_error" if causes[0] == "APIError" else "unreadable"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _reason_of_status(status: int, code: str) -> Reason:
    known: dict[int, Reason] = {
        401: "unauthorized",
        403: "forbidden",
        404: "model_not_found",
        408: "timeout",
        410: "model_not_found",
        413: "too_long",
        429: "rate_limited",
        504: "timeout",
    }
    if code in ("model_not_found", "model_deprecated"):
        return "model_not_found"
    return known.get(status, "server_error" if status >= 500 else "rejected")


def _retry_after(error: BaseException) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def first_line(error: BaseException) -> str:
    """The error's own words, cut to one line for a log."""
    words = str(error).strip() or type(error).__name__
    return words.splitlines()[0][:300]


def may_retry(failed: ModelFailed) -> float | None:
    """Seconds to wait before the one retry, or None where trying again at once would not help."""
    if failed.reason in ("rate_limited", "server_error"):
        pause = RETRY_PAUSE if failed.retry_after is None else failed.retry_after
        return pause if pause <= RETRY_AFTER_AT_MOST else None
    return RETRY_PAUSE if failed.reason == "cut" else None
