"""Conducting release runs: beginning an approved one, going on with an unfinished one, going back.

What a run should do stands in its plans; nothing here plans a release.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from release_tools.engine.plan import Plan
from release_tools.engine.runner import Decision, Report, carry_out, standing
from release_tools.engine.runs import Intent, Run
from release_tools.engine.stop import StopRequest
from release_tools.errors import HumanNeeded, PreconditionFailed, ToolFailed
from release_tools.release.flows.proposals import propose_finish
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.undo import is_effective, kept_branches, plan_undo
from release_tools.release.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Conductor:
    """A session with what it takes to carry plans out: who hears of progress and who may stop it."""

    session: Session
    report: Report
    stop: StopRequest
    show: Callable[[Plan], None]
    """Shows a plan that an unfinished run goes on with."""

    def begin(self, proposal: Proposal) -> str:
        """Carry out an approved proposal as a new run; return how the run ended (`done`)."""
        run = self.session.runs.create(self.session.run_id, proposal.intent, proposal.plan)
        return self._carry(run)

    def go_on(self, run: Run, decision: Decision | None = None) -> str:
        """Go on with an unfinished run; return how it ended (`done` or `aborted`)."""
        self._refuse_locked(run)
        if self._is_waiting(run):
            self._plan_further(run)
        return self._carry(run, decision)

    def plan_back(self, run: Run) -> Plan:
        """Return the plan that takes a run back; `HumanNeeded` past its point of no return."""
        self._refuse_locked(run)
        forward, world = run.plan(), self._world(run)
        if run.undoing:
            return forward
        _refuse_past(run, forward, world)
        whole = replace(forward, steps=tuple(step for plan in run.forward_plans() for step in plan.steps))
        _refuse_moved(kept_branches(world, whole))
        return plan_undo(world, whole)

    def go_back(self, run: Run, plan: Plan) -> str:
        """Take an unfinished run back by the plan of `plan_back`; return how it ended (`aborted`)."""
        if not run.undoing:
            run.add_plan(plan, undo=True)
        return self._carry(run)

    def _carry(self, run: Run, decision: Decision | None = None) -> str:
        plan = run.plan()
        try:
            carry_out(run, self._world(run), report=self.report, stop=self.stop, decision=decision)
        except ToolFailed as error:
            if run.plan_number or run.begun(plan):
                raise
            self.session.runs.discard(run)
            raise PreconditionFailed(error.failed, state="Nothing was changed.", todo=error.todo) from error
        if plan.awaits:
            raise HumanNeeded(plan.awaits.condition, state="Nothing is published yet.", todo=plan.awaits.todo)
        outcome = "aborted" if run.undoing else "done"
        self.session.runs.close(run, outcome)
        return outcome

    def _refuse_locked(self, run: Run) -> None:
        plan = run.plan()
        doubtful = any(run.said(index) in ("started", "failed") for index in range(len(plan.steps)))
        locks = self.session.lasting_locks() if doubtful else ()
        if locks:
            raise HumanNeeded(
                f"Git was killed, or is at work: its locks are there: {', '.join(map(str, locks))}.",
                state=standing(run, plan),
                todo=f"When no git is at work here, type `rm {shlex.join(map(str, locks))}` and repeat this command.",
            )

    def _is_waiting(self, run: Run) -> bool:
        plan = run.plan()
        settled = all(run.said(index) in ("done", "skipped") for index in range(len(plan.steps)))
        return plan.awaits is not None and settled

    def _plan_further(self, run: Run) -> None:
        home = self.session.runs.draft_directory(run.id)
        session = replace(self.session, run_id=run.id, draft_directory=home, signing=self.session.signs)
        proposal = propose_finish(session, str(run.intent["version"]), run=run)
        before = run.plan().awaits
        if before and proposal.plan.awaits and proposal.plan.steps[-1] == run.plan().steps[-1]:
            state = "The merge has not been committed yet; nothing is published."
            raise HumanNeeded(before.condition, state=state, todo=before.todo)
        run.add_plan(proposal.plan)
        self.show(proposal.plan)

    def _world(self, run: Run) -> World:
        session = self.session
        return World(reader=session.reader, writer=session.make_writer(run.id), top=session.top)


def unfinished(session: Session, intent: Intent) -> Run | None:
    """Return the unfinished run of this very intent; `PreconditionFailed` when another one is in the way."""
    run = session.runs.open_run()
    if run is None:
        return None
    if not run.undoing and all(run.intent.get(key) == value for key, value in intent.items()):
        return run
    wanted = " ".join(str(value) for value in run.intent.values())
    raise PreconditionFailed(
        f"Another run is unfinished: {wanted}, begun {run.made[0]}.",
        state="Nothing was changed by this command.",
        todo="Type `release-tools status` to look, `release-tools continue` or `release-tools abort` to end it.",
    )


def _refuse_past(run: Run, plan: Plan, world: Any) -> None:
    if plan.no_return is None or not run.said(plan.no_return):
        return
    step = plan.steps[plan.no_return]
    if not is_effective(world, step):
        return
    raise HumanNeeded(
        f"“{plan.title}” is past its point of no return: {step.title()}.",
        state="Others can see the release; taking it back would break their clones.",
        todo="Type `release-tools continue` to finish the rest. To undo the content, revert it and release again.",
    )


def _refuse_moved(branches: tuple[str, ...]) -> None:
    if branches:
        raise HumanNeeded(
            f"Somebody has committed to {', '.join(branches)} since this run made it.",
            state="Nothing was changed by this command; the run is as it was.",
            todo="Keep it with `release-tools continue`, or move those commits elsewhere and abort again.",
        )
