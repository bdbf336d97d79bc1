"""Finishing a release: its merge into main, the tag on that merge, the tag's merge into develop; drafted, then planned.

What is done already, here or by anybody else, is observed and left out of the plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from release_tools.domain.refs import ABSENT, HEADS, REMOTES, TAGS, RefUpdate
from release_tools.domain.version import Version
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.release.bench import Bench
from release_tools.release.edges import Conflict, Edge, draft_edge, find_merge
from release_tools.release.guards import Problem, Problems, guard_current
from release_tools.release.landing import landing_steps, needs_landing
from release_tools.release.section import write_section
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.merges import CloseWorktree
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishDraft:
    """A drafted finish: the edges and the tag, or the conflict at which drafting stopped."""

    version: Version
    tag: str
    target: str = ""
    """The commit that the tag is on: main's merge of the release."""
    tag_object: str = ""
    edges: tuple[Edge, ...] = ()
    conflict: Conflict | None = None

    @property
    def made(self) -> tuple[str, ...]:
        """Return the objects that refs will name, the tag last."""
        return tuple(dict.fromkeys((*(edge.new for edge in self.edges if edge.new != edge.old), self.tag_object)))


def guard_finish(state: RepositoryState, draft: FinishDraft) -> Problems:
    """Return what keeps a drafted finish from being planned: a tag elsewhere, commits that nobody else has."""
    problems = []
    existing = state.tags.get(draft.tag)
    if existing and existing.commit != draft.target:
        failed = f"The tag {draft.tag} is on {existing.commit[:10]}, not on main's merge {draft.target[:10]}."
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
    bench: Bench, state: RepositoryState, version: Version, source: str, *, resolved: tuple[str, ...] = ()
) -> FinishDraft:
    """Return the finish of the release whose branch ends at `source`, a commit that main may contain already."""
    tag = version.tag_name(bench.config.version.tag_prefix)
    existing = state.tags.get(tag)
    merged = bench.reader.is_ancestor(source, state.main.remote or state.main.local)
    by_hand = find_merge(bench, state.main, source, resolved)
    # What is tagged or merged already is a fact: its changelog stays as it is.
    final = source if merged or existing or by_hand else _dated(bench, state, source, version, resolved)
    name = state.release.name if state.release else bench.config.flow["release"].pattern.format(version=version)
    main = draft_edge(bench, state.main, final, f"Merge branch '{name}'", version=version, resolved=resolved)
    if isinstance(main, Conflict):
        return FinishDraft(version=version, tag=tag, conflict=main)
    target = bench.reader.first_parent_containing(main.old, source) if merged else main.new
    if existing and state.remote and bench.reader.missing((existing.object,)):
        bench.draft.fetch(state.remote, (TAGS + tag,))
    message = bench.config.release.tag_message.format(version=version) + "\n"
    tag_object = existing.object if existing else bench.draft.tag(tag, target, message)
    edges = [main]
    if state.develop:
        words = f"Merge tag '{tag}' into {state.develop.name}"
        develop = draft_edge(bench, state.develop, target, words, version=version, resolved=resolved)
        if isinstance(develop, Conflict):
            return FinishDraft(version=version, tag=tag, conflict=develop)
        edges.append(develop)
    return FinishDraft(version=version, tag=tag, target=target, tag_object=tag_object, edges=tuple(edges))


def plan_finish(state: RepositoryState, draft: FinishDraft, objects: Path, *, worktrees: tuple[str, ...] = ()) -> Plan:
    """Return the plan that makes a draft without conflict real; `worktrees` of merges are removed at the end."""
    remote = tuple(_remote_updates(state, draft))
    local = tuple(_local_updates(state, draft))
    steps: list[Step[World]] = []
    if remote or local:
        steps.append(AdoptObjects(source=str(objects), tips=draft.made))
    no_return = len(steps) or None
    if state.remote and remote:
        steps.append(PushRefs(remote=state.remote, updates=remote))
    if local or remote:
        mirrors = tuple(_mirrors(state, remote))
        steps.append(UpdateRefs(updates=local, mirrors=mirrors, reason=f"release-tools: finish {draft.tag}"))
    steps.extend(landing_steps(state, {edge.branch.name: edge.new for edge in draft.edges}))
    steps.extend(CloseWorktree(path=path) for path in worktrees)
    ends = ", ".join(f"{edge.branch.name} {edge.old[:10]}→{edge.new[:10]}" for edge in draft.edges)
    unpushed = tuple(_unpushed(state, draft))
    return Plan(
        title=f"finish release {draft.version}",
        steps=tuple(steps),
        notes=(*unpushed, f"tag {draft.tag} on {state.main.name}; {ends}", *_behind(state)),
        no_return=no_return,
    )


def _dated(bench: Bench, state: RepositoryState, source: str, version: Version, resolved: tuple[str, ...]) -> str:
    """Return `source`, or one commit more where the changelog section must still be brought up to date."""
    files = write_section(bench, state, source, version, into=state.main.remote or state.main.local)
    if not files:
        return source
    # A person may have resolved a merge of the commit that an earlier draft made here; that one is then taken again.
    branches = {branch.local for branch in (state.main, state.develop) if branch}
    earlier = (commit for commit in resolved if commit not in branches and bench.reader.parents(commit) == (source,))
    message = f"docs: update the changelog of {version}\n"
    return next(earlier, "") or bench.draft.commit(bench.draft.tree(source, files), (source,), message)


def _remote_updates(state: RepositoryState, draft: FinishDraft) -> Iterator[RefUpdate]:
    if not state.remote:
        return
    yield from (RefUpdate(HEADS + e.branch.name, e.old, e.new) for e in draft.edges if e.new != e.old)
    if draft.tag not in state.there.tags:
        yield RefUpdate(TAGS + draft.tag, ABSENT, draft.tag_object)


def _local_updates(state: RepositoryState, draft: FinishDraft) -> Iterator[RefUpdate]:
    for edge in draft.edges:
        needed = edge.branch.local or needs_landing(state, edge.branch)
        if needed and edge.branch.local != edge.new:
            yield RefUpdate(HEADS + edge.branch.name, edge.branch.local, edge.new)
    if draft.tag not in state.here.tags:
        yield RefUpdate(TAGS + draft.tag, ABSENT, draft.tag_object)


def _mirrors(state: RepositoryState, updates: tuple[RefUpdate, ...]) -> Iterator[RefUpdate]:
    if not state.tracks:
        return
    for update in updates:
        if update.name.startswith(HEADS):
            yield RefUpdate(
                f"{REMOTES}{state.remote}/{update.short}", state.tracked.get(update.short, ABSENT), update.new
            )


def _unpushed(state: RepositoryState, draft: FinishDraft) -> Iterator[str]:
    """Yield what was merged or tagged here earlier and never reached the remote."""
    if not state.remote:
        yield "there is no remote: nothing is pushed"
        return
    for edge in draft.edges:
        if edge.branch.ahead and edge.branch.local == edge.new:
            yield f"{edge.branch.name} holds the merge here, but it was not pushed yet"
    if draft.tag in state.here.tags and draft.tag not in state.there.tags:
        yield f"the tag {draft.tag} exists here, but it was not pushed yet"


def _behind(state: RepositoryState) -> Iterator[str]:
    for branch in (state.main, state.develop):
        if isinstance(branch, BranchState) and branch.behind and branch.local:
            yield f"{branch.name} here is behind {state.remote}/{branch.name} and is brought along"
