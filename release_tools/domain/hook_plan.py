"""What to do with one hook: from what stands in the hooks directory to the few moves that put our launcher in or out.

Every move is one atomic change, in an order in which the old hook or the launcher with its chain is always in force.
"""

from enum import Enum

from release_tools.domain.seal import Seal
from release_tools.record import record

KEPT_SUFFIX = ".before-release-tools"
LEGACY_SUFFIX = ".legacy"

BY_NAME_ONLY = ("overcommit",)
CHECKS = {
    "pre-commit": "check-branch --pre-commit",
    "prepare-commit-msg": 'commit --prepare "$@"',
    "commit-msg": 'check-commit "$1"',
    "pre-push": 'check-push "$@"',
}


class Move(Enum):
    """One atomic change; the value is what a person reads about it."""

    KEEP = "keep the hook that is there as {kept}, which runs first"
    WRITE = "write the launcher"
    WRITE_LEGACY = "write the launcher as {legacy}, which {manager} runs first"
    RESTORE = "put back the hook that was there before"
    RESTORE_LEGACY = "put back the hook that was there before as {legacy}, which {manager} runs first"
    REMOVE = "remove the launcher"
    REMOVE_LEGACY = "remove the launcher from {legacy}"
    REMOVE_KEPT = "remove {kept}, a copy of the hook that is in force"


@record
class HookState:
    """What stands in the hooks directory for one hook; None: nothing does."""

    name: str
    hook: Seal | None = None
    legacy: Seal | None = None
    kept: bool = False
    kept_is_hook: bool = False  # the kept copy equals the hook that is in force
    current: bool = False  # our launcher reads exactly as it would be written now
    manager: str = ""  # the tool that wrote the hook in force
    goes_by_name: bool = False  # the hook that runs before ours looks at its own file name
    blocked: str = ""  # a path that is neither a file nor a link

    @property
    def kept_name(self) -> str:
        """Return the file name under which the earlier hook is kept."""
        return self.name + KEPT_SUFFIX

    @property
    def legacy_name(self) -> str:
        """Return the file name under which pre-commit and prek keep a hook that they found."""
        return self.name + LEGACY_SUFFIX


@record
class HookPlan:
    """The moves for one hook, or the problem that forbids them; `note` is what a person should know besides."""

    name: str
    moves: tuple[Move, ...] = ()
    problem: str = ""
    note: str = ""


def plan_install(state: HookState) -> HookPlan:
    """Return the moves that put the launcher in force and keep what was there."""
    if problem := _guard(state) or _guard_chain(state):
        return HookPlan(name=state.name, problem=problem)
    if _is_moved_aside(state):
        note = f"{state.manager or 'another tool'} took over this hook and runs ours as {state.legacy_name}"
        return HookPlan(name=state.name, moves=() if state.current else (Move.WRITE_LEGACY,), note=note)
    if state.hook is not Seal.FOREIGN:
        return HookPlan(name=state.name, moves=() if state.current else (Move.WRITE,), note=_chain_note(state))
    if state.kept and not state.kept_is_hook:
        return HookPlan(name=state.name, problem=_two_hooks(state))
    moves = (Move.WRITE,) if state.kept else (Move.KEEP, Move.WRITE)
    return HookPlan(name=state.name, moves=moves, note=_chain_note(state))


def plan_uninstall(state: HookState) -> HookPlan:
    """Return the moves that take the launcher out and put back what was there before."""
    if problem := _guard(state):
        return HookPlan(name=state.name, problem=problem)
    if _is_moved_aside(state):
        return HookPlan(name=state.name, moves=_leave_legacy(state))
    if state.hook is not Seal.FOREIGN:
        moves = (Move.RESTORE,) if state.kept else (Move.REMOVE,) if state.hook else ()
        return HookPlan(name=state.name, moves=moves)
    if not state.kept:
        return HookPlan(name=state.name)
    if state.kept_is_hook:
        return HookPlan(name=state.name, moves=(Move.REMOVE_KEPT,))
    note = f"skipped, because somebody put another hook in place of ours; the earlier one is {state.kept_name}"
    return HookPlan(name=state.name, note=note)


def render_moves(state: HookState, plan: HookPlan) -> tuple[str, ...]:
    """Return one line for every move, or the one that says that nothing is to be done."""
    names = {"kept": state.kept_name, "legacy": state.legacy_name, "manager": state.manager or "the hook in force"}
    lines = tuple(move.value.format(**names) for move in plan.moves) or ("unchanged",)
    return tuple(f"{plan.name}: {line}" for line in (*lines, *((plan.note,) if plan.note else ())))


def _is_moved_aside(state: HookState) -> bool:
    return state.hook is Seal.FOREIGN and state.legacy is Seal.OURS


def _leave_legacy(state: HookState) -> tuple[Move, ...]:
    if not state.kept:
        return (Move.REMOVE_LEGACY,)
    return (Move.REMOVE_LEGACY, Move.REMOVE_KEPT) if state.kept_is_hook else (Move.RESTORE_LEGACY,)


def _chain_note(state: HookState) -> str:
    if state.hook is not Seal.FOREIGN and not state.kept:
        return ""
    by_name = f", under that name: mind that it seems to look at its own ($0), {state.name} so far"
    whose = f" (the hook of {state.manager})" if state.hook is Seal.FOREIGN and state.manager else ""
    return f"{state.kept_name}{whose} runs first{by_name if state.goes_by_name else ''}"


def _guard(state: HookState) -> str:
    if state.blocked:
        return f"{state.blocked} is neither a file nor a link; move it away"
    for name, seal in ((state.name, state.hook), (state.legacy_name, state.legacy)):
        if seal is Seal.EDITED:
            return f"{name} is our launcher, changed by somebody; move the change into {state.kept_name}, delete {name}"
    return ""


def _guard_chain(state: HookState) -> str:
    if state.hook is not Seal.FOREIGN or state.manager not in BY_NAME_ONLY:
        return ""
    return (
        f"{state.name} is {state.manager}'s, which goes by that very file name and cannot be run under another; "
        f"let {state.manager} call `release-tools {CHECKS.get(state.name, '')}` instead"
    )


def _two_hooks(state: HookState) -> str:
    return (
        f"{state.name} is not ours, and {state.kept_name} keeps another hook from before; "
        f"join them into {state.name} and delete {state.kept_name}"
    )
