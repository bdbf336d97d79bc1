"""The ports to git: a reader, a writer, and a draft that makes objects which nothing names yet.

What is asked of other programs and of servers stands in the other modules of the package.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from release_tools.domain.history.changes import Changes
from release_tools.domain.refs import Blob, Merge, Refs, RefUpdate, Signature, Worktree, WorktreeStatus


class GitReader(Protocol):
    """Questions to one repository; every method may raise `ToolFailed`."""

    def refs(self, remote: str | None, /) -> tuple[Refs, Mapping[str, str]]:
        """Return the local branches and tags, and the remote-tracking branches of `remote` by short name."""
        ...

    def remote_refs(self, remote: str, /) -> Refs:
        """Return the branches and tags that the remote has now."""
        ...

    def remote_values(self, remote: str, names: Sequence[str], /) -> Mapping[str, str]:
        """Return the objects that full ref names have at the remote now; absent names are left out."""
        ...

    def values(self, names: Sequence[str], /) -> Mapping[str, str]:
        """Return the objects that full ref names have here; absent names are left out."""
        ...

    def head(self, worktree: Path | None = None, /) -> str | None:
        """Return the branch that HEAD names, None while it is detached."""
        ...

    def commit_of(self, name: str, /) -> str | None:
        """Return the commit that a revision names, None when there is none."""
        ...

    def status(self, worktree: Path | None = None, /) -> WorktreeStatus:
        """Return the tracked files with changes, staged or not, and the unmerged ones."""
        ...

    def operation(self, worktree: Path | None = None, /) -> str:
        """Return what is in progress in a worktree (`a rebase`), or nothing."""
        ...

    def shallow(self) -> bool:
        """Return whether history is cut off here."""
        ...

    def worktrees(self) -> tuple[Worktree, ...]:
        """Return all working trees of the repository, this one among them."""
        ...

    def settings(self) -> Mapping[str, str]:
        """Return git's configuration, the last value of each key."""
        ...

    def signature(self, role: str, /) -> Signature | None:
        """Return who git would record as `AUTHOR` or `COMMITTER` now, None when git does not know."""
        ...

    def files(self, commit: str, paths: Sequence[str], /) -> Mapping[str, Blob]:
        """Return those of the files that stand in a commit, by path."""
        ...

    def named(self, commit: str, name: str, /) -> tuple[str, ...]:
        """Return the paths of a commit's files that have this base name, in git's order."""
        ...

    def is_ancestor(self, old: str, new: str, /) -> bool:
        """Return whether `new` contains `old`."""
        ...

    def merge_base(self, one: str, other: str, /) -> str:
        """Return the best common ancestor of two commits, empty when they share no history."""
        ...

    def ahead_behind(self, one: str, other: str, /) -> tuple[int, int]:
        """Return how many commits only `one` has and how many only `other` has."""
        ...

    def parents(self, commit: str, /) -> tuple[str, ...]:
        """Return the parents of a commit, in order."""
        ...

    def tree(self, commit: str, /) -> str:
        """Return the tree of a commit."""
        ...

    def author(self, commit: str, /) -> Signature:
        """Return who wrote a commit, and when."""
        ...

    def message(self, commit: str, /) -> str:
        """Return the raw message of a commit; bytes that are no text survive as surrogates."""
        ...

    def first_parent_containing(self, tip: str, commit: str, /) -> str:
        """Return the oldest commit on the first-parent line of `tip` that contains `commit`."""
        ...

    def log(self, log_format: str, revisions: Sequence[str], /) -> bytes:
        """Return `git log -z` of the revisions in topological order, in the given format."""
        ...

    def changes(self, commits: Sequence[str], paths: Sequence[str], /) -> Changes:
        """Return what the commits change at or below the paths, each against its first parent."""
        ...

    def fingerprints(self, commits: Sequence[str], /) -> Mapping[str, str]:
        """Return what is the same for picks of one commit, for those that share header and date with another."""
        ...

    def below(self, commit: str, directory: str, /) -> tuple[str, ...]:
        """Return the paths of a commit's files below a directory, in git's order."""
        ...

    def missing(self, objects: Sequence[str], /) -> tuple[str, ...]:
        """Return those of the objects that are not here; `<name>^{commit}` asks for a commit."""
        ...

    def index_matches(self, commit: str, worktree: Path, paths: Sequence[str] = (), /) -> bool:
        """Return whether the index of a worktree holds exactly the tree of a commit, or these paths of it."""
        ...

    def unsaved(self, worktree: Path, /) -> tuple[str, ...]:
        """Return every path of a worktree that no commit holds: changed, staged, or untracked and not ignored."""
        ...

    def concealed_changes(self, old: str, new: str, worktree: Path, /) -> tuple[str, ...]:
        """Return the files that differ between two commits and have edits which `git status` was told to overlook."""
        ...

    def untracked_in_the_way(self, old: str, new: str, worktree: Path, /) -> tuple[str, ...]:
        """Return the untracked files of a worktree that going from one commit to another would overwrite."""
        ...


