"""The forge in memory around a repository in memory: its branches are the remote's, its merges are commits there.

What a forge does otherwise stands in `forge`.
"""

from dataclasses import dataclass, field, replace

from fakes.forge import FakeForge
from fakes.graph import FakeCommit
from fakes.merging import merged
from fakes.repository import FakeRepository
from release_tools.domain.forge.request import ChangeRequest, MergeMethod, RequestState
from release_tools.domain.refs import HEADS, TAGS


@dataclass
class FakeForgeOnGit(FakeForge):
    """A forge whose branches are those of a bare repository."""

    remote: FakeRepository = field(default=None)  # type: ignore[assignment]

    def open_request(self, head: str, base: str, title: str, body: str, /) -> ChangeRequest:
        """Open a request of two branches."""
        self._read_branches()
        return super().open_request(head, base, title, body)

    def merge_request(self, number: int, commit: str, method: MergeMethod, message: str, /) -> str:
        """Merge as super does, and with a commit: of both parents, or of one."""
        found = self.request(number)
        old = self.branches[found.base][-1]
        super().merge_request(number, commit, method, message)
        files, conflicts = merged(self.remote.graph, old, commit)
        assert not conflicts
        parents = (old, commit) if method == "merge" else (old,)
        words = message or f"Merge pull request #{number} from team/{found.head}\n\n{found.title}\n"
        new = self.remote.graph.add(FakeCommit(tree=self.remote.graph.add_tree(files), parents=parents, message=words))
        self.remote.refs[HEADS + found.base] = new
        self.changes[number] = replace(self.changes[number], state=RequestState.MERGED, merged_as=new)
        return new

    def commit_at(self, ref: str) -> str:
        """Return the commit of a tag or a branch."""
        found = self.remote.refs.get(TAGS + ref) or self.remote.refs[HEADS + ref]
        return self.remote.graph.peeled(found)

    def _follow(self) -> None:
        self._read_branches()
        super()._follow()

    def _read_branches(self) -> None:
        graph, rows = self.remote.graph, self.remote.refs.items()
        tips = {name.removeprefix(HEADS): sha for name, sha in rows if name.startswith(HEADS)}
        self.branches = {name: tuple(reversed(tuple(graph.reachable(sha)))) for name, sha in tips.items()}
        pairs = [(one, other) for one in tips for other in tips if one != other]
        self.conflicting = {pair for pair in pairs if merged(graph, tips[pair[1]], tips[pair[0]])[1]}
