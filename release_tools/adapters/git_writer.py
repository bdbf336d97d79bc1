"""Changing a git repository and its remote: each method is one external operation with a compare-and-swap.

What should be changed, and in which order, stands in plans; nothing here decides.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from release_tools.adapters.git_process import GitProcess
from release_tools.domain.refs import ABSENT, RefUpdate

QUIET = ("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.filesRefLockTimeout=5000")
"""No background git of ours may outlive the command and hold the effects lock; a busy ref is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitWriter:
    """Changes to one repository, made for the run whose id our own pre-push looks up."""

    git: GitProcess
    network_timeout: float = 120.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def adopt(self, objects: Path) -> None:
        """Copy loose objects and packs into the repository's own object directory; what is there already stays."""
        own = Path(self.git.run("rev-parse", "--path-format=absolute", "--git-path", "objects").text)
        for source in sorted((path for path in objects.rglob("*") if path.is_file()), key=_index_last):
            target = own / source.relative_to(objects)
            if not target.exists():
                _copy(source, target)

    def push(self, remote: str, updates: tuple[RefUpdate, ...]) -> None:
        """Push all updates or none, each only where the remote has its expected value."""
        leases = (f"--force-with-lease={update.name}:{update.old}" for update in updates)
        refspecs = (f"{update.new}:{update.name}" for update in updates)
        options = ("--atomic", "--porcelain", "--no-follow-tags", *leases)
        self._run("push", *options, remote, *refspecs, timeout=self.network_timeout)

    def update_refs(self, updates: tuple[RefUpdate, ...], reason: str) -> None:
        """Change all refs or none, each only where it has its expected value."""
        lines = "".join(_instruction(update) for update in updates)
        self._run("update-ref", "-m", reason, "--create-reflog", "--stdin", "-z", stdin=os.fsencode(lines))

    def move_worktree(self, worktree: Path, old: str, new: str) -> None:
        """Bring index and files of a worktree from one commit to another; local changes are never overwritten."""
        at = GitProcess(directory=worktree, timeout=self.git.timeout, inherit=self.git.inherit)
        at.run(*QUIET, "update-index", "-q", "--refresh", ok=(0, 1))
        at.run(*QUIET, "read-tree", "-m", "-u", "--no-recurse-submodules", old, new, env=self.environment)

    def switch(self, branch: str) -> None:
        """Check out a branch in this worktree."""
        self._run("switch", "--quiet", "--no-guess", branch)

    def track(self, branch: str, remote: str) -> None:
        """Make the remote's branch of the same name the upstream of a branch."""
        self._run("branch", "--quiet", f"--set-upstream-to={remote}/{branch}", branch)

    def forget_branch(self, branch: str) -> None:
        """Remove the configuration of a branch that is gone."""
        self._run("config", "--local", "--remove-section", f"branch.{branch}")

    def add_worktree(self, path: Path, commit: str) -> None:
        """Make a worktree with a detached HEAD."""
        self._run("worktree", "add", "--quiet", "--detach", str(path), commit)

    def remove_worktree(self, path: Path) -> None:
        """Remove a worktree of ours, finished or not."""
        self._run("worktree", "remove", "--force", "--force", str(path))

    def begin_merge(self, worktree: Path, commit: str, message: str) -> None:
        """Start a merge in a worktree and leave its conflicts to a person."""
        at = GitProcess(directory=worktree, timeout=self.git.timeout, inherit=self.git.inherit)
        at.run(*QUIET, "merge", "--no-ff", "--no-commit", "--no-squash", "-m", message, commit, ok=(0, 1))

    def _run(self, *args: str, stdin: bytes | None = None, timeout: float | None = None) -> None:
        self.git.run(*QUIET, *args, stdin=stdin, timeout=timeout, env=self.environment)


def _instruction(update: RefUpdate) -> str:
    if update.new == ABSENT:
        return f"delete {update.name}\0{update.old}\0"
    if update.old == ABSENT:
        return f"create {update.name}\0{update.new}\0"
    return f"update {update.name}\0{update.new}\0{update.old}\0"


def _index_last(path: Path) -> tuple[bool, str]:
    # Git finds a pack by its index, so the index comes when everything else of the pack is there.
    return path.suffix == ".idx", str(path)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    fresh = target.with_name(f"tmp_obj_{target.name}")
    with source.open("rb") as one, fresh.open("wb") as other:
        shutil.copyfileobj(one, other)
        other.flush()
        os.fsync(other.fileno())
    fresh.chmod(0o444)
    fresh.replace(target)
