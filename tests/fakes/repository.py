"""A repository in memory with its refs, worktrees, configuration and remotes.

The ports on it are in `git_reader`, `git_writer` and `git_draft`.
"""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fakes.graph import Files, Graph, Stored
from release_tools.domain.refs import HEADS, Signature
from release_tools.errors import ToolFailed

CARL = Signature(name="Carl Committer", email="carl@example.com", epoch=1767323045, offset="+0000")


@dataclass
class FakeWorktree:
    """A working tree: the branch it is on, or the commit while detached; its index, its files, a merge that waits."""

    path: Path
    branch: str | None
    detached: str = ""
    index: Files = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    merging: str = ""
    unmerged: tuple[str, ...] = ()


@dataclass
class FakeRepository:
    """Objects and everything that names them; `top` is the first worktree, a directory that exists."""

    top: Path
    graph: Graph = field(default_factory=lambda: Graph({}))
    refs: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    remotes: dict[str, "FakeRepository"] = field(default_factory=dict)
    drafts: dict[Path, Graph] = field(default_factory=dict)
    linked: list[FakeWorktree] = field(default_factory=list)
    author: Signature | None = CARL
    committer: Signature | None = CARL
    shallow: bool = False
    refusal: str = ""
    """What a server's hook says to every push; empty: it accepts."""
    protected: frozenset[str] = frozenset()
    """Full names of the refs that the server lets nobody push to."""
    branch: str = "main"
    now: int = CARL.epoch
    """Seconds since the epoch."""

    def __post_init__(self) -> None:
        self.main_worktree = FakeWorktree(path=self.top, branch=self.branch)

    @property
    def worktrees(self) -> list[FakeWorktree]:
        """Return all worktrees, the first one first."""
        return [self.main_worktree, *self.linked]

    def worktree(self, path: Path | None) -> FakeWorktree:
        """Return the worktree at a path; `ToolFailed` when there is none."""
        found = next((tree for tree in self.worktrees if tree.path == (path or self.top)), None)
        if found is None:
            raise ToolFailed(f"There is no worktree at {path}.")
        return found

    def head(self, tree: FakeWorktree) -> str:
        """Return the commit of a worktree's HEAD, empty on an unborn branch."""
        return tree.detached if tree.branch is None else self.refs.get(HEADS + tree.branch, "")

    def remote(self, name: str) -> "FakeRepository":
        """Return a remote; `ToolFailed` when it is not known."""
        if name not in self.remotes:
            raise ToolFailed(f"There is no remote {name}.")
        return self.remotes[name]

    def fetched(self, remote: str, names: tuple[str, ...]) -> Mapping[str, Stored]:
        """Return the objects that refs of a remote need; `ToolFailed` names a ref that is not there."""
        there = self.remote(remote)
        absent = [name for name in names if name not in there.refs]
        if absent:
            raise ToolFailed(f"{remote} has no {absent[0]}.")
        return {sha: there.graph.objects[sha] for name in names for sha in there.graph.closure(there.refs[name])}

    def drafted(self, objects: Path) -> Graph:
        """Return the objects of a draft together with the repository's."""
        objects.mkdir(parents=True, exist_ok=True)
        own = self.drafts.setdefault(objects, Graph({}))
        return Graph(ChainMap(own.objects, self.graph.objects))
