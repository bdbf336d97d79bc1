"""The steps at a forge that bring about a merge: a change request is opened, told about, merged or taken back.

Which of them is planned when is told in `asking`; texts and commits are pinned by then.
"""

from typing import ClassVar, Literal

from release_tools.domain.forge.description import renew_description
from release_tools.domain.forge.request import ChangeRequest, RequestState, Wishes
from release_tools.engine.step import DONE, PENDING, Facts, Reality, conflict
from release_tools.errors import ForgeRefused
from release_tools.record import record
from release_tools.release.world import World, forge_of


@record
class OpenRequest:
    """Open a pull request of two branches; one that stands open already is that, and so is one that is merged."""

    kind: ClassVar[str] = "open-request"
    head: str
    base: str
    commit: str
    """The head's newest commit."""
    subject: str
    """The request's title."""
    body: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"open a pull request of {self.head} into {self.base}: “{self.subject}”"

    def probe(self, world: World) -> Reality:
        """Look for an open one, whoever opened it, or one that somebody has merged with this very commit."""
        found = forge_of(world).find_requests(self.head, self.base)
        merged = any(one.state is RequestState.MERGED and one.commit == self.commit for one in found)
        return DONE if merged or any(one.state is RequestState.OPEN for one in found) else PENDING

    def apply(self, world: World) -> Facts:
        """Open it; the forge refuses a second one."""
        made = forge_of(world).open_request(self.head, self.base, self.subject, self.body)
        return {"request": made.number, "address": made.address}


@record
class AdornRequest:
    """Ask for reviewers, labels and a milestone; done twice it does no harm, and without it a release goes on."""

    kind: ClassVar[str] = "adorn-request"
    head: str
    base: str
    reviewers: tuple[str, ...]
    labels: tuple[str, ...]
    milestone: str

    def title(self) -> str:
        """Return one line for the plan."""
        asked = (*self.reviewers, *self.labels, *filter(None, (self.milestone,)))
        return f"add to the pull request of {self.head}: {', '.join(asked)}"

    def probe(self, world: World) -> Reality:
        """Look what it carries; a request that is gone needs nothing."""
        found = _open_one(world, self.head, self.base)
        return DONE if found is None or self._wishes().within(found.wishes) else PENDING

    def apply(self, world: World) -> Facts | None:
        """Add them; what the forge does not take is kept as a fact and stops nothing."""
        found = _open_one(world, self.head, self.base)
        try:
            if found:
                forge_of(world).adorn_request(found.number, self._wishes())
        except ForgeRefused as refused:
            return {"skipped": refused.failed}
        return None

    def _wishes(self) -> Wishes:
        return Wishes(reviewers=self.reviewers, labels=self.labels, milestone=self.milestone)


@record
class RewriteRequest:
    """Bring our part of a pull request's text up to date; what persons wrote around it stays."""

    kind: ClassVar[str] = "rewrite-request"
    number: int
    body: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"bring the text of pull request #{self.number} up to date"

    def probe(self, world: World) -> Reality:
        """Compare our part of the text."""
        standing = forge_of(world).request(self.number)
        renewed = renew_description(unified(standing.body), self.body)
        return DONE if standing.state is not RequestState.OPEN or renewed == unified(standing.body) else PENDING

    def apply(self, world: World) -> None:
        """Write the text with our part renewed."""
        standing = forge_of(world).request(self.number)
        renewed = renew_description(unified(standing.body), self.body)
        forge_of(world).rewrite_request(self.number, standing.title, renewed)


@record
class MergeRequest:
    """Merge a pull request whose head is the commit that was judged."""

    kind: ClassVar[str] = "merge-request"
    number: int
    head: str
    base: str
    commit: str
    method: Literal["merge", "squash", "rebase"]
    message: str
    """Of the new commit; empty: the forge's own words."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"merge pull request #{self.number} ({self.method}): {self.head} ({self.commit[:10]}) into {self.base}"

    def probe(self, world: World) -> Reality:
        """Ask whether somebody merged it, closed it, or pushed to its head meanwhile."""
        found = forge_of(world).request(self.number)
        if found.commit != self.commit:
            return conflict(
                f"{self.head} is {found.commit[:10]} in pull request #{self.number}; expected {self.commit[:10]}."
            )
        if found.state is RequestState.CLOSED:
            return conflict(f"Pull request #{self.number} was closed without a merge: {found.address}")
        return DONE if found.state is RequestState.MERGED else PENDING

    def apply(self, world: World) -> Facts:
        """Merge with the expected head."""
        merged = forge_of(world).merge_request(self.number, self.commit, self.method, self.message)
        return {"request": self.number, "merged_as": merged}


@record
class CloseRequest:
    """Close the pull request of two branches without a merge; the way back of opening it."""

    kind: ClassVar[str] = "close-request"
    head: str
    base: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"close the pull request of {self.head} into {self.base}"

    def probe(self, world: World) -> Reality:
        """Look for an open one."""
        return PENDING if _open_one(world, self.head, self.base) else DONE

    def apply(self, world: World) -> None:
        """Close it."""
        found = _open_one(world, self.head, self.base)
        if found:
            forge_of(world).close_request(found.number)


def unified(text: str) -> str:
    """Return a text with the line ends that we write; forges may keep those of a browser."""
    return text.replace("\r\n", "\n")


def _open_one(world: World, head: str, base: str) -> ChangeRequest | None:
    found = forge_of(world).find_requests(head, base)
    return next((one for one in found if one.state is RequestState.OPEN), None)
