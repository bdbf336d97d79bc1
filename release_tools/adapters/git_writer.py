"""Changing a git repository and its remote: each method is one external operation with a compare-and-swap.

What should be changed, and in which order, stands in plans; nothing here decides.
"""

import errno
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from release_tools.adapters.git_fetch import fetch_objects
from release_tools.adapters.git_identity import NOBODY, identity
from release_tools.adapters.git_place import place_of
from release_tools.adapters.git_process import GitProcess, ended
from release_tools.adapters.git_push import refusal
from release_tools.adapters.git_written import accept_written
from release_tools.domain.refs import ABSENT, HEADS, TAGS, RefUpdate
from release_tools.errors import ToolFailed, ToolTimedOut
from release_tools.record import record

QUIET = ("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.filesRefLockTimeout=5000")
"""No background git of ours may outlive the command and hold the effects lock; a busy ref is waited for."""


@record
class GitWriter:
    """Changes to one repository, made for the run whose id our own pre-push looks up."""

    git: GitProcess
    network_timeout: float = 120.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def adopt(self, objects: Path) -> None:
        """Move loose objects and packs into the repository's own object directory; what is there already stays."""
        own = place_of(self.git).objects
        files = sorted((path for path in objects.rglob("*") if path.is_file()), key=_index_last)
        for source in files:
            _move(source, own / source.relative_to(objects))
        for directory in {own / source.relative_to(objects).parent for source in files}:
            _sync(directory)

    def push(self, remote: str, updates: tuple[RefUpdate, ...]) -> None:
        """Push all updates or none, each only where the remote has its expected value; `PushRefused` by the server."""
        leases = (f"--force-with-lease={update.name}:{update.old}" for update in updates)
        refspecs = (f"{update.new}:{update.name}" for update in updates)
        # Hooks of people are about branches and tags.
        unnoticed = () if any(one.name.startswith((HEADS, TAGS)) for one in updates) else ("--no-verify",)
        options = ("--atomic", "--porcelain", "--no-follow-tags", *unnoticed, *leases)
        # The server's words are shown to people, and git would colour some of them.
        command = (*QUIET, "-c", "color.remote=never", "push", *options, remote, *refspecs)
        done = self.git.run(*command, ok=(0, 1), timeout=self.network_timeout, env=self.environment)
        if done.code:
            what = ended(command, done)
            raise refusal(what, done) or ToolFailed(f"{what} {done.stderr or 'no message'}")

    def fetch(self, remote: str, names: tuple[str, ...]) -> None:
        """Bring the objects behind full ref names of the remote here; no ref is written."""
        fetch_objects(self.git, remote, names, timeout=self.network_timeout)

    def stamp(self, commit: str, message: str) -> str:
        """Return a new commit on top of another, with its tree, a message, by nobody and dated now; no ref names it."""
        who = replace(NOBODY, epoch=int(time.time()))
        made = ("commit-tree", "--no-gpg-sign", "-p", commit, "-F", "-", f"{commit}^{{tree}}")
        env = {**self.environment, **identity("AUTHOR", who), **identity("COMMITTER", who)}
        return self.git.run(*made, stdin=message.encode(), env=env).text

    def update_refs(self, updates: tuple[RefUpdate, ...], reason: str) -> None:
        """Change all refs or none, each only where it has its expected value."""
        lines = "".join(_instruction(update) for update in updates)
        self._run("update-ref", "-m", reason, "--create-reflog", "--stdin", "-z", stdin=os.fsencode(lines))

    def move_worktree(self, worktree: Path, old: str, new: str) -> None:
        """Bring index and files of a worktree from one commit to another; local changes are never overwritten."""
        at = GitProcess(directory=worktree, timeout=self.git.timeout, inherit=self.git.inherit)
        at.run(*QUIET, "update-index", "-q", "--refresh", ok=(0, 1))
        self._bring(at, old, new, "read-tree", "-m", "-u", "--no-recurse-submodules", old, new)

    def switch(self, branch: str, worktree: Path | None = None) -> None:
        """Check out a branch in a worktree, by default in this one."""
        at = replace(self.git, directory=worktree or self.git.directory)
        self._bring(at, "HEAD", HEADS + branch, "switch", "--quiet", "--no-guess", branch)

    def track(self, branch: str, remote: str) -> None:
        """Make the remote's branch of the same name the upstream of a branch."""
        self._run("branch", "--quiet", f"--set-upstream-to={remote}/{branch}", branch)

    def forget_branch(self, branch: str) -> None:
        """Remove the configuration of a branch that is gone."""
        self._run("config", "--local", "--remove-section", f"branch.{branch}")

    def add_worktree(self, path: Path, commit: str) -> None:
        """Make a worktree of ours with a detached HEAD, in place of what an earlier attempt left."""
        if path.exists():
            self.remove_worktree(path)
        path.mkdir(parents=True)
        self._run("worktree", "add", "--quiet", "--detach", str(path), commit)

    def remove_worktree(self, path: Path) -> None:
        """Remove a worktree of ours, however far its making or removal went; its directory came first and goes last."""
        for entry in self._known_worktrees(path):
            shutil.rmtree(entry)
        shutil.rmtree(path)

    def _known_worktrees(self, path: Path) -> tuple[Path, ...]:
        """Return what git keeps of a worktree; one whose making was cut off does not say yet where it is."""
        kept = place_of(self.git).common / "worktrees"
        entries = tuple(kept.glob(f"{path.name}*"))
        places = ((entry / "gitdir").read_text().strip() if (entry / "gitdir").is_file() else "" for entry in entries)
        return tuple(e for e, place in zip(entries, places, strict=True) if place in ("", str(path / ".git")))

    def begin_merge(self, worktree: Path, commit: str, message: str) -> None:
        """Start a merge in a worktree and leave its conflicts to a person."""
        at = GitProcess(directory=worktree, timeout=self.git.timeout, inherit=self.git.inherit)
        at.run(*QUIET, "merge", "--no-ff", "--no-commit", "--no-squash", "-m", message, commit, ok=(0, 1))
        # Exit code 1 says that the merge stopped, but also that there was nothing to merge.
        at.run("rev-parse", "--quiet", "--verify", "MERGE_HEAD")

    def settle(self, worktree: Path, tree: str, paths: Sequence[str]) -> None:
        """Take files from a tree into a worktree and its index, as the resolution where they conflict."""
        at = GitProcess(directory=worktree, timeout=self.git.timeout, inherit=self.git.inherit)
        at.run(*QUIET, "--literal-pathspecs", "checkout", tree, "--", *paths)

    def _bring(self, at: GitProcess, old: str, new: str, *command: str) -> None:
        """Run a command that brings files along, once more where an earlier one was cut off in the middle of it."""
        try:
            at.run(*QUIET, *command, env=self.environment)
        except ToolTimedOut:
            raise
        except ToolFailed:
            if not accept_written(at, old, new):
                raise
            at.run(*QUIET, *command, env=self.environment)

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


def _move(source: Path, target: Path) -> None:
    if target.exists():
        source.unlink()
        return
    target.parent.mkdir(exist_ok=True)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_far(source, target)


def _move_far(source: Path, target: Path) -> None:
    # The object directory is a file system of its own; git prunes what a crash leaves under this name.
    fresh = target.with_name(f"tmp_obj_{target.name}")
    shutil.copy(source, fresh)
    _sync(fresh)
    fresh.replace(target)
    source.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
