"""Updating the branch that is checked out: its base's newest commits come in by a merge, or by a rebase.

How the commits are made stands in `update` and `replay`.
"""

from pathlib import Path

from release_tools.engine.runs import Intent, Run
from release_tools.release.bench import Bench
from release_tools.release.edges import Conflict
from release_tools.release.flows.looking import in_the_way, moves_of, nothing, observed
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import guard_attached, guard_clean, guard_current, guard_saved, refuse
from release_tools.release.hotfix import HOTFIX, hotfix_line
from release_tools.release.resolving import begun_merges, candidates, plan_resolving
from release_tools.release.state import RepositoryState
from release_tools.release.topic_finish import authority
from release_tools.release.topic_start import base_of
from release_tools.release.topics import Topic, find_topic
from release_tools.release.update import Update, draft_merge, draft_rebase, guard_updatable, plan_update, title_of


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose to update the branch on which the run began; while a merge is resolved, what it merges stays the same."""
    bench = session.bench
    name = str(intent.get("branch") or bench.reader.head() or "")
    topic = find_topic(bench.config, name)
    state = _observed(bench, topic, name)
    refuse(guard_attached(state) or guard_updatable(topic, name))
    assert topic is not None
    assert state.topic is not None
    refuse(guard_current(state, state.topic) if state.topic.behind else ())
    intent, base = {**intent, "branch": name}, base_of(state, topic)
    begun = begun_merges(run) if run else ()
    source = begun[-1].theirs if begun else authority(base)
    if intent.get("rebase"):
        update = draft_rebase(bench, state, base, source)
    else:
        resolved = candidates(bench.reader, state, run)
        drafted = draft_merge(bench, state, base, source, resolved=resolved)
        if isinstance(drafted, Conflict):
            return _resolving(session, intent, title_of(name, base.name), drafted)
        update = drafted
    return _updated(session, bench, state, intent, update, tuple(merge.path for merge in begun))


def _observed(bench: Bench, topic: Topic | None, name: str) -> RepositoryState:
    """Return the state with the base of the topic in its place: for a hotfix of an old version, its support line."""
    state = observed(bench, branch=name)
    if topic is None or topic.kind != HOTFIX or state.topic is None:
        return state
    line = hotfix_line(bench, state, state.topic)
    return observed(bench, branch=name, version=line) if line else state


def _resolving(session: Session, intent: Intent, title: str, conflict: Conflict) -> Proposal:
    then = f"move {conflict.branch} to the merge, at the remote, too, where it was published"
    plan = plan_resolving(title, conflict, session.draft_directory.parent, then=then)
    return Proposal(intent=intent, plan=plan, result=conflict.branch)


def _updated(
    session: Session, bench: Bench, state: RepositoryState, intent: Intent, update: Update, homes: tuple[str, ...]
) -> Proposal:
    name, edge = update.edge.branch.name, update.edge
    taken = [tree.path for tree in state.worktrees if tree.path in homes and tree.head == edge.new]
    refuse(guard_saved((path, bench.reader.unsaved(Path(path))) for path in taken))
    moves = moves_of(state, {name: edge.new}, leaves=False)
    if edge.new != edge.old:
        refuse((*guard_clean(state, moves), *in_the_way(bench, state, moves)))
    plan = plan_update(state, update, session.draft_directory / "objects", worktrees=homes)
    if not plan.steps:
        return nothing(intent, f"nothing to do: {name} has all of {update.base}")
    return Proposal(intent=intent, plan=plan, drafted=(edge.new,), result=name)
