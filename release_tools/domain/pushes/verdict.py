"""The verdict on a push: everything that stands against it, or nothing.

Only what is known of the push already is judged; git is asked elsewhere.
"""

from release_tools.domain.pushes.branches import lint_branches
from release_tools.domain.pushes.messages import BadMessage, lint_messages
from release_tools.domain.pushes.push import Push
from release_tools.domain.pushes.refusal import Refusal
from release_tools.domain.pushes.report import refuse
from release_tools.domain.pushes.rules import PushRules
from release_tools.domain.pushes.tags import lint_tags
from release_tools.errors import CheckFailed
from release_tools.record import record


@record
class Verdict:
    """What stands against a push by the rules of one configuration file."""

    push: Push
    refusals: tuple[Refusal, ...]
    bad: tuple[BadMessage, ...]
    config: str

    @property
    def error(self) -> CheckFailed | None:
        """Return the error that refuses the push, None when it may pass."""
        if not self.refusals and not self.bad:
            return None
        return refuse(self.push, self.refusals, self.bad, config=self.config)


def lint_push(push: Push, rules: PushRules) -> Verdict:
    """Judge the branches, the tags and the messages of a push."""
    refusals = (*lint_branches(push, rules), *lint_tags(push, rules))
    return Verdict(push=push, refusals=refusals, bad=tuple(lint_messages(push, rules)), config=rules.config)
