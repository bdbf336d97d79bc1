"""A repository in memory: trees, commits, tags and what can be asked of their graph.

No ref, worktree or remote is known here, and no port.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from hashlib import sha1

from release_tools.domain.refs import Blob, Signature
from release_tools.errors import ToolFailed

Files = dict[str, Blob]


@dataclass(frozen=True)
class FakeCommit:
    """A commit: the name of its tree, its parents in order, its message."""

    tree: str
    parents: tuple[str, ...]
    message: str
    author: Signature | None = None
    by: str = ""


@dataclass(frozen=True)
class FakeTag:
    """An annotated tag of a commit."""

    commit: str
    name: str
    message: str
    by: str = ""


@dataclass(frozen=True)
class FakeTree:
    """The files of a commit, sorted by path."""

    rows: tuple[tuple[str, Blob], ...]


Stored = FakeCommit | FakeTag | FakeTree


@dataclass(frozen=True)
class Graph:
    """Objects by name; the mapping may be a chain of a draft's own objects and the repository's."""

    objects: MutableMapping[str, Stored]

    def add(self, stored: Stored) -> str:
        """Store an object and return its name."""
        name = sha1(repr(stored).encode()).hexdigest()
        self.objects[name] = stored
        return name

    def add_tree(self, files: Mapping[str, Blob]) -> str:
        """Store a tree and return its name."""
        return self.add(FakeTree(tuple(sorted(files.items()))))

    def commit(self, name: str) -> FakeCommit:
        """Return a commit, through a tag if need be; `ToolFailed` when there is none."""
        found = self.objects.get(name)
        if isinstance(found, FakeTag):
            return self.commit(found.commit)
        if not isinstance(found, FakeCommit):
            raise ToolFailed(f"{name} is no commit here.")
        return found

    def peeled(self, name: str) -> str:
        """Return the commit behind a tag; any other object is returned as it is."""
        found = self.objects.get(name)
        return found.commit if isinstance(found, FakeTag) else name

    def files(self, name: str) -> Files:
        """Return the files of a commit or tree."""
        found = self.objects.get(name)
        tree = found if isinstance(found, FakeTree) else self.objects.get(self.commit(name).tree)
        assert isinstance(tree, FakeTree)
        return dict(tree.rows)

    def reachable(self, *starts: str, first_parent: bool = False) -> Iterator[str]:
        """Yield the commits that the given ones contain, children before parents."""
        order: list[str] = []
        seen: set[str] = set()

        def visit(name: str) -> None:
            if name in seen:
                return
            seen.add(name)
            parents = self.commit(name).parents
            for parent in parents[:1] if first_parent else parents:
                visit(parent)
            order.append(name)

        for start in reversed(starts):
            visit(self.peeled(start))
        return reversed(order)

    def contains(self, new: str, old: str) -> bool:
        """Return whether `new` contains `old`."""
        self.commit(old)
        return self.peeled(old) in set(self.reachable(new))

    def merge_base(self, one: str, other: str) -> str:
        """Return a common ancestor that contains every other one on its way, empty when there is none."""
        mine = set(self.reachable(one))
        return next((name for name in self.reachable(other) if name in mine), "")

    def closure(self, name: str) -> set[str]:
        """Return every object that one needs, itself among them."""
        found = self.objects.get(name)
        if isinstance(found, FakeTag):
            return {name} | self.closure(found.commit)
        return {part for sha in self.reachable(name) for part in (sha, self.commit(sha).tree)}
