"""The reader of a repository in memory.

It knows as much of git as planners and steps ask, and refuses what they never ask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fakes.graph import FakeCommit, FakeTag, Graph
from fakes.repository import FakeRepository
from release_tools.domain.history.changes import Change, Changes
from release_tools.domain.history.log import LOG_FORMAT, NAME_FORMAT
from release_tools.domain.refs import HEADS, REMOTES, TAGS, Blob, Refs, Signature, Tag, Worktree, WorktreeStatus


@dataclass(frozen=True)
class FakeGitReader:
    """Answers from memory; `graph` holds a draft's objects as well where the reader may see them."""

    repository: FakeRepository
    graph: Graph

    def refs(self, remote: str | None, /) -> tuple[Refs, Mapping[str, str]]:
        """Return the local branches and tags, and the remote-tracking branches of `remote` by short name."""
        space = f"{REMOTES}{remote}/"
        tracked = {name.removeprefix(space): sha for name, sha in self._refs(space) if remote}
        return _split(self.repository), tracked

    def remote_refs(self, remote: str, /) -> Refs:
        """Return the branches and tags that the remote has now."""
        return _split(self.repository.remote(remote))

    def remote_values(self, remote: str, names: Sequence[str], /) -> Mapping[str, str]:
        """Return the objects that full ref names have at the remote now; absent names are left out."""
        there = self.repository.remote(remote).refs
        return {name: there[name] for name in names if name in there}

    def values(self, names: Sequence[str], /) -> Mapping[str, str]:
        """Return the objects that full ref names have here; absent names are left out."""
        return {name: self.repository.refs[name] for name in names if name in self.repository.refs}

    def head(self, worktree: Path | None = None, /) -> str | None:
        """Return the branch that HEAD names, None while it is detached."""
        return self.repository.worktree(worktree).branch

    def commit_of(self, name: str, /) -> str | None:
        """Return the commit that a revision names, None when there is none."""
        tree = self.repository.main_worktree
        spaces = ("", TAGS, HEADS, REMOTES)
        named = {"HEAD": self.repository.head(tree)} | {
            key.removeprefix(space): sha for space in reversed(spaces) for key, sha in self._refs(space)
        }
        sha = named.get(name, name)
        return self.graph.peeled(sha) if sha in self.graph.objects else None

    def status(self, worktree: Path | None = None, /) -> WorktreeStatus:
        """Return the tracked files with changes, staged or not, and the unmerged ones."""
        tree = self.repository.worktree(worktree)
        head = self.repository.head(tree)
        committed = self.graph.files(head) if head else {}
        paths = sorted({*committed, *tree.index} - set(tree.unmerged))
        changed = [
            path
            for path in paths
            if committed.get(path) != tree.index.get(path) or tree.files.get(path) != tree.index.get(path)
        ]
        return WorktreeStatus(changed=tuple(changed), unmerged=tree.unmerged)

    def operation(self, worktree: Path | None = None, /) -> str:
        """Return what is in progress in a worktree; only merges are known in memory."""
        return "a merge" if self.repository.worktree(worktree).merging else ""

    def shallow(self) -> bool:
        """Return whether history is cut off here."""
        return self.repository.shallow

    def worktrees(self) -> tuple[Worktree, ...]:
        """Return all working trees of the repository, this one among them."""
        return tuple(
            Worktree(path=str(tree.path), branch=tree.branch, head=self.repository.head(tree))
            for tree in self.repository.worktrees
        )

    def settings(self) -> Mapping[str, str]:
        """Return git's configuration, the last value of each key."""
        return dict(self.repository.settings)

    def signature(self, role: str, /) -> Signature | None:
        """Return who git would record as `AUTHOR` or `COMMITTER` now, None when git does not know."""
        return {"AUTHOR": self.repository.author, "COMMITTER": self.repository.committer}[role]

    def files(self, commit: str, paths: Sequence[str], /) -> Mapping[str, Blob]:
        """Return those of the files that stand in a commit, by path."""
        return {path: blob for path, blob in self.graph.files(commit).items() if path in paths}

    def named(self, commit: str, name: str, /) -> tuple[str, ...]:
        """Return the paths of a commit's files that have this base name, in git's order."""
        return tuple(sorted(path for path in self.graph.files(commit) if path.rpartition("/")[2] == name))

    def is_ancestor(self, old: str, new: str, /) -> bool:
        """Return whether `new` contains `old`."""
        return self.graph.contains(new, old)

    def merge_base(self, one: str, other: str, /) -> str:
        """Return the best common ancestor of two commits, empty when they share no history."""
        return self.graph.merge_base(one, other)

    def ahead_behind(self, one: str, other: str, /) -> tuple[int, int]:
        """Return how many commits only `one` has and how many only `other` has."""
        mine, others = set(self.graph.reachable(one)), set(self.graph.reachable(other))
        return len(mine - others), len(others - mine)

    def parents(self, commit: str, /) -> tuple[str, ...]:
        """Return the parents of a commit, in order."""
        return self.graph.commit(commit).parents

    def tree(self, commit: str, /) -> str:
        """Return the tree of a commit."""
        return self.graph.commit(commit).tree

    def author(self, commit: str, /) -> Signature:
        """Return who wrote a commit, and when."""
        found = self.graph.commit(commit).author or self.repository.author
        assert found is not None
        return found

    def message(self, commit: str, /) -> str:
        """Return the raw message of a commit."""
        return self.graph.commit(commit).message

    def first_parent_containing(self, tip: str, commit: str, /) -> str:
        """Return the oldest commit on the first-parent line of `tip` that contains `commit`."""
        line = self.graph.reachable(tip, first_parent=True)
        return [one for one in line if self.graph.contains(one, commit)][-1]

    def log(self, log_format: str, revisions: Sequence[str], /) -> bytes:
        """Return the log of the revisions in topological order; two formats and three options are known."""
        assert log_format in (LOG_FORMAT, NAME_FORMAT), "the fake prints two formats"
        options = {one for one in revisions if one.startswith("--")}
        assert options <= {"--first-parent", "--merges", "--no-merges"}, options
        hidden = {c for one in revisions if one.startswith("^") for c in self.graph.reachable(one[1:])}
        starts = [one for one in revisions if not one.startswith(("--", "^"))]
        rows = []
        for sha in self.graph.reachable(*starts, first_parent="--first-parent" in options):
            commit = self.graph.commit(sha)
            wanted = {"--merges": len(commit.parents) > 1, "--no-merges": len(commit.parents) < 2}
            if sha not in hidden and all(fits for option, fits in wanted.items() if option in options):
                rest = f"{' '.join(commit.parents)}\0{commit.message}\0" if log_format == LOG_FORMAT else ""
                rows.append(f"{sha}\0{rest}")
        return "".join(rows).encode()

    def changes(self, commits: Sequence[str], paths: Sequence[str], /) -> Changes:
        """Return what the commits change at or below the paths, each against its first parent."""
        found: dict[str, tuple[Change, ...]] = {}
        for name in commits:
            parents = self.graph.commit(name).parents
            old, new = self.graph.files(parents[0]) if parents else {}, self.graph.files(name)
            told = sorted(path for path in {*old, *new} if old.get(path) != new.get(path))
            inside = [path for path in told if any(path == one or path.startswith(f"{one}/") for one in paths)]
            letters = ("A" if path not in old else "D" if path not in new else "M" for path in inside)
            if inside:
                found[name] = tuple(map(Change, letters, inside))
        return found

    def fingerprints(self, commits: Sequence[str], /) -> dict[str, str]:
        """Return what is the same for picks of one commit, for those that share header and date with another."""
        authors = {name: self.graph.commit(name).author for name in commits}
        dates = {name: author.epoch if author else 0 for name, author in authors.items()}
        alike = [name for name in commits if list(dates.values()).count(dates[name]) > 1]
        return {name: f"{dates[name]} {told}" for name in alike if (told := self._change(name))}

    def _change(self, name: str) -> str:
        parents = self.graph.commit(name).parents
        old, new = self.graph.files(parents[0]) if parents else {}, self.graph.files(name)
        told = [(path, old.get(path), new.get(path)) for path in sorted({*old, *new}) if old.get(path) != new.get(path)]
        return str(told) if told else ""

    def below(self, commit: str, directory: str, /) -> tuple[str, ...]:
        """Return the paths of a commit's files below a directory, in git's order."""
        return tuple(sorted(path for path in self.graph.files(commit) if path.startswith(f"{directory}/")))

    def missing(self, objects: Sequence[str], /) -> tuple[str, ...]:
        """Return those of the objects that are not here; `<name>^{commit}` asks for a commit."""
        return tuple(name for name in objects if not self._is_here(*name.partition("^{commit}")[:2]))

    def _is_here(self, sha: str, wanted: str) -> bool:
        found = self.graph.objects.get(sha)
        return found is not None and (not wanted or isinstance(found, FakeCommit))

    def index_matches(self, commit: str, worktree: Path, paths: Sequence[str] = (), /) -> bool:
        """Return whether the index of a worktree holds exactly the tree of a commit, or these paths of it."""
        tree, files = self.repository.worktree(worktree), self.graph.files(commit)
        if not paths:
            return tree.index == files
        return all(tree.index.get(path) == files.get(path) and path not in tree.unmerged for path in paths)

    def unsaved(self, worktree: Path, /) -> tuple[str, ...]:
        """Everything is in a commit: nobody edits files in this memory."""
        return ()

    def concealed_changes(self, old: str, new: str, worktree: Path, /) -> tuple[str, ...]:
        """Nothing can be concealed from this git."""
        return ()

    def untracked_in_the_way(self, old: str, new: str, worktree: Path, /) -> tuple[str, ...]:
        """Return the untracked files of a worktree that going from one commit to another would overwrite."""
        tree = self.repository.worktree(worktree)
        added = set(self.graph.files(new)) - set(self.graph.files(old))
        untracked = tree.files.keys() - tree.index.keys()
        return tuple(
            sorted(path for path in untracked if path in added or any(one.startswith(f"{path}/") for one in added))
        )

    def _refs(self, space: str) -> list[tuple[str, str]]:
        return [(name, sha) for name, sha in self.repository.refs.items() if name.startswith(space)]


def _split(repository: FakeRepository) -> Refs:
    rows = repository.refs.items()
    return Refs(
        branches={name.removeprefix(HEADS): sha for name, sha in rows if name.startswith(HEADS)},
        tags={
            name.removeprefix(TAGS): Tag(name=name.removeprefix(TAGS), object=sha, commit=_commit(repository, sha))
            for name, sha in rows
            if name.startswith(TAGS)
        },
    )


def _commit(repository: FakeRepository, sha: str) -> str:
    found = repository.graph.objects.get(sha)
    return found.commit if isinstance(found, FakeTag) else sha
