"""Checks are what other programs have found about a commit: whether each passed, failed, or is still at work.

How a forge reports them, in one place or in several, is its adapter's matter.
"""

from collections.abc import Iterable
from enum import Enum

from release_tools.record import record


class CheckState(Enum):
    """What one check says."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"


@record
class Check:
    """One check of a commit, the newest of its name."""

    name: str
    state: CheckState
    address: str = ""


@record
class Verdict:
    """All checks of a commit together, by name."""

    failed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Required ones that nobody has reported yet."""

    @property
    def passed(self) -> bool:
        """Return whether nothing failed and nothing is awaited."""
        return not (self.failed or self.pending or self.missing)

    @property
    def words(self) -> str:
        """Return in one line what stands against a merge, nothing when nothing does."""
        parts = (("failed", self.failed), ("at work", self.pending), ("not reported yet", self.missing))
        return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)


def judge(checks: Iterable[Check], required: Iterable[str] = ()) -> Verdict:
    """Return what the checks of a commit say together; `required` ones must have been reported."""
    found = tuple(checks)
    names = {check.name for check in found}
    return Verdict(
        failed=tuple(check.name for check in found if check.state is CheckState.FAILED),
        pending=tuple(check.name for check in found if check.state is CheckState.PENDING),
        missing=tuple(name for name in required if name not in names),
    )
