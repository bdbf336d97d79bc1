"""Landing: after the refs of a finished release have moved, files follow, HEAD leaves the branch, the branch goes.

The steps come in an order in which a crash leaves too much, never too little.
"""

from collections.abc import Iterator, Mapping

from release_tools.domain.refs import ABSENT, HEADS, REMOTES, RefUpdate
from release_tools.engine.step import Step
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.branches import ForgetBranch
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.steps.worktrees import MoveWorktree, SwitchBranch
from release_tools.release.world import World


def landing_steps(state: RepositoryState, tips: Mapping[str, str], *, leaves: bool = True) -> Iterator[Step[World]]:
    """Yield the steps that follow the refs; `tips` has the new commit of each branch that the plan moves.

    HEAD `leaves` the topic when that is about to be deleted.
    """
    for tree in state.worktrees:
        old = state.here.branches.get(tree.branch or "", "")
        new = tips.get(tree.branch or "", old)
        if tree.branch and old != new and not tree.gone:
            yield MoveWorktree(path=tree.path, branch=tree.branch, old=old, new=new)
    landing = landing_branch(state)
    if leaves and on_topic(state) and landing:
        yield SwitchBranch(path=state.top, source=state.head_branch or "", branch=landing.name)


def on_topic(state: RepositoryState) -> bool:
    """Return whether this worktree stands on the topic."""
    return state.topic is not None and state.head_branch == state.topic.name


def landing_branch(state: RepositoryState) -> BranchState | None:
    """Return the branch on which a person stands after the topic is gone, None when there is none."""
    elsewhere = {tree.branch for tree in state.worktrees if tree.path != state.top}
    free = [branch for branch in (state.develop, state.main) if branch and branch.name not in elsewhere]
    return next((branch for branch in free if branch.local), free[0] if free else None)


def needs_landing(state: RepositoryState, branch: BranchState) -> bool:
    """Return whether a branch must exist here because this worktree will stand on it."""
    return on_topic(state) and branch == landing_branch(state)


def deletion_steps(state: RepositoryState, leftovers: tuple[BranchState, ...] = ()) -> Iterator[Step[World]]:
    """Yield the steps that delete the topic on both sides, and branches at the remote that served it."""
    topic = state.topic
    branches = (*((topic,) if topic else ()), *leftovers)
    gone = tuple(RefUpdate(HEADS + branch.name, branch.remote, ABSENT) for branch in branches if branch.remote)
    if state.remote and gone:
        yield PushRefs(remote=state.remote, updates=gone)
    mirrors = tuple(
        RefUpdate(f"{REMOTES}{state.remote}/{branch.name}", state.tracked[branch.name], ABSENT)
        for branch in branches
        if state.tracks and branch.name in state.tracked
    )
    local = (RefUpdate(HEADS + topic.name, topic.local, ABSENT),) if topic and _leaves(state, topic) else ()
    if local or mirrors:
        names = ", ".join(branch.name for branch in branches)
        yield UpdateRefs(updates=local, mirrors=mirrors, reason=f"release-tools: delete {names}")
    if topic and local and state.branch_config(topic.name):
        yield ForgetBranch(branch=topic.name)


def _leaves(state: RepositoryState, topic: BranchState) -> bool:
    """Return whether the topic can be deleted here: no other worktree is on it, and this one can leave it."""
    elsewhere = any(tree.branch == topic.name and tree.path != state.top for tree in state.worktrees)
    return bool(topic.local) and not elsewhere and not (on_topic(state) and landing_branch(state) is None)
