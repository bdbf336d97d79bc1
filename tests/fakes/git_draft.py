"""The draft of a repository in memory: its objects are the repository's only once they are adopted.

Nothing but the draft's own objects is changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fakes.graph import FakeCommit, FakeTag, FakeTree, Graph, Stored
from fakes.merging import merged, merged_on
from fakes.repository import FakeRepository
from fakes.text_merging import merge_lines
from release_tools.domain.refs import Blob, Merge, Signature
from release_tools.errors import ToolFailed


@dataclass(frozen=True)
class FakeGitDraft:
    """Makes objects in a graph whose first part is the draft's own; a file in `objects` tells that some are there."""

    repository: FakeRepository
    graph: Graph
    objects: Path

    def fetch(self, remote: str, names: tuple[str, ...], /) -> None:
        """Bring the objects behind full ref names of the remote into the draft."""
        for stored in self.repository.fetched(remote, names).values():
            self._add(stored)

    def tree(self, base: str, files: Mapping[str, Blob | None], /) -> str:
        """Return the tree of `base` (a commit or tree) with files put in their place; None takes one away."""
        whole = self.graph.files(base) | dict(files)
        return self._add_tree({path: blob for path, blob in whole.items() if blob is not None})

    def commit(self, tree: str, parents: tuple[str, ...], message: str, /, *, author: Signature | None = None) -> str:
        """Return a commit of `tree` with the draft's identities and dates; `author` keeps another's authorship."""
        writer, committer = author or self.repository.author, str(self.repository.committer)
        return self._add(FakeCommit(tree=tree, parents=parents, message=message, author=writer, by=committer))

    def merge(self, ours: str, theirs: str, /) -> Merge:
        """Return what merging file by file would make of the trees."""
        files, conflicts = merged(self.graph, ours, theirs)
        return Merge(tree=self._add_tree(files), conflicts=conflicts)

    def pick(self, commit: str, onto: str, /) -> Merge:
        """Return what cherry-picking a commit onto another would make, file by file."""
        parents = self.graph.commit(commit).parents
        if len(parents) > 1:
            raise ToolFailed(f"{commit} is a merge, which cannot be picked.")
        base = self.graph.files(parents[0]) if parents else {}
        files, conflicts = merged_on(base, self.graph.files(onto), self.graph.files(commit))
        return Merge(tree=self._add_tree(files), conflicts=conflicts)

    def merge_bases(self, ours: str, theirs: str, /) -> tuple[str, ...]:
        """Return the best common ancestors of two commits: none without a common history, or one, or several."""
        both = set(self.graph.reachable(ours)) & set(self.graph.reachable(theirs))
        below = {one for one in both for other in both if one != other and self.graph.contains(other, one)}
        return tuple(sorted(both - below))

    def stand_in(self, tree: str, parents: tuple[str, ...], /) -> str:
        """Return a commit of a tree to merge against, which nothing will ever name."""
        return self._add(FakeCommit(tree=tree, parents=parents, message="stand-in\n"))

    def merge_text(self, base: bytes, ours: bytes, theirs: bytes, /) -> tuple[bytes, bool]:
        """Return what merging line by line makes of one file's texts, and whether there was no conflict."""
        return merge_lines(base, ours, theirs)

    def tag(self, name: str, commit: str, message: str, /) -> str:
        """Return an annotated tag object."""
        self.graph.commit(commit)
        return self._add(FakeTag(commit=commit, name=name, message=message, by=str(self.repository.committer)))

    def _add_tree(self, files: Mapping[str, Blob]) -> str:
        return self._add(FakeTree(tuple(sorted(files.items()))))

    def _add(self, stored: Stored) -> str:
        (self.objects / "drafted").touch()
        return self.graph.add(stored)
