"""Conducting release runs: beginning an approved one, going on with an unfinished one, going back.

What a run should do stands in its plans; nothing here plans a release.
"""

import shlex
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from release_tools.domain.refs import HEADS
from release_tools.engine.plan import Plan
from release_tools.engine.runner import Decision, Report, carry_out, standing
from release_tools.engine.runs import Intent, Run
from release_tools.engine.stop import StopRequest
from release_tools.errors import HumanNeeded, PreconditionFailed, PushRefused, ToolFailed
from release_tools.record import record
from release_tools.release.flows.planning import kind_of, propose
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.topics import find_topic, name_topic
from release_tools.release.undo import is_effective, kept_branches, plan_undo
from release_tools.release.world import World

REFUSED = "refused"
"""The fact that names branches which the remote refused to move."""


@record
class Conductor:
    """A session with what it takes to carry plans out: who hears of progress and who may stop it."""

    session: Session
    report: Report
    stop: StopRequest
    show: Callable[[Plan], None]
    """Shows a plan that an unfinished run goes on with."""
    confirm: Callable[[str], None]
    """Asks a person before a run goes on by a plan that was not forecast; raises when the answer is no."""

    def begin(self, proposal: Proposal) -> str:
        """Carry out an approved proposal as a new run; return how that ended (`done` or `waiting`)."""
        return self._carry(self.session.runs.create(self.session.run_id, proposal.intent, proposal.plan))

    def go_on(self, run: Run, decision: Decision | None = None) -> str:
        """Go on with an unfinished run; return how that ended (`done`, `waiting` or `aborted`)."""
        self._refuse_locked(run)
        if run.plan().awaits and run.settled and not self._plan_further(run):
            return "waiting" if run.plan().awaits else self._close(run)
        return self._carry(run, decision)

    def plan_back(self, run: Run) -> Plan:
        """Return the plan that takes a run back; `HumanNeeded` past its point of no return."""
        self._refuse_locked(run)
        forward, world = run.plan(), self._world(run)
        if run.undoing:
            return forward
        _refuse_past(run, world)
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
            if self._learn_protection(run, error):
                return self._carry(run)
            if run.plan_number or run.begun(plan):
                raise
            self.session.runs.discard(run)
            raise PreconditionFailed(error.failed, state="Nothing was changed.", todo=error.todo) from error
        if plan.awaits and plan.awaits.human:
            raise HumanNeeded(plan.awaits.condition, state="Nothing is published yet.", todo=plan.awaits.todo)
        if plan.awaits and plan.awaits.soon and self._plan_further(run):
            return self._carry(run)
        return "waiting" if run.plan().awaits else self._close(run)

    def _close(self, run: Run) -> str:
        outcome = "aborted" if run.undoing else "done"
        self.session.runs.close(run, outcome)
        return outcome

    def _learn_protection(self, run: Run, error: ToolFailed) -> bool:
        """Plan a run anew whose push the server refused for branches that take pull requests only.

        Nothing has changed then: the push is all or nothing. A refusal that teaches nothing new is an error, and so is
        one of tags, too: that server takes nothing at all, and no pull request would help.
        """
        refused = error.__cause__.refs if isinstance(error.__cause__, PushRefused) else ()
        branches = sorted({name.removeprefix(HEADS) for name in refused if name.startswith(HEADS)})
        if run.undoing or len(branches) < len(refused) or set(branches) <= set(_refused(run)):
            return False
        plan = self._proposal(run, refused=tuple(branches)).plan
        if plan.awaits is None:
            return False
        plan = replace(plan, notes=(*plan.notes, f"the remote said: {_said(error)}"))
        self.show(plan)
        self.confirm(f"The remote refuses pushes to {', '.join(branches)}. Go on with this plan?")
        run.add_plan(plan, facts={REFUSED: branches})
        return True

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

    def _plan_further(self, run: Run) -> bool:
        """Plan on from where a run waits; return whether there is something to carry out."""
        plan, before = self._proposal(run).plan, run.plan().awaits
        if plan.steps and plan.steps == run.plan().steps and before and before.soon:
            # What was just done is asked for once more: whoever undid it decides, not a loop.
            return False
        if before and before.human and plan.awaits and plan.steps[-1:] == run.plan().steps[-1:]:
            state = "The merge has not been committed yet; nothing is published."
            raise HumanNeeded(before.condition, state=state, todo=before.todo)
        if plan.steps or plan.awaits != before:
            run.add_plan(plan)
            self.show(plan)
        return bool(plan.steps)

    def _proposal(self, run: Run, refused: tuple[str, ...] = ()) -> Proposal:
        home = self.session.runs.draft_directory(run.id)
        known = (*_refused(run), *refused)
        session = replace(self.session, run_id=run.id, draft_directory=home, signing=self.session.signs, refused=known)
        return propose(session, run.intent, run)

    def _world(self, run: Run) -> World:
        session = self.session
        return World(reader=session.reader, writer=session.make_writer(run.id), top=session.top, forge=session.forge)