class GitDraft(Protocol):
    """Makes unreachable objects in the run's own object directory; refs, index and files stay untouched."""

    def fetch(self, remote: str, names: tuple[str, ...], /) -> None:
        """Bring the objects behind full ref names of the remote into the draft."""
        ...

    def tree(self, base: str, files: Mapping[str, Blob | None], /) -> str:
        """Return the tree of `base` (a commit or tree) with files put in their place; None takes one away."""
        ...

    def commit(self, tree: str, parents: tuple[str, ...], message: str, /, *, author: Signature | None = None) -> str:
        """Return a commit of `tree` with the draft's identities and dates; `author` keeps another's authorship."""
        ...

    def merge(self, ours: str, theirs: str, /) -> Merge:
        """Return what `git merge` of one commit into another would make of the trees."""
        ...

    def pick(self, commit: str, onto: str, /) -> Merge:
        """Return what cherry-picking a commit onto another would make of the trees; `ToolFailed` for a merge."""
        ...

    def merge_bases(self, ours: str, theirs: str, /) -> tuple[str, ...]:
        """Return the best common ancestors of two commits: none without a common history, or one, or several."""
        ...

    def stand_in(self, tree: str, parents: tuple[str, ...], /) -> str:
        """Return a commit of a tree to merge against, which nothing will ever name: by nobody, unsigned."""
        ...

    def merge_text(self, base: bytes, ours: bytes, theirs: bytes, /) -> tuple[bytes, bool]:
        """Return what git makes of one file's texts, and whether it merged them without a conflict."""
        ...

    def tag(self, name: str, commit: str, message: str, /) -> str:
        """Return an annotated tag object, signed when the draft signs tags."""
        ...


class GitWriter(Protocol):
    """Changes to one repository and its remote, each one operation with a compare-and-swap."""

    def adopt(self, objects: Path, /) -> None:
        """Move loose objects and packs into the repository's own object directory."""
        ...

    def push(self, remote: str, updates: tuple[RefUpdate, ...], /) -> None:
        """Push all updates or none, each only where the remote has its expected value.

        `PushRefused` names the refs that the server itself refused.
        """
        ...

    def fetch(self, remote: str, names: tuple[str, ...], /) -> None:
        """Bring the objects behind full ref names of the remote here; no ref is written."""
        ...

    def stamp(self, commit: str, message: str, /) -> str:
        """Return a new commit on top of another, with its tree, a message, by nobody and dated now; no ref names it."""
        ...

    def update_refs(self, updates: tuple[RefUpdate, ...], reason: str, /) -> None:
        """Change all refs or none, each only where it has its expected value."""
        ...

    def move_worktree(self, worktree: Path, old: str, new: str, /) -> None:
        """Bring index and files of a worktree from one commit to another; local changes are never overwritten."""
        ...

    def switch(self, branch: str, worktree: Path | None = None, /) -> None:
        """Check out a branch in a worktree, by default in this one."""
        ...

    def track(self, branch: str, remote: str, /) -> None:
        """Make the remote's branch of the same name the upstream of a branch."""
        ...

    def forget_branch(self, branch: str, /) -> None:
        """Remove the configuration of a branch that is gone."""
        ...

    def add_worktree(self, path: Path, commit: str, /) -> None:
        """Make a worktree with a detached HEAD."""
        ...

    def remove_worktree(self, path: Path, /) -> None:
        """Remove a worktree of ours, finished or not."""
        ...

    def begin_merge(self, worktree: Path, commit: str, message: str, /) -> None:
        """Start a merge in a worktree and leave its conflicts to a person."""
        ...

    def settle(self, worktree: Path, tree: str, paths: Sequence[str], /) -> None:
        """Take files from a tree into a worktree and its index, as the resolution where they conflict."""
        ...
