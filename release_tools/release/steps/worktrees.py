"""The steps that bring working trees along: where a moved branch is checked out, and where HEAD goes.

Which commit a branch has is settled before, by `refs`.
"""

from pathlib import Path
from typing import ClassVar

from release_tools.engine.step import DONE, PENDING, Reality, conflict
from release_tools.record import record
from release_tools.release.world import World


@record
class MoveWorktree:
    """Bring index and files of a worktree from the branch's old commit to its new one."""

    kind: ClassVar[str] = "move-worktree"
    path: str
    branch: str
    old: str
    new: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"update the files of {self.branch} in {self.path}"

    def probe(self, world: World) -> Reality:
        """Compare the index with the new and the old commit; a worktree that left the branch needs nothing."""
        path = Path(self.path)
        if not path.is_dir() or world.reader.head(path) != self.branch:
            return DONE
        if world.reader.index_matches(self.new, path):
            return DONE
        if world.reader.index_matches(self.old, path):
            return PENDING
        return conflict(f"The index in {self.path} holds neither {self.old[:10]} nor {self.new[:10]}.")

    def apply(self, world: World) -> None:
        """Run a two-tree `read-tree`, which keeps local changes or refuses."""
        world.writer.move_worktree(Path(self.path), self.old, self.new)


@record
class SwitchBranch:
    """Check out a branch in the worktree in which the run began."""

    kind: ClassVar[str] = "switch-branch"
    path: str
    source: str
    branch: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"switch to {self.branch}"

    def probe(self, world: World) -> Reality:
        """Look at HEAD; somebody who switched elsewhere since is left there, a worktree that is gone needs nothing."""
        path = Path(self.path)
        head = world.reader.head(path) if path.is_dir() else self.branch
        if head == self.branch:
            return DONE
        if head == self.source:
            return PENDING
        return conflict(f"HEAD is at {head or 'a detached commit'}; expected {self.source} or {self.branch}.")

    def apply(self, world: World) -> None:
        """Switch as `git switch` does, hooks included."""
        world.writer.switch(self.branch, Path(self.path))
