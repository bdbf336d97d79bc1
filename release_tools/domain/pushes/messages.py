"""The messages of a push: every new commit is held to what the commit-msg hook asks, however it came about.

Warnings were given when the commits were made and are not repeated here.
"""

from collections.abc import Iterator

from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.message import decode
from release_tools.domain.messages.proposal import propose
from release_tools.domain.messages.violation import Violation, errors
from release_tools.domain.pushes.new_commit import NewCommit
from release_tools.domain.pushes.push import Push
from release_tools.domain.pushes.rules import PushRules
from release_tools.record import record


@record
class BadMessage:
    """A commit whose message is refused: what is wrong with it, and a first line that would do."""

    commit: NewCommit
    header: str
    violations: tuple[Violation, ...]
    proposal: str


def lint_messages(push: Push, rules: PushRules) -> Iterator[BadMessage]:
    """Yield the commits whose messages are refused, oldest first."""
    for commit in reversed(push.doubtful):
        found = errors(lint(commit.message, rules, merging=commit.merging))
        if found:
            proposal = propose(commit.message, rules)
            header = decode(commit.message)[0].partition("\n")[0]
            yield BadMessage(
                commit=commit, header=header, violations=found, proposal=proposal.header if proposal else ""
            )
