"""A change request is how a forge takes a merge into a branch: a pull request, or a merge request by another name.

What its text says is rendered in `description`; who opens and merges it is the forge port's matter.
"""

from enum import Enum
from typing import Literal

from release_tools.record import record

MergeMethod = Literal["merge", "squash", "rebase"]


class RequestState(Enum):
    """What became of a change request."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"
    """Closed by somebody, and not merged."""


class Readiness(Enum):
    """Whether a forge would merge an open change request now."""

    READY = "ready"
    UNSTABLE = "unstable"
    """It can be merged, though a check that nobody demands has not passed."""
    UNSETTLED = "unsettled"
    """The forge has not computed it yet; ask again."""
    BLOCKED = "blocked"
    """Something that the forge demands is missing: an approval, a check, a resolved discussion."""
    BEHIND = "behind"
    """The forge demands that the head contains its base first."""
    CONFLICTING = "conflicting"
    DRAFT = "draft"


@record
class Wishes:
    """Whom and what a change request is to carry: reviewers (a team as `@group/name`), labels, a milestone's title."""

    reviewers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    milestone: str = ""

    @property
    def none(self) -> bool:
        """Return whether nothing is wished for."""
        return not (self.reviewers or self.labels or self.milestone)

    def within(self, other: "Wishes") -> bool:
        """Return whether all of it is among another's."""
        known = set(self.reviewers) <= set(other.reviewers) and set(self.labels) <= set(other.labels)
        return known and self.milestone in ("", other.milestone)


NO_WISHES = Wishes()


@record
class ChangeRequest:
    """A change request as the forge has it."""

    number: int
    address: str
    """Where a person looks at it."""
    head: str
    """The branch that is to be merged."""
    base: str
    commit: str
    """The newest commit of the head."""
    title: str
    body: str
    state: RequestState
    readiness: Readiness = Readiness.UNSETTLED
    merged_as: str = ""
    """The commit on the base that merged it; empty until then."""
    wishes: Wishes = NO_WISHES
    """Who is asked and what it carries now."""
