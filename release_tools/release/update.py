"""Updating a topic: its base's newest commits come into it, by a merge or by replaying its commits on top of them.

Topics that carry a version take nothing from their base; hotfixes come to them by `back-merge`.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from release_tools.domain.refs import HEADS, REMOTES, RefUpdate
from release_tools.domain.version import Version
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.edges import Conflict, Edge, draft_edge
from release_tools.release.guards import Problem, Problems
from release_tools.release.joining import own_commits
from release_tools.release.landing import landing_steps
from release_tools.release.replay import draft_replay
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.merges import CloseWorktree
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.topics import Topic
from release_tools.release.versioning import latest
from release_tools.release.world import World


@record
class Update:
    """A drafted update: the topic's commit before and after, the name of its base, and what is said about it."""

    edge: Edge
    base: str
    remarks: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return what the plan of the update is called."""
        return title_of(self.edge.branch.name, self.base)


def title_of(topic: str, base: str) -> str:
    """Return what an update of a topic is called."""
    return f"update {topic} from {base}"


def guard_updatable(topic: Topic | None, branch: str) -> Problems:
    """Return a problem when a branch is none that takes the newest commits of its base."""
    if topic and topic.version:
        failed = f"{branch} is about to be released: it takes fixes, and nothing more from the branch it was cut from."
        todo = f"Type `release-tools back-merge {branch}` to bring the newest release in."
        return (Problem(failed=failed, todo=todo),)
    if topic and topic.row.base in topic.row.targets:
        return ()
    failed = f"{branch} is no branch that was cut from another one to be merged there again."
    return (Problem(failed=failed, todo="Type `git switch NAME` to a feature, fix or hotfix, then run this again."),)


def draft_merge(
    bench: Bench, state: RepositoryState, base: BranchState, source: str, *, resolved: tuple[str, ...]
) -> Update | Conflict:
    """Return the topic with its base merged into it; a topic without a commit of its own just moves on."""
    topic = state.topic
    assert topic is not None
    if bench.reader.is_ancestor(topic.local, source):
        return Update(edge=Edge(branch=topic, old=topic.local, new=source), base=base.name)
    known = latest(state, bench.config.version.tag_prefix) or Version(major=0, minor=0, patch=0)
    # What is only here counts as well: the merge is made on top of it.
    own = replace(topic, remote="")
    words = f"Merge branch '{base.name}' into {topic.name}"
    edge = draft_edge(bench, own, source, words, version=known, resolved=resolved)
    return edge if isinstance(edge, Conflict) else Update(edge=replace(edge, branch=topic), base=base.name)


def draft_rebase(bench: Bench, state: RepositoryState, base: BranchState, source: str) -> Update:
    """Return the topic with its commits replayed on top of its base; one that is linear and on top stays."""
    topic = state.topic
    assert topic is not None
    commits = own_commits(bench, topic.local, source)
    linear = not any(commit.is_merge for commit in commits)
    if linear and bench.reader.is_ancestor(source, topic.local):
        return Update(edge=Edge(branch=topic, old=topic.local, new=topic.local), base=base.name)
    place = f"{state.remote}/{base.name}" if state.remote else base.name
    replay = draft_replay(bench, topic.name, commits, source, place)
    count = "1 commit is" if replay.made == 1 else f"{replay.made} commits are"
    old = f"before, {topic.name} was at {topic.local[:10]}: `git reset --hard {topic.local[:10]}` brings it back"
    remarks = (f"{count} made anew on top of {place}", *replay.left_out, old)
    return Update(edge=Edge(branch=topic, old=topic.local, new=replay.tip), base=base.name, remarks=remarks)


def plan_update(state: RepositoryState, update: Update, objects: Path, *, worktrees: tuple[str, ...] = ()) -> Plan:
    """Return the plan that moves the topic, at the remote first where it was published, and then its files.

    `worktrees` are those of merges that a person resolved; they are removed at the end.
    """
    edge, topic = update.edge, update.edge.branch
    changed = edge.new != topic.local
    # A merge that a person made on the topic itself is published like one that was made in a worktree for it.
    published = topic.remote not in ("", edge.new) and (changed or worktrees)
    remote = (RefUpdate(HEADS + topic.name, topic.remote, edge.new),) if published else ()
    local = (RefUpdate(HEADS + topic.name, topic.local, edge.new),) if changed else ()
    steps: list[Step[World]] = [AdoptObjects(source=str(objects), tips=(edge.new,))] if changed else []
    if state.remote and remote:
        steps.append(PushRefs(remote=state.remote, updates=remote))
    if local or remote:
        steps.append(
            UpdateRefs(updates=local, mirrors=_mirrors(state, remote), reason=f"release-tools: {update.title}")
        )
    steps.extend(landing_steps(state, {topic.name: edge.new}, leaves=False))
    steps.extend(CloseWorktree(path=path) for path in worktrees)
    return Plan(title=update.title, steps=tuple(steps), notes=(*_ends(state, edge), *update.remarks))


def _mirrors(state: RepositoryState, updates: tuple[RefUpdate, ...]) -> tuple[RefUpdate, ...]:
    names = [(update, update.short) for update in updates if state.tracks and update.short in state.tracked]
    return tuple(RefUpdate(f"{REMOTES}{state.remote}/{name}", state.tracked[name], one.new) for one, name in names)


def _ends(state: RepositoryState, edge: Edge) -> Iterator[str]:
    yield f"{edge.branch.name} {edge.old[:10]}→{edge.new[:10]}"
    if state.remote and not edge.branch.remote:
        yield f"{edge.branch.name} is not at {state.remote}: nothing is pushed"
    if edge.branch.ahead:
        commits = "1 commit" if edge.branch.ahead == 1 else f"{edge.branch.ahead} commits"
        yield f"{commits} that only you had will be at {state.remote}, too"
