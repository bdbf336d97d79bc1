"""Reading a git repository: refs, worktrees, settings, ancestry, the remote's refs; one process a question.

What objects hold is asked of `git_objects`, the remote through `git_remote`; `git_writer` and `git_draft` write.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from release_tools.adapters.git_objects import GitObjects
from release_tools.adapters.git_obstacles import concealed, overwritten
from release_tools.adapters.git_place import located, place_of
from release_tools.adapters.git_process import GitProcess
from release_tools.adapters.git_remote import GitRemote
from release_tools.adapters.git_walk import list_below, read_changes, read_log
from release_tools.domain.history.changes import Changes
from release_tools.domain.history.picks import read_fingerprints
from release_tools.domain.refs import (
    HEADS,
    REMOTES,
    TAGS,
    Blob,
    Refs,
    Signature,
    Tag,
    Worktree,
    WorktreeStatus,
    parse_signature,
)
from release_tools.errors import PreconditionFailed
from release_tools.record import record

REF_FORMAT = "%(refname)%00%(objectname)%00%(*objectname)%00%(symref)%00%(*objecttype)"

OPERATIONS = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or `git am`",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisection",
}
"""What stands in a git directory while an operation waits for its end."""


@record
class GitReader:
    """Questions to one repository; `network_timeout` bounds those that ask the remote, in seconds."""

    git: GitProcess
    objects: GitObjects
    network_timeout: float = 120.0

    def refs(self, remote: str | None) -> tuple[Refs, Mapping[str, str]]:
        """Return the local branches and tags, and the remote-tracking branches of `remote` by short name."""
        tracking = f"{REMOTES}{remote}/"
        out = self.git.run("for-each-ref", f"--format={REF_FORMAT}", HEADS, TAGS, *((tracking,) if remote else ())).text
        rows = [line.split("\0") for line in out.split("\n") if line]
        branches = {name.removeprefix(HEADS): sha for name, sha, *_ in rows if name.startswith(HEADS)}
        tags = {row[0].removeprefix(TAGS): _tag(self._peeled(row)) for row in rows if row[0].startswith(TAGS)}
        tracked = {
            name.removeprefix(tracking): sha
            for name, sha, _, symref, _ in rows
            if remote and name.startswith(tracking) and not symref
        }
        return Refs(branches=branches, tags=tags), tracked

    def remote_refs(self, remote: str) -> Refs:
        """Return the branches and tags that the remote has now."""
        return GitRemote(git=self.git, name=remote, timeout=self.network_timeout).refs()

    def remote_values(self, remote: str, names: Sequence[str]) -> Mapping[str, str]:
        """Return the objects that full ref names have at the remote now; absent names are left out."""
        return GitRemote(git=self.git, name=remote, timeout=self.network_timeout).values(names)

    def values(self, names: Sequence[str]) -> Mapping[str, str]:
        """Return the objects that full ref names have here; absent names are left out."""
        out = self.git.run("for-each-ref", "--format=%(refname)%00%(objectname)", *names).text
        values = dict(line.split("\0") for line in out.split("\n") if line)
        return {name: values[name] for name in names if name in values}

    def head(self, worktree: Path | None = None) -> str | None:
        """Return the branch that HEAD names, None while it is detached."""
        done = self._at(worktree).run("symbolic-ref", "--quiet", "HEAD", ok=(0, 1))
        return done.text.removeprefix(HEADS) if done.code == 0 else None

    def commit_of(self, name: str) -> str | None:
        """Return the commit that a revision names, None when there is none."""
        done = self.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", ok=(0, 1))
        return done.text if done.code == 0 else None

    def status(self, worktree: Path | None = None) -> WorktreeStatus:
        """Return the tracked files with changes, staged or not, and the unmerged ones."""
        options = ("--porcelain=v2", "-z", "--untracked-files=no", "--ignore-submodules=untracked")
        out = self._at(worktree).run("--no-optional-locks", "status", *options)
        fields = os.fsdecode(out.stdout).split("\0")
        changed = [row.split(" ", 8 if row[0] == "1" else 9)[-1] for row in fields if row[:2] in ("1 ", "2 ")]
        unmerged = [row.split(" ", 10)[-1] for row in fields if row[:2] == "u "]
        return WorktreeStatus(changed=tuple(changed), unmerged=tuple(unmerged))

    def operation(self, worktree: Path | None = None) -> str:
        """Return what is in progress in a worktree (`a rebase`), or nothing."""
        own = place_of(self._at(worktree)).own
        return next((name for entry, name in OPERATIONS.items() if (own / entry).exists()), "")

    def shallow(self) -> bool:
        """Return whether history is cut off here."""
        return place_of(self.git).shallow

    def worktrees(self) -> tuple[Worktree, ...]:
        """Return all working trees of the repository, this one among them."""
        out = os.fsdecode(self.git.run("worktree", "list", "--porcelain", "-z").stdout)
        blocks = (dict(line.partition(" ")[::2] for line in block.split("\0")) for block in out.split("\0\0") if block)
        return tuple(
            Worktree(
                path=located(self.git, block["worktree"]),
                head=block.get("HEAD", ""),
                branch=block["branch"].removeprefix(HEADS) if "branch" in block else None,
                gone="prunable" in block,
            )
            for block in blocks
            if "bare" not in block
        )

    def settings(self) -> Mapping[str, str]:
        """Return git's configuration, the last value of each key."""
        out = os.fsdecode(self.git.run("config", "--list", "-z").stdout)
        pairs = (entry.partition("\n") for entry in out.split("\0") if entry)
        # A key that stands alone, without `=`, is true.
        return {key: value if newline else "true" for key, newline, value in pairs}

    def signature(self, role: str) -> Signature | None:
        """Return who git would record as `AUTHOR` or `COMMITTER` now, None when git does not know."""
        done = self.git.run("var", f"GIT_{role}_IDENT", ok=(0, 128))
        if done.code:
            return None
        return parse_signature(done.text)

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, Blob]:
        """Return those of the files that stand in a commit, by path."""
        return self.objects.files(commit, paths)

    def named(self, commit: str, name: str) -> tuple[str, ...]:
        """Return the paths of a commit's files that have this base name, in git's order."""
        out = os.fsdecode(self.git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).stdout)
        return tuple(path for path in out.split("\0") if path.rpartition("/")[2] == name)

    def is_ancestor(self, old: str, new: str) -> bool:
        """Return whether `new` contains `old`."""
        return self.git.ask("merge-base", "--is-ancestor", old, new, ok=(0, 1)).code == 0

    def merge_base(self, one: str, other: str) -> str:
        """Return the best common ancestor of two commits, empty when they share no history."""
        done = self.git.ask("merge-base", one, other, ok=(0, 1))
        return done.text.partition("\n")[0]

    def ahead_behind(self, one: str, other: str) -> tuple[int, int]:
        """Return how many commits only `one` has and how many only `other` has."""
        if one == other:
            return 0, 0
        ahead, behind = self.git.ask("rev-list", "--left-right", "--count", f"{one}...{other}", "--").text.split()
        return int(ahead), int(behind)

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return the parents of a commit, in order."""
        return self.objects.parents(commit)

    def tree(self, commit: str) -> str:
        """Return the tree of a commit."""
        return self.objects.tree(commit)

    def author(self, commit: str) -> Signature:
        """Return who wrote a commit, and when."""
        return self.objects.author(commit)

    def message(self, commit: str) -> str:
        """Return the raw message of a commit; bytes that are no text survive as surrogates."""
        return self.objects.message(commit)

    def first_parent_containing(self, tip: str, commit: str) -> str:
        """Return the oldest commit on the first-parent line of `tip` that contains `commit`."""
        out = self.git.run("rev-list", "--first-parent", "--parents", tip, f"^{commit}", "--").text
        line = [row.split() for row in out.split("\n")]
        path = set(self.git.run("rev-list", "--ancestry-path", f"{commit}..{tip}", "--").text.split())
        inside = [row for row in line if row and row[0] in path]
        if not inside or inside[-1][1:2] == [commit]:
            return commit
        return inside[-1][0]

    def log(self, log_format: str, revisions: Sequence[str]) -> bytes:
        """Return `git log -z` of the revisions in topological order, in the given format."""
        return read_log(self.git, log_format, revisions)

    def changes(self, commits: Sequence[str], paths: Sequence[str]) -> Changes:
        """Return what the commits change at or below the paths, each against its first parent."""
        return read_changes(self.git, commits, paths)

    def fingerprints(self, commits: Sequence[str]) -> dict[str, str]:
        """Return what is the same for picks of one commit, for those that share header and date with another."""
        return read_fingerprints(lambda words, fed: self.git.run(*words, stdin=fed).stdout, commits)

    def below(self, commit: str, directory: str) -> tuple[str, ...]:
        """Return the paths of a commit's files below a directory, in git's order."""
        return list_below(self.git, commit, directory)

    def missing(self, objects: Sequence[str]) -> tuple[str, ...]:
        """Return those of the objects that are not here; `<name>^{commit}` asks for a commit."""
        return self.objects.missing(objects)

    def index_matches(self, commit: str, worktree: Path, paths: Sequence[str] = ()) -> bool:
        """Return whether the index of a worktree holds exactly the tree of a commit, or these paths of it."""
        asked = ("--literal-pathspecs", "diff-index", "--cached", "--quiet", commit, "--", *paths)
        return self._at(worktree).run(*asked, ok=(0, 1)).code == 0

    def untracked_in_the_way(self, old: str, new: str, worktree: Path) -> tuple[str, ...]:
        """Return the untracked files of a worktree that going from one commit to another would overwrite."""
        return overwritten(self._at(worktree), old, new)

    def concealed_changes(self, old: str, new: str, worktree: Path) -> tuple[str, ...]:
        """Return the files that differ between two commits and have edits which `git status` was told to overlook."""
        return concealed(self._at(worktree), old, new)

    def unsaved(self, worktree: Path) -> tuple[str, ...]:
        """Return every path of a worktree that no commit holds: changed, staged, or untracked and not ignored."""
        out = self._at(worktree).run("--no-optional-locks", "status", "--porcelain", "-z", "--untracked-files=all")
        return tuple(row[3:] for row in os.fsdecode(out.stdout).split("\0") if row)

    def _peeled(self, row: list[str]) -> list[str]:
        # for-each-ref peels one layer; a tag of a tag has more.
        if row[4] != "tag":
            return row
        return [*row[:2], self.objects.peeled(row[1]), *row[3:]]

    def _at(self, worktree: Path | None) -> GitProcess:
        if worktree is None or worktree == self.git.directory:
            return self.git
        if worktree == place_of(self.git).common:
            raise PreconditionFailed(
                f"Nothing says where the work tree of the git directory {worktree} is, and it must be looked at.",
                state="Nothing was changed.",
                todo="Run this in that work tree, or switch it to a branch that this does not change.",
            )
        return GitProcess(directory=worktree, timeout=self.git.timeout, environment=self.git.environment)


def _tag(row: list[str]) -> Tag:
    name, sha, peeled, *_ = row
    return Tag(name=name.removeprefix(TAGS), object=sha, commit=peeled or sha)
