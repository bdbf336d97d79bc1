"""A request: a merge that only a pull request can bring about, since the remote lets nobody push to its base.

The branch that is to be merged is drafted here, in the shape in which a forge's own merge gives the right files.
"""

from collections.abc import Iterator
from dataclasses import replace

from release_tools.domain.history.log import LOG_FORMAT
from release_tools.domain.refs import HEADS
from release_tools.domain.version import Version
from release_tools.engine.plan import Await
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.edges import Conflict, Edge, draft_edge
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.topics import name_topic

CARRIER = "back-merge"
"""The kind of the branches that carry a tag to a protected branch."""

BY_MERGE = "with a merge commit (no squash, no rebase)"


@record
class Request:
    """A pull request that somebody has to open and merge: its head, as an edge of that branch, and its base."""

    head: Edge
    base: str
    base_commit: str = ""
    """Where the base is now."""
    conflicts: tuple[str, ...] = ()
    """Files that a person has to resolve on the head before it can be merged."""


def request_merge(
    bench: Bench, state: RepositoryState, topic: BranchState, final: str, *, version: Version
) -> Request | Conflict:
    """Return the request to merge a topic whose last commit is `final` into main.

    Where git's own merge would conflict or differ from the one by rule, main is merged into the topic first.
    """
    main = state.main.remote or state.main.local
    head = replace(topic, local=final, remote=final if topic.remote else "")
    edge = draft_edge(bench, head, main, f"Merge branch '{state.main.name}' into {topic.name}", version=version)
    if isinstance(edge, Conflict):
        return edge
    plain = bench.draft.merge(main, final)
    same = not plain.conflicts and plain.tree == bench.reader.tree(edge.new)
    new = final if same else edge.new
    return Request(head=Edge(branch=topic, old=topic.remote, new=new), base=state.main.name, base_commit=main)


def request_carry(
    bench: Bench,
    state: RepositoryState,
    branch: BranchState,
    tag: str,
    *,
    source: str,
    version: Version,
    resolved: tuple[str, ...] = (),
) -> Request | Conflict:
    """Return the request to merge a tag into a branch: by a branch of its own, a standing one brought up to date."""
    carrier, base = _carrier(bench, state, tag, branch.name), branch.remote or branch.local
    if carrier.remote and bench.reader.is_ancestor(source, carrier.remote):
        standing = _brought_up(bench, carrier, branch, version)
        if standing or _worked_on(bench, carrier, branch, source):
            head = Edge(branch=carrier, old=carrier.remote, new=standing or carrier.remote)
            return Request(head=head, base=branch.name, base_commit=base)
    words = f"Merge tag '{tag}' into {branch.name}"
    edge = draft_edge(bench, branch, source, words, version=version, resolved=resolved)
    if isinstance(edge, Conflict):
        # With a forge nobody is stranded: the tag itself is asked to be merged, and the conflicts are told there.
        known = carrier.remote and bench.reader.is_ancestor(source, carrier.remote)
        head = Edge(branch=carrier, old=carrier.remote, new=carrier.remote if known else source)
        told = Request(head=head, base=branch.name, base_commit=base, conflicts=edge.paths)
        return told if bench.forge and (known or not carrier.remote) else edge
    # What stands there is an earlier merge of the two and no more: as a parent it keeps the push a fast-forward.
    over = (carrier.remote, edge.new)
    new = bench.draft.commit(bench.reader.tree(edge.new), over, words + "\n") if carrier.remote else edge.new
    return Request(head=Edge(branch=carrier, old=carrier.remote, new=new), base=branch.name, base_commit=base)


def carrier_name(bench: Bench, tag: str, base: str) -> str:
    """Return the name of the branch that carries a tag to a protected branch."""
    return name_topic(bench.config, CARRIER, f"{tag}-into-{base}").name


def carriers(bench: Bench, state: RepositoryState, tag: str) -> Iterator[BranchState]:
    """Yield the branches at the remote that were made to carry a tag."""
    start = carrier_name(bench, tag, "x")[:-1]
    for name, sha in state.there.branches.items():
        if name.startswith(start):
            yield BranchState(name=name, remote=sha)


def render_requests(requests: tuple[Request, ...], *, again: str, how: str = BY_MERGE) -> Await:
    """Return what is awaited and what a person types to bring it about without a forge's help."""
    lines = [f"{request.head.branch.name} into {request.base}" for request in requests]
    todo = [
        f"Open a pull request for each, and merge it {how}:",
        *(f"  base {request.base}, head {request.head.branch.name}" for request in requests),
        f"Then type `release-tools continue` here, or `{again}` in any clone.",
    ]
    return Await(condition=f"Waiting for a pull request to be merged: {'; '.join(lines)}.", todo="\n".join(todo))


def _carrier(bench: Bench, state: RepositoryState, tag: str, base: str) -> BranchState:
    name = carrier_name(bench, tag, base)
    there = state.there.branches.get(name, "")
    if there and bench.reader.missing((there,)):
        bench.draft.fetch(state.remote or "", (HEADS + name,))
    return BranchState(name=name, remote=there)


def _brought_up(bench: Bench, carrier: BranchState, branch: BranchState, version: Version) -> str:
    """Return the carrier's own tip, or with its base merged into it where git's merge would conflict or differ.

    Nothing when only a person can make that merge.
    """
    base = branch.remote or branch.local
    words = f"Merge branch '{branch.name}' into {carrier.name}"
    again = draft_edge(bench, carrier, base, words, version=version)
    if isinstance(again, Conflict):
        return ""
    plain = bench.draft.merge(base, carrier.remote)
    same = not plain.conflicts and plain.tree == bench.reader.tree(again.new)
    return carrier.remote if same else again.new


def _worked_on(bench: Bench, carrier: BranchState, branch: BranchState, source: str) -> bool:
    """Return whether the carrier has commits of a person's, which are that person's to merge."""
    known = (f"^{source}", f"^{branch.remote or branch.local}")
    return bool(bench.reader.log(LOG_FORMAT, ("--no-merges", carrier.remote, *known)))
