"""Finishing a topic that carries no version: its target gets its changes, then it is deleted on both sides.

How the changes get there is drafted in `joining`; releases and hotfixes are finished in `finish`.
"""

from collections.abc import Iterator
from pathlib import Path

from release_tools.domain.refs import ABSENT, HEADS, REMOTES, RefUpdate
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.errors import ConfigError
from release_tools.release.bench import Bench
from release_tools.release.edges import Edge
from release_tools.release.guards import Problem, Problems, guard_current
from release_tools.release.joining import own_commits
from release_tools.release.landing import deletion_steps, landing_branch, landing_steps, needs_landing, on_topic
from release_tools.release.merged import is_absorbed
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.topics import Topic
from release_tools.release.world import World

LOOKED_AT = 100
"""Commits of the target, newest first, among which a squash of the topic is looked for."""


def target_of(state: RepositoryState, topic: Topic) -> BranchState:
    """Return the one branch that a topic without a version ends in; `ConfigError` when its row names another end."""
    row = topic.row
    if row.tags or row.targets not in (("develop",), ("main",)):
        key = "tags" if row.tags else "targets"
        raise ConfigError(
            f"flow.{topic.kind}.{key}: a {topic.kind} ends in develop or in main, in one of them, and without a tag.",
            state="Nothing was changed.",
            todo=f"Correct flow.{topic.kind}.{key}, or use the flow of a hotfix for what is released at once.",
        )
    return state.main if row.targets == ("main",) else state.base


def authority(branch: BranchState) -> str:
    """Return the commit at which a branch counts: the remote's, or the local one without a remote."""
    return branch.remote or branch.local


def is_joined(bench: Bench, branch: BranchState, target: str) -> bool:
    """Return whether the target has all that a topic has, on either side, by a merge, a squash or a rebase."""
    return all(_contains(bench, target, tip) for tip in {branch.local, branch.remote} if tip)


def _contains(bench: Bench, target: str, tip: str) -> bool:
    if bench.reader.is_ancestor(tip, target):
        return True
    if bench.reader.is_ancestor(target, tip):
        return False
    # The target may have moved on since the squash, and over the same lines: then only that very commit shows it.
    line = own_commits(bench, target, tip, "--first-parent")[:LOOKED_AT]
    return is_absorbed(bench, tip, *(commit.sha for commit in line))


def guard_stale(state: RepositoryState, topic: BranchState, target: BranchState) -> Problems:
    """Return a problem when the remote has commits of the topic that would be left out."""
    # Where a pull request is awaited, it is the remote's branch that will be merged.
    stale = topic.behind and (topic.ahead or not state.is_protected(target.name))
    return guard_current(state, topic) if stale else ()


def guard_target(state: RepositoryState, target: BranchState) -> Problems:
    """Return a problem when the target has commits here that nobody else has: they would be lost, or published."""
    return guard_current(state, target) if target.ahead or (state.remote and not target.remote) else ()


def guard_kept(state: RepositoryState, topic: BranchState, target: BranchState) -> Problems:
    """Return a problem when somebody deleted a published topic: it may be in its target in a form we do not know."""
    upstream = tuple(state.settings.get(f"branch.{topic.name}.{key}") for key in ("remote", "merge"))
    if topic.remote or not state.remote or upstream != (state.remote, HEADS + topic.name):
        return ()
    return (
        Problem(
            failed=f"{topic.name} was deleted at {state.remote}, and {target.name} does not have it as it is here.",
            todo=f"If it was merged, delete it: `git branch -D {topic.name}`; if not, `git push {state.remote} "
            f"{topic.name}` and run this again.",
        ),
    )


def guard_fresh(state: RepositoryState, topic: BranchState, target: BranchState, lacking: int) -> Problems:
    """Return a problem when a topic is `lacking` commits of its target: together they were never tried."""
    if not lacking:
        return ()
    commits = "the newest commit" if lacking == 1 else f"the {lacking} newest commits"
    first = "" if state.head_branch == topic.name else f"`git switch {topic.name}`, then "
    return (
        Problem(
            failed=f"{topic.name} does not have {commits} of {target.name}.",
            todo=f"Type {first}`release-tools update-branch`, test, and run this again.",
        ),
    )


def plan_topic_finish(
    state: RepositoryState, edge: Edge, objects: Path, *, title: str, remarks: tuple[str, ...] = ()
) -> Plan:
    """Return the plan that moves the target, where it has not moved yet, and deletes the topic."""
    target = edge.branch
    remote = (RefUpdate(HEADS + target.name, edge.old, edge.new),) if state.remote and edge.new != edge.old else ()
    needed = (target.local or needs_landing(state, target)) and target.local != edge.new
    local = (RefUpdate(HEADS + target.name, target.local, edge.new),) if needed else ()
    steps: list[Step[World]] = []
    if remote or local:
        steps.append(AdoptObjects(source=str(objects), tips=(edge.new,)))
    # Until then only what everybody has is deleted; past it, others build upon what was added.
    no_return = len(steps) if edge.new != edge.old else None
    if state.remote and remote:
        steps.append(PushRefs(remote=state.remote, updates=remote))
    if remote or local:
        reason = f"release-tools: {title}"
        steps.append(UpdateRefs(updates=local, mirrors=_mirrors(state, edge), reason=reason))
    steps.extend(landing_steps(state, {target.name: edge.new}))
    steps.extend(deletion_steps(state))
    notes = (*_ends(state, edge), *remarks, *_kept(state))
    return Plan(title=title, steps=tuple(steps), notes=notes, no_return=no_return)


def _mirrors(state: RepositoryState, edge: Edge) -> tuple[RefUpdate, ...]:
    """Return what git would learn of the target by a fetch; without it, ours would seem to be ahead."""
    known = state.tracked.get(edge.branch.name, ABSENT)
    if not state.tracks or known == edge.new:
        return ()
    return (RefUpdate(f"{REMOTES}{state.remote}/{edge.branch.name}", known, edge.new),)


def _ends(state: RepositoryState, edge: Edge) -> Iterator[str]:
    target = edge.branch
    if not state.remote:
        yield "there is no remote: nothing is pushed"
    if edge.new != edge.old:
        yield f"{target.name} {edge.old[:10]}→{edge.new[:10]}"
    if target.behind and target.local:
        yield f"{target.name} here is behind {state.remote}/{target.name} and is brought along"


def _kept(state: RepositoryState) -> Iterator[str]:
    """Yield how to get the topic back, or why it stays here."""
    topic = state.topic
    if topic and topic.local:
        back = f"{topic.name} was at {topic.local[:10]}: `git branch {topic.name} {topic.local[:10]}` brings it back"
        yield why_kept(state, topic) or back


def why_kept(state: RepositoryState, topic: BranchState) -> str:
    """Return why a topic is not deleted here, empty when it is or when it is not here at all."""
    holders = [tree.path for tree in state.worktrees if tree.branch == topic.name and tree.path != state.top]
    if topic.local and holders:
        return f"{topic.name} stays here, because it is checked out in {', '.join(holders)}"
    stuck = topic.local and on_topic(state) and landing_branch(state) is None
    return f"{topic.name} stays here, because all other branches are checked out elsewhere" if stuck else ""
