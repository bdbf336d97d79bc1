"""A protection is what a forge enforces for branches or tags of one pattern; two of them can be compared as text.

What a repository ought to protect follows from its configuration and is told in `release.protecting`.
"""

from difflib import unified_diff
from typing import Literal

from release_tools.domain.forge.request import MergeMethod
from release_tools.record import record

Target = Literal["branch", "tag"]


@record
class Protection:
    """What holds for the refs of one pattern."""

    name: str
    """What the forge lists it as; ours begin with `release-tools: `."""
    target: Target
    pattern: str
    """A branch or tag by its short name, `*` for any part of it."""
    by_request: bool = False
    """Whether changes come by change requests only."""
    approvals: int = 0
    methods: tuple[MergeMethod, ...] = ()
    """How requests may be merged; empty: in any way."""
    checks: tuple[str, ...] = ()
    """Checks that must have passed."""
    keeps: bool = True
    """Whether deleting is refused."""
    forwards: bool = True
    """Whether only fast-forwards are taken; of a tag: whether it never moves."""
    bypass: tuple[str, ...] = ()
    """Who need not obey, as `kind:id`."""
    active: bool = True

    def lines(self) -> tuple[str, ...]:
        """Return the protection as text, one line a rule, always in the same order."""
        said = (
            f"{self.target}es {self.pattern}" if self.target == "branch" else f"tags {self.pattern}",
            "" if self.active else "is switched off",
            "changes come by pull requests only" if self.by_request else "",
            f"approvals: {self.approvals}" if self.by_request else "",
            f"merged by: {', '.join(sorted(self.methods)) or 'any method'}" if self.by_request else "",
            *(f"check must pass: {name}" for name in sorted(self.checks)),
            "cannot be deleted" if self.keeps else "",
            _FORWARD[self.target] if self.forwards else "",
            *(f"does not hold for {who}" for who in sorted(self.bypass)),
        )
        return tuple(line for line in said if line)


_FORWARD = {"branch": "cannot be force-pushed", "tag": "cannot be moved"}


def render_difference(now: Protection | None, wanted: Protection) -> str:
    """Return a unified diff from what holds now to what is wanted, empty when they are the same."""
    before = now.lines() if now else ()
    lines = unified_diff(before, wanted.lines(), f"{wanted.name} (now)", f"{wanted.name} (wanted)", n=9, lineterm="")
    return "\n".join(lines)
