"""The writer of a repository in memory: each method checks all it expects before it changes anything.

What should be changed stands in plans.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fakes.graph import FakeCommit, Files, Graph
from fakes.merging import merged
from fakes.repository import FakeRepository, FakeWorktree
from release_tools.domain.refs import ABSENT, HEADS, RefUpdate, Signature
from release_tools.errors import PushRefused, ToolFailed


@dataclass(frozen=True)
class FakeGitWriter:
    """Changes to a repository in memory."""

    repository: FakeRepository

    def adopt(self, objects: Path, /) -> None:
        """Move a draft's objects into the repository."""
        self.repository.graph.objects.update(self.repository.drafts.get(objects, Graph({})).objects)
        (objects / "drafted").unlink(missing_ok=True)

    def push(self, remote: str, updates: tuple[RefUpdate, ...], /) -> None:
        """Push all updates or none, each only where the remote has its expected value."""
        there = self.repository.remote(remote)
        pending = tuple(update for update in updates if there.refs.get(update.name) != update.new)
        _require(there.refs, pending)
        refused = tuple(one.name for one in pending if there.refusal or one.name in there.protected)
        if refused:
            raise PushRefused(there.refusal or "protected branch", refs=refused)
        for update in updates:
            if update.new:
                needed = self.repository.graph.closure(update.new)
                there.graph.objects.update({name: self.repository.graph.objects[name] for name in needed})
        _move(there.refs, updates)
        if self.repository.settings.get(f"remote.{remote}.fetch") == f"+refs/heads/*:refs/remotes/{remote}/*":
            mirrors = [u._replace(name=f"refs/remotes/{remote}/{u.short}") for u in updates if HEADS in u.name]
            _move(self.repository.refs, mirrors)

    def fetch(self, remote: str, names: tuple[str, ...], /) -> None:
        """Bring the objects behind full ref names of the remote here; no ref is written."""
        self.repository.graph.objects.update(self.repository.fetched(remote, names))

    def stamp(self, commit: str, message: str, /) -> str:
        """Return a new commit on top of another, with its tree, a message, by nobody and dated now; no ref names it."""
        graph = self.repository.graph
        who = Signature(name="release-tools", email="nobody", epoch=self.repository.now, offset="+0000")
        peeled = graph.peeled(commit)
        return graph.add(FakeCommit(tree=graph.commit(peeled).tree, parents=(peeled,), message=message, author=who))

    def update_refs(self, updates: tuple[RefUpdate, ...], reason: str, /) -> None:
        """Change all refs or none, each only where it has its expected value."""
        _require(self.repository.refs, updates)
        absent = [update.new for update in updates if update.new and update.new not in self.repository.graph.objects]
        if absent:
            raise ToolFailed(f"There is no object {absent[0]} ({reason}).")
        _move(self.repository.refs, updates)

    def move_worktree(self, worktree: Path, old: str, new: str, /) -> None:
        """Bring index and files of a worktree from one commit to another; local changes are never overwritten."""
        tree, graph = self.repository.worktree(worktree), self.repository.graph
        _two_trees(tree, graph.files(old), graph.files(new))

    def switch(self, branch: str, worktree: Path | None = None, /) -> None:
        """Check out a branch in a worktree, by default in this one."""
        tree = self.repository.worktree(worktree)
        if HEADS + branch not in self.repository.refs:
            raise ToolFailed(f"There is no branch {branch}.")
        if any(other.branch == branch for other in self.repository.linked if other is not tree):
            raise ToolFailed(f"{branch} is checked out elsewhere.")
        head = self.repository.head(tree)
        graph = self.repository.graph
        _two_trees(tree, graph.files(head) if head else {}, graph.files(self.repository.refs[HEADS + branch]))
        tree.branch = branch

    def track(self, branch: str, remote: str, /) -> None:
        """Make the remote's branch of the same name the upstream of a branch."""
        if f"refs/remotes/{remote}/{branch}" not in self.repository.refs:
            raise ToolFailed(f"There is no {remote}/{branch}.")
        self.repository.settings |= {f"branch.{branch}.remote": remote, f"branch.{branch}.merge": HEADS + branch}

    def forget_branch(self, branch: str, /) -> None:
        """Remove the configuration of a branch that is gone."""
        keys = [key for key in self.repository.settings if key.startswith(f"branch.{branch}.")]
        if not keys:
            raise ToolFailed(f"There is no section branch.{branch}.")
        for key in keys:
            del self.repository.settings[key]

    def add_worktree(self, path: Path, commit: str, /) -> None:
        """Make a worktree of ours with a detached HEAD, in place of what an earlier attempt left."""
        files = self.repository.graph.files(commit)
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        tree = FakeWorktree(path=path, branch=None, detached=commit, index=dict(files), files=dict(files))
        self.repository.linked.append(tree)

    def remove_worktree(self, path: Path, /) -> None:
        """Remove a worktree of ours, finished or not."""
        self.repository.linked.remove(self.repository.worktree(path))
        path.rmdir()

    def begin_merge(self, worktree: Path, commit: str, message: str, /) -> None:
        """Start a merge in a worktree and leave its conflicts to a person."""
        tree, graph = self.repository.worktree(worktree), self.repository.graph
        head = self.repository.head(tree)
        files, conflicts = merged(graph, head, commit)
        changed = {path for path in {*tree.index, *files} if tree.index.get(path) != files.get(path)}
        dirty = {path for path in changed if tree.files.get(path) != tree.index.get(path)}
        if dirty:
            raise ToolFailed(f"Local changes are in the way of “{message}”: {sorted(dirty)}.")
        tree.index, tree.files = dict(files), dict(files)
        tree.merging, tree.unmerged = commit, conflicts

    def settle(self, worktree: Path, tree: str, paths: Sequence[str], /) -> None:
        """Take files from a tree into a worktree and its index, as the resolution where they conflict."""
        at, files = self.repository.worktree(worktree), self.repository.graph.files(tree)
        missing = [path for path in paths if path not in files]
        if missing:
            raise ToolFailed(f"Not in {tree[:10]}: {', '.join(missing)}.")
        for path in paths:
            at.index[path] = at.files[path] = files[path]
        at.unmerged = tuple(path for path in at.unmerged if path not in paths)


def _require(refs: Mapping[str, str], updates: tuple[RefUpdate, ...]) -> None:
    stray = [update.name for update in updates if refs.get(update.name, ABSENT) != update.old]
    if stray:
        raise ToolFailed(f"Not as expected: {', '.join(stray)}.")


def _move(refs: dict[str, str], updates: "list[RefUpdate] | tuple[RefUpdate, ...]") -> None:
    for update in updates:
        refs.pop(update.name, None)
        if update.new:
            refs[update.name] = update.new


def _two_trees(tree: FakeWorktree, old: Files, new: Files) -> None:
    changing = {path for path in {*old, *new} if old.get(path) != new.get(path)}
    for path in changing:
        if tree.index.get(path) == new.get(path) and path in tree.index:
            continue
        if tree.index.get(path) != old.get(path) or tree.files.get(path) != tree.index.get(path):
            raise ToolFailed(f"{path} has local changes.")
        if any(path.startswith(f"{file}/") for file in tree.files.keys() - tree.index.keys()):
            raise ToolFailed(f"An untracked file is where the directories of {path} must be.")
    for path in changing:
        for place in (tree.index, tree.files):
            place.pop(path, None)
            place |= {path: new[path]} if path in new else {}
