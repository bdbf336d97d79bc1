"""One message, checked: what was found in it and what would be better, in words and as JSON.

Whole ranges are reported in `range_check`.
"""

from typing import NamedTuple

from release_tools.domain.messages.hidden import visible
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.message import decode
from release_tools.domain.messages.proposal import propose
from release_tools.domain.messages.report import render_report
from release_tools.domain.messages.rules import CommitRules
from release_tools.domain.messages.violation import Violation, errors
from release_tools.errors import CheckFailed


class Checked(NamedTuple):
    """One message with what was found in it; `sha` is empty when it is no commit yet."""

    sha: str
    text: str
    found: tuple[Violation, ...]
    proposal: str

    @property
    def ok(self) -> bool:
        """Whether the message is accepted."""
        return not errors(self.found)

    def as_json(self) -> dict[str, object]:
        """Return the value as `check-commit --json` prints it."""
        return {
            "sha": self.sha or None,
            "header": self.text.partition("\n")[0],
            "ok": self.ok,
            "proposal": self.proposal or None,
            "violations": [_violation_as_json(violation) for violation in self.found],
        }


def check_message(
    rules: CommitRules,
    message: bytes,
    encoding: str = "utf-8",
    *,
    merging: bool = False,
    reverting: bool = False,
) -> Checked:
    """Judge a message and propose a better one where it is refused."""
    found = lint(message, rules, merging=merging, reverting=reverting, encoding=encoding)
    return with_proposal(message, found, rules, encoding=encoding)


def with_proposal(
    message: bytes, found: tuple[Violation, ...], rules: CommitRules, *, sha: str = "", encoding: str = "utf-8"
) -> Checked:
    """Return a judged message with a proposal where it is refused."""
    proposal = propose(message, rules, encoding=encoding) if errors(found) else None
    text, _ = decode(message, encoding)
    return Checked(sha=sha, text=text, found=found, proposal=proposal.text if proposal else "")


def render_message(one: Checked, *, config: str) -> str:
    """Render what was found, with the first line of the proposal; nothing where nothing was found."""
    if not one.found:
        return ""
    text = render_report(one.text, one.found, hook=one.sha[:10] or "message", config=config)
    header = one.proposal.partition("\n")[0]
    return f"{text}  proposal: {visible(header)}\n" if header else text


def refuse_message(one: Checked) -> None:
    """Raise `CheckFailed` when the message was refused."""
    if not one.ok:
        raise CheckFailed(
            "The message is refused.", state="Nothing was changed.", todo="Correct it and check it again."
        )


def _violation_as_json(violation: Violation) -> dict[str, object]:
    names = ("rule", "level", "says", "hint", "source", "line", "start", "end")
    return {name: getattr(violation, name) for name in names}
