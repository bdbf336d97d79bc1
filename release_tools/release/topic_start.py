"""Starting a topic that carries no version: a branch at the newest commit of its base, without a commit of its own.

Nothing is drafted; commits of the base that only the remote has come in with the draft.
"""

from pathlib import Path

from release_tools.domain.refs import ABSENT, HEADS, REMOTES, RefUpdate
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.release.guards import Problem, Problems, guard_attached, guard_beside, guard_clean, guard_current
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.branches import TrackBranch
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.steps.worktrees import SwitchBranch
from release_tools.release.topics import Topic
from release_tools.release.world import World


def base_of(state: RepositoryState, topic: Topic) -> BranchState:
    """Return the branch that a topic is cut from: by its row main, or develop where there is one."""
    return state.main if topic.row.base == "main" else state.base


def start_of(base: BranchState) -> str:
    """Return the commit that a topic starts from: the remote's, or the local one where that has everything."""
    return base.local if base.local and not base.behind else base.remote


def guard_topic_start(state: RepositoryState, topic: Topic) -> Problems:
    """Return what keeps a topic from being started; local commits of the base that nobody else has are refused."""
    base = base_of(state, topic)
    current = () if base.behind and not base.ahead else guard_current(state, base)
    # A person who began to work before there was a branch takes the changes along: no file moves under them.
    clean = () if start_of(base) == state.head else guard_clean(state, (state.top,))
    sides = [
        word
        for word, refs in (("here", state.here), (f"at {state.remote}", state.there))
        if topic.name in refs.branches
    ]
    exists = (
        Problem(
            failed=f"The branch {topic.name} exists {' and '.join(sides)}.",
            todo=f"Type `git switch {topic.name}` to work on it, or choose another name.",
        ),
    )
    return (*guard_attached(state), *current, *clean, *(exists if sides else guard_beside(state, topic.name)))


def plan_topic_start(state: RepositoryState, topic: Topic, objects: Path, *, absent: bool, published: bool) -> Plan:
    """Return the plan that makes the branch, at the remote too where it is `published`, and switches to it.

    `absent`: the base's newest commit is not here yet, only in the draft.
    """
    base = base_of(state, topic)
    tip = start_of(base)
    created = (RefUpdate(HEADS + topic.name, ABSENT, tip),)
    steps: list[Step[World]] = [AdoptObjects(source=str(objects), tips=(tip,))] if absent else []
    pushed = state.remote if published else None
    if pushed:
        steps.append(PushRefs(remote=pushed, updates=created))
    mirrored = pushed and state.tracks
    mirrors = (RefUpdate(f"{REMOTES}{state.remote}/{topic.name}", ABSENT, tip),) if mirrored else ()
    steps.append(UpdateRefs(updates=created, mirrors=mirrors, reason=f"release-tools: start {topic.name}"))
    if mirrored and pushed:
        steps.append(TrackBranch(branch=topic.name, remote=pushed))
    assert state.head_branch is not None
    steps.append(SwitchBranch(path=state.top, source=state.head_branch, branch=topic.name))
    notes = [f"{base.name} is at {tip[:10]}"]
    if base.behind:
        notes.append(f"{base.name} here is behind {state.remote}/{base.name}; the remote's commit counts")
    return Plan(title=f"start {topic.name} from {base.name}", steps=tuple(steps), notes=tuple(notes))
