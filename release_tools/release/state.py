"""The observed state of a repository and its remote, as one frozen value that guards and planners read.

Observing it is `observe`; nothing here asks git.
"""

from collections.abc import Mapping
from dataclasses import field
from fnmatch import fnmatchcase

from release_tools.domain.refs import Refs, Signature, Tag, Worktree, WorktreeStatus
from release_tools.record import record


@record
class BranchState:
    """A branch on both sides; empty strings where it does not exist."""

    name: str
    local: str = ""
    remote: str = ""
    ahead: int = 0
    """Commits that only the local branch has."""
    behind: int = 0
    """Commits that only the remote's branch has."""

    @property
    def exists(self) -> bool:
        """Return whether the branch exists on either side."""
        return bool(self.local or self.remote)

    @property
    def tip(self) -> str:
        """Return the newest commit: the local one, or the remote's where that only has more."""
        return self.remote if self.behind and not self.ahead else self.local or self.remote


@record
class RepositoryState:
    """Everything that release planning may know about git."""

    top: str
    head_branch: str | None
    head: str
    """Commit of HEAD; empty while the repository has none."""
    changes: Mapping[str, WorktreeStatus]
    """Tracked changes by worktree path: this worktree and those whose branch a release may move."""
    operation: str
    shallow: bool
    author: Signature | None
    committer: Signature | None
    remote: str | None
    """Name of the remote, None when the repository has none."""
    here: Refs
    there: Refs
    tracked: Mapping[str, str]
    """Remote-tracking branches by short name."""
    worktrees: tuple[Worktree, ...]
    settings: Mapping[str, str]
    main: BranchState
    """Where what is released stands: main, or the support line that takes its place for an old version."""
    develop: BranchState | None
    """None on a trunk and on a support line: releases start from and end in `main`."""
    topic: BranchState | None = None
    """The branch that the intent names: what is merged, and then deleted."""
    releases: tuple[BranchState, ...] = ()
    """The open release branches into which a hotfix is carried, in the order of their versions."""
    open_versions: Mapping[str, str] = field(default_factory=dict)
    """Versions claimed by open release-like branches, here or there, with the branch that claims each."""
    protected: tuple[str, ...] = ()
    """Names and globs of the branches that the remote lets nobody push to."""

    @property
    def status(self) -> WorktreeStatus:
        """Return the tracked changes in this worktree."""
        return self.changes[self.top]

    @property
    def tags(self) -> Mapping[str, Tag]:
        """Return the tags of both sides; where they differ, the remote's."""
        return {**self.here.tags, **self.there.tags}

    @property
    def base(self) -> BranchState:
        """Return the branch that releases are cut from."""
        return self.develop or self.main

    @property
    def long_lived(self) -> tuple[BranchState, ...]:
        """Return the branches that a release may move: main, the open releases, develop."""
        return tuple(branch for branch in (self.main, *self.releases, self.develop) if branch)

    def is_protected(self, branch: str) -> bool:
        """Return whether the remote takes changes to a branch by pull requests only."""
        return self.remote is not None and any(fnmatchcase(branch, name) for name in self.protected)

    @property
    def tracks(self) -> bool:
        """Return whether the remote's branches are mirrored under refs/remotes in the usual way."""
        return self.settings.get(f"remote.{self.remote}.fetch") == f"+refs/heads/*:refs/remotes/{self.remote}/*"

    def branch_config(self, branch: str) -> bool:
        """Return whether git's configuration has a section for a branch."""
        return any(key.startswith(f"branch.{branch}.") for key in self.settings)
