"""The steps around a merge that a person resolves: its own worktree is made, the merge begun, the worktree removed.

What is left of the merge is made by a person; which files rules have merged was found before.
"""

from pathlib import Path
from typing import ClassVar

from release_tools.domain.refs import Worktree
from release_tools.engine.step import DONE, PENDING, Reality
from release_tools.record import record
from release_tools.release.world import World


@record
class OpenWorktree:
    """Make a worktree with a detached HEAD."""

    kind: ClassVar[str] = "open-worktree"
    path: str
    commit: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"make a worktree of {self.commit[:10]} in {self.path}"

    def probe(self, world: World) -> Reality:
        """Look for the worktree, and whether its files were all written: the index comes after them."""
        tree = find_worktree(world, self.path)
        whole = tree and tree.head == self.commit and world.reader.index_matches(self.commit, Path(self.path))
        return DONE if whole else PENDING

    def apply(self, world: World) -> None:
        """Add the worktree."""
        world.writer.add_worktree(Path(self.path), self.commit)


@record
class BeginMerge:
    """Start a merge in its worktree and leave the conflicts there."""

    kind: ClassVar[str] = "begin-merge"
    path: str
    ours: str
    theirs: str
    message: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"begin there the merge of {self.theirs[:10]} into {self.ours[:10]}"

    def probe(self, world: World) -> Reality:
        """Begun when a merge waits in the worktree or its HEAD has moved on."""
        tree = find_worktree(world, self.path)
        begun = tree is not None and (tree.head != self.ours or world.reader.operation(Path(self.path)) == "a merge")
        return DONE if begun else PENDING

    def apply(self, world: World) -> None:
        """Start the merge, in a fresh worktree where an earlier attempt was cut off; nobody has seen that one yet."""
        if world.reader.status(Path(self.path)).changed:
            world.writer.add_worktree(Path(self.path), self.ours)
        world.writer.begin_merge(Path(self.path), self.theirs, self.message)


@record
class SettleFiles:
    """Put the files that rules have merged into a merge that waits; entering it again puts them there again."""

    kind: ClassVar[str] = "settle-files"
    path: str
    ours: str
    tree: str
    files: tuple[str, ...]

    def title(self) -> str:
        """Return one line for the plan."""
        return f"put there what is merged by rule: {', '.join(self.files)}"

    def probe(self, world: World) -> Reality:
        """Done when the index has these files, or the merge is committed already."""
        tree = find_worktree(world, self.path)
        begun = tree is not None and tree.head == self.ours
        return PENDING if begun and not world.reader.index_matches(self.tree, Path(self.path), self.files) else DONE

    def apply(self, world: World) -> None:
        """Write the files and mark them as merged."""
        world.writer.settle(Path(self.path), self.tree, self.files)


@record
class CloseWorktree:
    """Remove a worktree of ours."""

    kind: ClassVar[str] = "close-worktree"
    path: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"remove the worktree {self.path}"

    def probe(self, world: World) -> Reality:
        """Look for its directory, which goes last."""
        return PENDING if Path(self.path).exists() else DONE

    def apply(self, world: World) -> None:
        """Remove the worktree with whatever is in it."""
        world.writer.remove_worktree(Path(self.path))


def find_worktree(world: World, path: str) -> Worktree | None:
    """Return the worktree at a path."""
    return next((tree for tree in world.reader.worktrees() if Path(tree.path) == Path(path)), None)
