"""Finishing: the topic's merge into main, the tag on that merge, the tag's merges into the other branches; drafted.

What is done already, here or by anybody else, is observed and left out; how a draft becomes a plan stands in
`publishing`.
"""

from collections.abc import Iterable

from release_tools.domain.refs import TAGS
from release_tools.domain.version import Version
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.edges import Conflict, Edge, draft_edge, find_merge
from release_tools.release.guards import Problem, Problems, guard_current
from release_tools.release.preparing import prepare
from release_tools.release.requests import Request, request_carry, request_merge
from release_tools.release.state import BranchState, RepositoryState


@record
class Finish:
    """What is to be finished: the version, the commit that its branch ends at, and what the tag says."""

    version: Version
    source: str
    words: str
    """How the topic is called in the merge's message: its branch name."""
    message: str
    """Of the annotated tag."""
    redate: bool = True
    """Whether the changelog's section takes today's date; while pull requests are awaited it keeps its own."""


@record
class FinishDraft:
    """A drafted finish: edges to push and merges to request, the tag, or the conflict at which drafting stopped."""

    version: Version
    tag: str
    target: str = ""
    """The commit that the tag is on: main's merge of the topic; empty while that merge is awaited."""
    tag_object: str = ""
    edges: tuple[Edge, ...] = ()
    requests: tuple[Request, ...] = ()
    conflict: Conflict | None = None

    @property
    def made(self) -> tuple[str, ...]:
        """Return the objects that refs will name, the tag last."""
        edges = (*self.edges, *(request.head for request in self.requests))
        return tuple(dict.fromkeys((*(e.new for e in edges if e.new != e.old), *filter(None, (self.tag_object,)))))


def guard_finish(state: RepositoryState, draft: FinishDraft) -> Problems:
    """Return what keeps a drafted finish from being planned: a tag elsewhere, commits that nobody else has."""
    problems = []
    existing = state.tags.get(draft.tag)
    if existing and draft.target and existing.commit != draft.target:
        failed = (
            f"The tag {draft.tag} is on {existing.commit[:10]}, not on {state.main.name}'s merge {draft.target[:10]}."
        )
        todo = (
            f"Look with `git show {draft.tag}`; if it is wrong, delete it here and at the remote, then run this again."
        )
        problems.append(Problem(failed=failed, todo=todo))
    for edge in draft.edges:
        unpushed = edge.branch.local and not edge.branch.remote and state.remote
        if unpushed or (edge.branch.ahead and edge.branch.local != edge.new):
            problems.extend(guard_current(state, edge.branch))
    return tuple(problems)


def draft_finish(
    bench: Bench,
    state: RepositoryState,
    finish: Finish,
    carried_to: Iterable[BranchState],
    *,
    resolved: tuple[str, ...] = (),
) -> FinishDraft:
    """Return the finish of a topic whose source main may contain already; its tag is `carried_to` other branches."""
    version, source = finish.version, finish.source
    tag = version.tag_name(bench.config.version.tag_prefix)
    existing = state.tags.get(tag)
    merged = bench.reader.is_ancestor(source, state.main.remote or state.main.local)
    by_hand = find_merge(bench, state.main, source, resolved)
    # What is tagged or merged already is a fact: its changelog stays as it is.
    settled = merged or existing or by_hand
    final = source if settled else prepare(bench, state, source, version, resolved, redate=finish.redate)
    main = draft_edge(bench, state.main, final, f"Merge branch '{finish.words}'", version=version, resolved=resolved)
    if isinstance(main, Conflict):
        return FinishDraft(version=version, tag=tag, conflict=main)
    if main.new != main.old and state.is_protected(state.main.name):
        return _requested(bench, state, final, finish, tag)
    target = bench.reader.first_parent_containing(main.old, source) if merged else main.new
    if existing and state.remote and bench.reader.missing((existing.object,)):
        bench.draft.fetch(state.remote, (TAGS + tag,))
    tag_object = existing.object if existing else bench.draft.tag(tag, target, finish.message)
    done = FinishDraft(version=version, tag=tag, target=target, tag_object=tag_object, edges=(main,))
    return draft_carries(bench, state, done, carried_to, resolved=resolved)


def draft_carries(
    bench: Bench,
    state: RepositoryState,
    draft: FinishDraft,
    branches: Iterable[BranchState],
    *,
    resolved: tuple[str, ...] = (),
) -> FinishDraft:
    """Return the draft with its tag carried to more branches: as edges, or as requests where nobody may push."""
    edges, requests = list(draft.edges), []
    for branch in branches:
        end = _carry(bench, state, draft, branch, resolved)
        if isinstance(end, Conflict):
            return FinishDraft(version=draft.version, tag=draft.tag, conflict=end)
        if isinstance(end, Request):
            requests.append(end)
        else:
            edges.append(end)
    return FinishDraft(
        version=draft.version,
        tag=draft.tag,
        target=draft.target,
        tag_object=draft.tag_object,
        edges=tuple(edges),
        requests=tuple(requests),
    )


def _carry(
    bench: Bench, state: RepositoryState, draft: FinishDraft, branch: BranchState, resolved: tuple[str, ...]
) -> Edge | Request | Conflict:
    done = bench.reader.is_ancestor(draft.target, branch.remote or branch.local)
    if state.is_protected(branch.name) and not done:
        return request_carry(
            bench, state, branch, draft.tag, source=draft.target, version=draft.version, resolved=resolved
        )
    words = f"Merge tag '{draft.tag}' into {branch.name}"
    edge = draft_edge(bench, branch, draft.target, words, version=draft.version, resolved=resolved)
    if isinstance(edge, Conflict) and bench.forge and state.remote:
        return request_carry(bench, state, branch, draft.tag, source=draft.target, version=draft.version)
    return edge


def _requested(bench: Bench, state: RepositoryState, final: str, finish: Finish, tag: str) -> FinishDraft:
    """Return a draft that ends where main's merge of the topic is awaited: the tag and the rest come after it."""
    assert state.topic is not None
    request = request_merge(bench, state, state.topic, final, version=finish.version)
    if isinstance(request, Conflict):
        return FinishDraft(version=finish.version, tag=tag, conflict=request)
    return FinishDraft(version=finish.version, tag=tag, requests=(request,))
