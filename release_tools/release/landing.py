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


def landing_steps(state: RepositoryState, tips: Mapping[str, str]) -> Iterator[Step[World]]:
    """Yield the steps that follow the refs; `tips` has the new commit of each branch that the plan moves."""
    for tree in state.worktrees:
        old = state.here.branches.get(tree.branch or "", "")
        new = tips.get(tree.branch or "", old)
        if tree.branch and old != new and not tree.gone:
            yield MoveWorktree(path=tree.path, branch=tree.branch, old=old, new=new)
    release = state.release
    if release is None:
        return
    landing = landing_branch(state)
    if state.head_branch == release.name and landing:
        yield SwitchBranch(path=state.top, source=release.name, branch=landing.name)
    yield from _deletion(state, release)


def landing_branch(state: RepositoryState) -> BranchState | None:
    """Return the branch on which a person stands after the release branch is gone, None when there is none."""
    elsewhere = {tree.branch for tree in state.worktrees if tree.path != state.top}
    free = [branch for branch in (state.develop, state.main) if branch and branch.name not in elsewhere]
    return next((branch for branch in free if branch.local), free[0] if free else None)


def needs_landing(state: RepositoryState, branch: BranchState) -> bool:
    """Return whether a branch must exist here because this worktree will stand on it."""
    on_release = state.release is not None and state.head_branch == state.release.name
    return on_release and branch == landing_branch(state)


def _deletion(state: RepositoryState, release: BranchState) -> Iterator[Step[World]]:
    gone = RefUpdate(HEADS + release.name, release.remote, ABSENT)
    if state.remote and release.remote:
        yield PushRefs(remote=state.remote, updates=(gone,))
    mirrored = state.tracks and release.name in state.tracked
    mirror = RefUpdate(f"{REMOTES}{state.remote}/{release.name}", state.tracked.get(release.name, ABSENT), ABSENT)
    # A branch that is checked out in another worktree is that worktree's; it stays, and so does one we cannot leave.
    elsewhere = any(tree.branch == release.name and tree.path != state.top for tree in state.worktrees)
    stays = elsewhere or (state.head_branch == release.name and landing_branch(state) is None)
    local = (RefUpdate(HEADS + release.name, release.local, ABSENT),) if release.local and not stays else ()
    if local or mirrored:
        reason = f"release-tools: delete {release.name}"
        yield UpdateRefs(updates=local, mirrors=(mirror,) if mirrored else (), reason=reason)
    if local and state.branch_config(release.name):
        yield ForgetBranch(branch=release.name)