def unfinished(session: Session, intent: Intent) -> Run | None:
    """Return the unfinished run of this very intent; `PreconditionFailed` when another one is in the way.

    A run that only waits is in nobody's way.
    """
    runs, meant = session.runs.open_runs(), _meant(session, intent)
    same = (run for run in runs if not run.undoing and meant.items() <= dict(run.intent).items())
    run = next(same, None)
    if run is not None or all(other.waiting for other in runs):
        return run
    run = runs[0]
    wanted = " ".join(str(value) for value in run.intent.values())
    raise PreconditionFailed(
        f"Another run is unfinished: {wanted}, begun {run.made[0]}.",
        state="Nothing was changed by this command.",
        todo="Type `release-tools status` to look, `release-tools continue` or `release-tools abort` to end it.",
    )


def _meant(session: Session, intent: Intent) -> Intent:
    """Return an intent as a run keeps it: with the whole branch name, also that of the branch one stands on."""
    kind = kind_of(intent)
    if intent.get("name"):
        return {**intent, "name": name_topic(session.config, kind, str(intent["name"])).name}
    here = find_topic(session.config, session.reader.head())
    if intent.get("version") or intent["flow"] != f"finish-{kind}" or here is None or here.kind != kind:
        return intent
    return {**intent, "version": str(here.version)} if here.version else {**intent, "name": here.name}


def _said(error: ToolFailed) -> str:
    """Return the server's own words on one line; they stand above the command that it refused."""
    words = error.__cause__.failed if isinstance(error.__cause__, PushRefused) else error.failed
    return "; ".join(words.partition("`git ")[0].split("\n")[:-1]) or "nothing"


def _refused(run: Run) -> tuple[str, ...]:
    """Return the branches that the remote refused to move in this run."""
    return tuple(name for facts in run.facts() for name in facts.get(REFUSED, ()))


def _refuse_past(run: Run, world: Any) -> None:
    """Raise when a plan of the run has reached the step that others see."""
    plans = run.forward_plans()
    for plan in plans:
        if plan.no_return is None or (plan == plans[-1] and not run.said(plan.no_return)):
            continue
        step = plan.steps[plan.no_return]
        if is_effective(world, step):
            raise HumanNeeded(
                f"“{plan.title}” is past its point of no return: {step.title()}.",
                state="Others can see the release; taking it back would break their clones.",
                todo="Type `release-tools continue` for the rest. To undo the content, revert it and release again.",
            )


def _refuse_moved(branches: tuple[str, ...]) -> None:
    if branches:
        raise HumanNeeded(
            f"Somebody has committed to {', '.join(branches)} since this run made it.",
            state="Nothing was changed by this command; the run is as it was.",
            todo="Keep it with `release-tools continue`, or move those commits elsewhere and abort again.",
        )
