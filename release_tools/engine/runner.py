"""The runner: carries out the current plan of a run, step by step, with the journal as its memory.

It decides by one table of what the journal says and what the world says; it never re-plans and never undoes.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from release_tools.engine.plan import Plan
from release_tools.engine.runs import Run
from release_tools.engine.step import PENDING, Answer, Reality, Step, unknown
from release_tools.engine.stop import StopRequest
from release_tools.errors import HumanNeeded, Interrupted, ReleaseToolsError, ToolFailed, ToolTimedOut
from release_tools.record import record

GO_ON = "Type `release-tools continue` to go on, `release-tools abort` to go back, `release-tools status` to look."


class Action(Enum):
    """What the runner does with a step."""

    APPLY = "apply"
    FOUND = "found"
    CONFLICT = "conflict"
    DOUBT = "doubt"


ACTIONS: dict[tuple[str, Answer], Action] = {
    ("", Answer.PENDING): Action.APPLY,
    ("", Answer.UNKNOWN): Action.APPLY,
    ("", Answer.DONE): Action.FOUND,
    ("", Answer.CONFLICT): Action.CONFLICT,
    ("started", Answer.PENDING): Action.APPLY,
    ("started", Answer.UNKNOWN): Action.DOUBT,
    ("started", Answer.DONE): Action.FOUND,
    ("started", Answer.CONFLICT): Action.CONFLICT,
    ("failed", Answer.PENDING): Action.APPLY,
    ("failed", Answer.UNKNOWN): Action.DOUBT,
    ("failed", Answer.DONE): Action.FOUND,
    ("failed", Answer.CONFLICT): Action.CONFLICT,
}


class Decision(Enum):
    """What a person said about the step in doubt."""

    REDO = "redo"
    SKIP = "skip"


@record
class Progress:
    """A line of progress: which step of how many, and what became of it."""

    number: int
    of: int
    title: str
    word: str


Report = Callable[[Progress], None]


def carry_out(run: Run, world: Any, *, report: Report, stop: StopRequest, decision: Decision | None = None) -> None:
    """Bring every step of the run's current plan to done.

    Raises `HumanNeeded` on a conflict or a doubt, `ToolFailed` when a step fails, `Interrupted` after a stop request;
    the journal then holds all that `carry_out` needs to be called again.
    """
    plan = run.plan()
    for index, step in enumerate(plan.steps):
        if run.said(index) in ("done", "skipped"):
            continue
        if stop.requested:
            raise Interrupted("Interrupted at a safe point.", state=standing(run, plan), todo=GO_ON)
        word = _settle(run, index, step, world, decision if run.said(index) else None)
        report(Progress(number=index + 1, of=len(plan.steps), title=step.title(), word=word))


def standing(run: Run, plan: Plan) -> str:
    """Return one sentence: how much of the plan is done and what is next."""
    left = [step.title() for index, step in enumerate(plan.steps) if run.said(index) not in ("done", "skipped")]
    ahead = f"next: {left[0]}" if left else "nothing is left"
    return f"{len(plan.steps) - len(left)} of {len(plan.steps)} steps of “{plan.title}” are done; {ahead}."


def _settle(run: Run, index: int, step: Step[Any], world: Any, decision: Decision | None) -> str:
    reality = _look(run, step, world)
    action = ACTIONS[run.said(index), reality.answer]
    if action is Action.DOUBT and decision is Decision.SKIP:
        run.journal.append("skipped", step=index)
        return "skipped, because you said so"
    if action is Action.FOUND:
        run.journal.append("done", step=index, found=True)
        return "found done"
    if action is Action.APPLY or (action is Action.DOUBT and decision is Decision.REDO):
        return _apply(run, index, step, world)
    raise _undecided(run, step, reality, action)


def _look(run: Run, step: Step[Any], world: Any) -> Reality:
    try:
        return step.probe(world)
    except ReleaseToolsError as error:
        raise _failed(run, step, error) from error


def _apply(run: Run, index: int, step: Step[Any], world: Any) -> str:
    run.journal.append("started", step=index)
    try:
        facts = step.apply(world)
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted in the middle of: {step.title()}.", state=standing(run, run.plan()), todo=GO_ON
        ) from None
    except (ReleaseToolsError, OSError) as error:
        return _after_failure(run, index, step, world, error)
    run.journal.append("done", step=index, found=False, **({"facts": dict(facts)} if facts else {}))
    return "done"


def _after_failure(run: Run, index: int, step: Step[Any], world: Any, error: ReleaseToolsError | OSError) -> str:
    # The effect may be there all the same: another run won with the same result, or only the answer was lost.
    reality = PENDING if isinstance(error, ToolTimedOut) else _look_again(step, world)
    if reality.answer is Answer.DONE:
        run.journal.append("done", step=index, found=True)
        return "done, after all"
    run.journal.append("failed", step=index, error=str(error))
    if reality.answer is Answer.CONFLICT:
        raise _undecided(run, step, reality, Action.CONFLICT) from error
    raise _failed(run, step, error) from error


def _look_again(step: Step[Any], world: Any) -> Reality:
    try:
        return step.probe(world)
    except ReleaseToolsError as error:
        return unknown(error.failed)


def _failed(run: Run, step: Step[Any], error: ReleaseToolsError | OSError) -> ReleaseToolsError:
    reason, todo = (error.failed, error.todo) if isinstance(error, ReleaseToolsError) else (str(error), "")
    return ToolFailed(
        f"Failed: {step.title()}.\n{reason}", state=standing(run, run.plan()), todo=f"{todo} {GO_ON}".strip()
    )


def _undecided(run: Run, step: Step[Any], reality: Reality, action: Action) -> HumanNeeded:
    doubt = "Look, then type `release-tools continue --redo` to apply it again or `--skip` to take it as done."
    return HumanNeeded(
        f"Stopped before: {step.title()}.\n{reality.reason}",
        state=standing(run, run.plan()),
        todo=doubt if action is Action.DOUBT else GO_ON,
    )
