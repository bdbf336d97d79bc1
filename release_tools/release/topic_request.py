"""Asking for a topic: its target takes pull requests only, so the topic is pushed and its merge awaited.

What follows when it is merged is planned in `topic_finish`, in whichever clone the finish goes on.
"""

from release_tools.domain.refs import ABSENT, HEADS, REMOTES, RefUpdate
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.release.asking import Asked, render_asked
from release_tools.release.bench import Bench
from release_tools.release.edges import Edge
from release_tools.release.guards import Problem, Problems
from release_tools.release.joining import Joining, render_words
from release_tools.release.requests import BY_MERGE, Request, render_requests
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.branches import TrackBranch
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.world import World

WAYS = {"squash": "by squash", "merge": BY_MERGE, "rebase": "by rebase"}
"""How a person merges the pull request, by the method that the flow table names."""


def guard_request(bench: Bench, joining: Joining) -> Problems:
    """Return a problem when nobody could merge the pull request: the topic conflicts with its target."""
    conflicts = bench.draft.merge(joining.onto, joining.tip).conflicts
    if not conflicts:
        return ()
    return (
        Problem(
            failed=f"{joining.topic} conflicts with {joining.target} in: {', '.join(conflicts)}.",
            todo=f"Type `git switch {joining.topic}` and `release-tools update-branch`, then run this again.",
        ),
    )


def request_topic(topic: BranchState, joining: Joining) -> Request:
    """Return the request to bring a topic into its target as it is."""
    head = Edge(branch=topic, old=topic.remote, new=joining.tip)
    return Request(head=head, base=joining.target, base_commit=joining.onto)


def plan_topic_request(
    state: RepositoryState,
    joining: Joining,
    *,
    title: str,
    again: str,
    asked: Asked | None = None,
    asking: tuple[Step[World], ...] = (),
) -> Plan:
    """Return the plan that publishes the topic and waits until somebody has merged it."""
    topic = state.topic
    assert topic is not None
    steps: list[Step[World]] = []
    if state.remote and joining.tip != topic.remote:
        steps.append(PushRefs(remote=state.remote, updates=(RefUpdate(HEADS + topic.name, topic.remote, joining.tip),)))
        if state.tracks:
            steps.extend(_mirror(state, topic, joining.tip, state.remote))
    notes = (
        f"{_why(state, joining, asked)}: {topic.name} ({joining.tip[:10]}) goes there by a pull request",
        render_words(joining),
    )
    steps.extend(asking)
    if asked:
        awaits = render_asked((asked,), again=again, soon=bool(steps))
    else:
        awaits = render_requests((request_topic(topic, joining),), again=again, how=WAYS[joining.method])
    return Plan(title=title, steps=tuple(steps), notes=notes, awaits=awaits)


def _why(state: RepositoryState, joining: Joining, asked: Asked | None) -> str:
    asks = asked and not state.is_protected(joining.target)
    return "the remote has a forge" if asks else f"{joining.target} is protected"


def _mirror(state: RepositoryState, topic: BranchState, tip: str, remote: str) -> tuple[Step[World], ...]:
    mirror = RefUpdate(f"{REMOTES}{remote}/{topic.name}", state.tracked.get(topic.name, ABSENT), tip)
    refs = UpdateRefs(updates=(), mirrors=(mirror,), reason=f"release-tools: push {topic.name}")
    return (refs,) if state.branch_config(topic.name) else (refs, TrackBranch(branch=topic.name, remote=remote))
