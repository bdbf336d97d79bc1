"""The way back of a release run: a plan of its own, computed from the approved plan and what is there now.

Only what that plan has changed and nobody has touched since is taken back; past the point of no return there is none.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from release_tools.domain.refs import ABSENT, HEADS, RefUpdate
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.release.steps.branches import ForgetBranch, TrackBranch
from release_tools.release.steps.merges import CloseWorktree, OpenWorktree
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.steps.requests import CloseRequest, OpenRequest
from release_tools.release.steps.worktrees import MoveWorktree, SwitchBranch
from release_tools.release.world import World

S = TypeVar("S")


def plan_undo(world: World, forward: Plan) -> Plan:
    """Return the plan that takes back what `forward` has changed: HEAD first, the remote last."""
    moved = tuple(filter(None, (_moved(world, step) for step in _of(UpdateRefs, forward))))
    steps = (
        *(back for step in _of(SwitchBranch, forward) for back in _switched(world, step)),
        *(CloseWorktree(path=step.path) for step in _of(OpenWorktree, forward)),
        *moved,
        *(back for step in _of(MoveWorktree, forward) for back in _brought_back(world, step, moved)),
        *(CloseRequest(head=step.head, base=step.base) for step in _of(OpenRequest, forward)),
        *(ForgetBranch(branch=step.branch) for step in _of(TrackBranch, forward)),
        *(_pushed(world, step) for step in _of(PushRefs, forward)),
        *_mirrored(forward),
    )
    present = tuple(step for step in steps if step is not None)
    return Plan(title=f"go back: {forward.title}", steps=present)


def _of(kind: type[S], plan: Plan) -> Iterator[S]:
    return (step for step in plan.steps if isinstance(step, kind))


def _switched(world: World, step: SwitchBranch) -> tuple[Step[World], ...]:
    path = Path(step.path)
    head = world.reader.head(path) if path.is_dir() else None
    back = SwitchBranch(path=step.path, source=step.branch, branch=step.source)
    if head == step.branch:
        return (back,)
    # A switch that was cut off has written some files already: it is completed first.
    made = world.reader.values((HEADS + step.branch,))
    torn = head == step.source and made and world.reader.status(path).changed
    return (step, back) if torn else ()


def _brought_back(world: World, step: MoveWorktree, moved: Iterable[UpdateRefs]) -> tuple[Step[World], ...]:
    """Return what brings files back to where a branch goes back to; where that stays, its files stay, too."""
    if not any(step.branch == update.short for refs in moved for update in refs.updates):
        return ()
    back = MoveWorktree(path=step.path, branch=step.branch, old=step.new, new=step.old)
    # Before the index tells of it, a move that was cut off may have written some files: it is completed first.
    torn = Path(step.path).is_dir() and world.reader.index_matches(step.old, Path(step.path))
    return (step, back) if torn else (back,)


def _moved(world: World, step: UpdateRefs) -> UpdateRefs | None:
    now = world.reader.values([update.name for update in step.updates])
    back = tuple(_inverse(update for update in step.updates if now.get(update.name, ABSENT) == update.new))
    return UpdateRefs(updates=back, mirrors=(), reason="release-tools: abort") if back else None


def _pushed(world: World, step: PushRefs) -> Step[World] | None:
    now = world.reader.remote_values(step.remote, [update.name for update in step.updates])
    back = tuple(_inverse(update for update in step.updates if now.get(update.name, ABSENT) == update.new))
    return PushRefs(remote=step.remote, updates=back) if back else None


def _mirrored(forward: Plan) -> Iterator[Step[World]]:
    for step in _of(UpdateRefs, forward):
        if step.mirrors:
            mirrors = tuple(_inverse(step.mirrors))
            yield UpdateRefs(updates=(), mirrors=mirrors, reason="release-tools: abort")


def is_effective(world: World, step: Step[World]) -> bool:
    """Return whether a step that moves refs has moved any of them, in part or whole."""
    if isinstance(step, PushRefs):
        return _pushed(world, step) is not None
    return isinstance(step, UpdateRefs) and _moved(world, step) is not None


def _inverse(updates: Iterable[RefUpdate]) -> Iterator[RefUpdate]:
    return (RefUpdate(update.name, update.new, update.old) for update in updates)


def kept_branches(world: World, forward: Plan) -> tuple[str, ...]:
    """Return the branches that the plan made and somebody has moved since: they are not taken back."""
    created = [u for step in _of(UpdateRefs, forward) for u in step.updates if not u.old and u.name.startswith(HEADS)]
    now = world.reader.values([update.name for update in created])
    return tuple(update.short for update in created if now.get(update.name, update.new) != update.new)
