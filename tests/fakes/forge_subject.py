"""A forge to try the port on: hands to prepare it as people and programs do, and the one in memory.

The one behind the real adapter is beside the contracts.
"""

from dataclasses import replace
from typing import Protocol

from fakes.forge import FakeForge
from release_tools.domain.forge.checks import Check, CheckState
from release_tools.domain.forge.request import ChangeRequest, RequestState
from release_tools.ports import Forge


class ForgeSubject(Protocol):
    """A forge with main, the port on it, and hands to prepare it."""

    forge: Forge

    def commit(self, branch: str, *, clashes: bool = False) -> str:
        """Add a commit to a branch, which begins at main if it is new; `clashes`: both sides change one file."""
        ...

    def delete(self, branch: str) -> None:
        """Delete a branch."""
        ...

    def tag(self, name: str) -> None:
        """Tag main."""
        ...

    def holds(self, branch: str, commit: str) -> bool:
        """Return whether a branch contains a commit."""
        ...

    def report(self, commit: str, name: str, state: CheckState, *, as_status: bool = False) -> None:
        """Report a check, in either of the forge's ways where it has two."""
        ...

    def approve(self, number: int) -> None:
        """Approve a change request, as somebody else."""
        ...

    def close(self, number: int) -> None:
        """Close a change request by hand."""
        ...

    def milestone(self, title: str) -> None:
        """Make a milestone."""
        ...

    def pipeline(self, name: str) -> None:
        """Put a pipeline on main that takes a mark."""
        ...

    def freeze_releases(self) -> None:
        """Let no release be changed once it is shown."""
        ...


class FakeForgeSubject:
    """The forge in memory."""

    def __init__(self) -> None:
        self.fake = FakeForge(branches={"main": ("first",)})
        self.forge: Forge = self.fake
        self.number = 0

    def commit(self, branch: str, *, clashes: bool = False) -> str:
        """Add a commit."""
        self.number += 1
        sha = f"commit {self.number}"
        self.fake.branches[branch] = (*self.fake.branches.get(branch, self.fake.branches["main"]), sha)
        if clashes:
            others = [name for name in self.fake.branches if name != branch]
            self.fake.conflicting |= {pair for name in others for pair in ((branch, name), (name, branch))}
        return sha

    def delete(self, branch: str) -> None:
        """Delete a branch."""
        del self.fake.branches[branch]

    def tag(self, name: str) -> None:
        """Keep the tag's name."""
        self.fake.tags.add(name)

    def holds(self, branch: str, commit: str) -> bool:
        """Look among the branch's commits."""
        return commit in self.fake.branches[branch]

    def report(self, commit: str, name: str, state: CheckState, *, as_status: bool = False) -> None:
        """Keep the newest word of each name."""
        self.fake.reported.setdefault(commit, {})[name] = Check(name=name, state=state)

    def approve(self, number: int) -> None:
        """Approve as bob."""
        self.fake.approvals.setdefault(number, set()).add("bob")

    def close(self, number: int) -> None:
        """Close it."""
        found: ChangeRequest = self.fake.changes[number]
        self.fake.changes[number] = replace(found, state=RequestState.CLOSED)

    def milestone(self, title: str) -> None:
        """Any milestone will do."""

    def pipeline(self, name: str) -> None:
        """Keep its name."""
        self.fake.pipelines.add(name)

    def freeze_releases(self) -> None:
        """Freeze what will be shown."""
        self.fake.frozen_when_shown = True
