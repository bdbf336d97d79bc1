"""What GitHub's answers mean: how long to wait, why something was refused, and what a person can do about it.

Nothing is sent here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from release_tools.domain.forge.retry import Answer
from release_tools.errors import ForgeRefused, OutcomeUnknown, ToolFailed

_UNSEEN = "It is not there, or the token may not see it"
RIGHTS = "`release-tools doctor` shows what the token may do."


def answer_of(status: int, headers: Mapping[str, str], now: float) -> Answer:
    """Return what an answer says about coming again; `now` in seconds since the epoch."""
    spent = headers.get("x-ratelimit-remaining") == "0" and status in (403, 429)
    reset = _number(headers.get("x-ratelimit-reset")) if spent else None
    return Answer(
        status=status,
        retry_after=_number(headers.get("retry-after")),
        resets_in=None if reset is None else max(reset - now, 0.0),
    )


def outcome_unknown(what: str, status: int) -> OutcomeUnknown:
    """Return the error that a change may or may not have happened."""
    heard = f"answered {status}" if status else "did not answer in time"
    return OutcomeUnknown(f"The forge {heard}, so it is not known whether it did what it was asked: {what}.")


def refusal(
    what: str,
    status: int,
    headers: Mapping[str, str],
    data: Any,
    answer: Answer,
    masked: Callable[[str], str],
) -> ToolFailed:
    """Return the error for an answer that is no success, in the server's own words and with what to do."""
    said = masked(_words(data))
    if answer.limited:
        when = answer.retry_after if answer.retry_after is not None else answer.resets_in
        pause = f" for {when:.0f} seconds" if when is not None else ""
        return ForgeRefused(
            f"The forge takes no more requests{pause}: {what} ({status}). {said}".strip(),
            todo="Wait that long, then run this again.",
        )
    return ForgeRefused(
        f"The forge refused {what} ({status}): {said or 'no message'}", todo=_advice(status, headers, what)
    )


def _advice(status: int, headers: Mapping[str, str], what: str) -> str:
    needed = headers.get("x-accepted-github-permissions", "")
    demanded = f"The token needs: {needed}. " if needed else ""
    if status == 401:
        return "Give GITHUB_TOKEN or GH_TOKEN a token that is valid."
    if status == 404 and "/actions/" in f"/{what.partition(' ')[2]}":
        return (
            f"{_UNSEEN}: to start workflows it needs the permission actions=write, and the workflow file must be on the"
            f" default branch. {RIGHTS}"
        )
    if status == 404:
        return f"{_UNSEEN}. {demanded}{RIGHTS}"
    if status == 403:
        return f"{demanded}{RIGHTS}"
    return ""


def _words(data: Any) -> str:
    if not isinstance(data, Mapping):
        return ""
    details = data.get("errors") or ()
    rows = [row if isinstance(row, str) else _detail(row) for row in details] if isinstance(details, list) else []
    return "; ".join(dict.fromkeys(part for part in (str(data.get("message") or ""), *rows) if part))


def _detail(row: Any) -> str:
    if not isinstance(row, Mapping):
        return str(row)
    if row.get("message"):
        return str(row["message"])
    return " ".join(str(row[name]) for name in ("resource", "field", "code") if row.get(name))


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
