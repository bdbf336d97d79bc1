"""Conducting deploy runs: plan after plan, forward while all is well, and back by the table when it is not.

What a plan does stands in the plans; which way leads back stands in `rollback`.
"""

from collections.abc import Callable
from functools import partial

from release_tools.deploy.flows.announcing import NOBODY, Announcer
from release_tools.deploy.flows.approvals import hold
from release_tools.deploy.flows.clearing import only_beside, plan_clearing
from release_tools.deploy.flows.endings import (
    ending_of,
    held,
    operator_needed,
    rolled_back,
    seal,
    unprepared,
    unrecorded,
)
from release_tools.deploy.flows.failing import observe_reached
from release_tools.deploy.flows.notifying import SILENT, Herald
from release_tools.deploy.flows.retreats import plan_way_back
from release_tools.deploy.flows.second_look import plan_from_now
from release_tools.deploy.flows.stages import Stage, Story, tell
from release_tools.deploy.rollback import Policy, Way, decide
from release_tools.deploy.session import DeploySession
from release_tools.deploy.world import World
from release_tools.domain.deploy.record import Outcome
from release_tools.engine.plan import Plan
from release_tools.engine.runner import Decision, Report, carry_out
from release_tools.engine.runs import Intent, Run
from release_tools.engine.stop import StopRequest
from release_tools.errors import (
    BackupFailed,
    HumanNeeded,
    Inconclusive,
    Interrupted,
    ReleaseToolsError,
    ToolFailed,
)
from release_tools.record import record


@record
class DeployConductor:
    """A session with what it takes to carry plans out: who hears of progress and who may stop it."""

    session: DeploySession
    report: Report
    stop: StopRequest
    show: Callable[[Plan], None]
    """Shows a plan that a run goes on with."""
    announcer: Announcer = NOBODY
    herald: Herald = SILENT

    def begin(self, intent: Intent, plan: Plan, stage: Stage = Stage.PREPARE) -> str:
        """Carry out an approved first plan as a new run, and what follows from it; return how that ended."""
        return self.go_on(record_run(self.session, intent, plan, stage))

    def go_on(self, run: Run, decision: Decision | None = None) -> str:
        """Go on with a run until it ends; return its outcome, or raise what its failure ended in.

        A cut-over that was planned and not begun is not begun before all was looked at once more.
        """
        self.announcer.begin(tell(run))
        self.herald.begin(tell(run), partial(self._world, run))
        try:
            return self._go_on(run, decision)
        except ReleaseToolsError as error:
            self.herald.halt(run, partial(self._world, run), error)
            raise

    def _go_on(self, run: Run, decision: Decision | None) -> str:
        if not run.closed and tell(run).stage is Stage.CUT_OVER and not run.begun(run.plan()):
            plan_from_now(self.session, tell(run), self._world(run))
        while not run.closed:
            world = self._world(run)
            try:
                carry_out(run, world, report=self.report, stop=self.stop, decision=decision)
            except (ToolFailed, HumanNeeded, Interrupted) as error:
                self._turn(tell(run), world, error)
            else:
                self._advance(tell(run), world)
            decision = None
        return self._end(run)

    def turn_back(self, run: Run, why: str) -> str:
        """Take a run back because a person, or `recover`, says so; past the opening a person must decide."""
        story, world = tell(run), self._world(run)
        if story.stage is Stage.SINGLE:
            self.session.runs.close(run, "aborted")
            return "aborted"
        if story.stage in (Stage.ROLLBACK, Stage.SEAL, Stage.CLEAR) and not only_beside(story):
            return self.go_on(run)
        if story.opened():
            raise HumanNeeded(
                f"{story.identity.version} is open to users; going back is not aborting any more.",
                state="It serves.",
                todo=f"Type `release-tools continue --env {self.session.environment}`, then "
                f"`release-tools rollback --env {self.session.environment}`.",
            )
        self._turn(story, world, Interrupted(why), policy="auto")
        return self.go_on(run)

    def _advance(self, story: Story, world: World) -> None:
        """Plan what follows a plan that is done, or close the run."""
        run = story.run
        if story.stage is Stage.PREPARE and run.flow == "deploy":
            hold(self.session, story)
            try:
                plan = plan_from_now(self.session, story, world)
            except BackupFailed as error:
                self._clear(story, error.failed, error)
                return
            run.add_plan(plan, facts={"stage": Stage.CUT_OVER.value})
            self.show(plan)
        elif story.stage is Stage.CUT_OVER:
            self._seal(story, world, "committed")
        elif story.stage is Stage.ROLLBACK:
            self._seal(story, world, "committed" if run.flow == "restore" else "rolled_back")
        else:
            outcome = _outcome(story)
            self.announcer.end(story, outcome)
            self.herald.end(story, outcome, partial(self._world, run))
            self.session.runs.close(run, outcome)

    def _turn(self, story: Story, world: World, error: ReleaseToolsError, *, policy: Policy | None = None) -> None:
        """Plan what follows a plan that failed or was stopped; raise where nothing does."""
        why = _why(error)
        unnoticed = story.stage is Stage.PREPARE or only_beside(story)
        if isinstance(error, Interrupted) and (unnoticed or story.stage is not Stage.ROLLBACK):
            self.stop.answer()  # what clears up or leads back is what was asked for
            if story.stage in (Stage.SEAL, Stage.CLEAR) and not story.in_doubt():
                return  # the little that is left is safer done than stopped
        if unnoticed:
            self._clear(story, why, error)
        elif story.stage is Stage.CUT_OVER:
            self._turn_back(story, world, why, error, policy)
        elif isinstance(error, Interrupted) or story.stage is Stage.SINGLE:
            raise error
        elif story.stage is Stage.ROLLBACK:
            raise operator_needed(self.session, story, why) from error
        else:
            raise unrecorded(self.session, story, error.failed) from error

    def _clear(self, story: Story, why: str, error: ReleaseToolsError) -> None:
        failure = "interrupted" if isinstance(error, Interrupted) else _kind(error)
        facts = {"stage": Stage.CLEAR.value, "failed": why, "failure": failure}
        story.run.add_plan(plan_clearing(story), undo=True, facts=facts)

    def _turn_back(self, story: Story, world: World, why: str, error: ReleaseToolsError, policy: Policy | None) -> None:
        if isinstance(error, Interrupted) and story.opened():
            self._seal(story, world, "operator_stopped")
            return
        blueprint = world.blueprint(story.identity.release)
        policy = policy or blueprint.policy(self.session.environment).rollback
        try:
            reached = observe_reached(story, world, policy=policy)
        except ToolFailed as lost:
            unknown = f"{why} What was reached cannot be told: {lost.failed}"
            raise operator_needed(self.session, story, unknown) from error
        decision = decide(reached)
        if decision.way is Way.HOLD and not reached.written:
            raise held(self.session, story, why) from error
        if decision.way is Way.OPERATOR:
            raise operator_needed(self.session, story, f"{why} There is no way back: {decision.why}.") from error
        facts = {"failed": why, "row": decision.row, "failure": _kind(error)}
        if decision.way is Way.HOLD:
            self._seal(story, world, "failed", facts)
            return
        plan = plan_way_back(story, world, decision)
        story.run.add_plan(plan, undo=True, facts={**facts, "stage": Stage.ROLLBACK.value})
        self.show(plan)

    def _seal(self, story: Story, world: World, outcome: Outcome, facts: dict[str, str] | None = None) -> None:
        plan = seal(self.session, story, world, outcome)
        story.run.add_plan(plan, facts={**(facts or {}), "stage": Stage.SEAL.value, "outcome": outcome})

    def _end(self, run: Run) -> str:
        """Return the outcome of a closed run, or raise what it stands for."""
        story = tell(run)
        outcome, why = run.closed, story.evidence.failed
        if outcome == "rolled_back" and run.flow == "deploy":
            raise rolled_back(self.session, story)
        if outcome == "failed" and story.stage is Stage.CLEAR:
            raise unprepared(self.session, story, why)
        if outcome == "failed":
            raise held(self.session, story, why)
        if outcome in ("operator_stopped", "interrupted"):
            raise Interrupted(why or "Stopped.", state=ending_of(story), todo="")
        # Before a first deploy there were no users; that none came while it was watched is no finding.
        if outcome == "committed" and story.evidence.verdict == "inconclusive" and story.previous:
            world = self._world(run)
            if world.blueprint(story.identity.release).bake.inconclusive == "exit-10":
                raise Inconclusive(
                    f"{story.identity.version} serves, but watching it told neither good nor bad: "
                    f"{(story.evidence.watched or {}).get('why', '')}.",
                    state="It is committed and recorded.",
                    todo=f"Type `release-tools verify --env {self.session.environment}` to look again.",
                )
        return outcome

    def _world(self, run: Run) -> World:
        return self.session.world(run, lambda: self.stop.requested)


def record_run(session: DeploySession, intent: Intent, plan: Plan, stage: Stage) -> Run:
    """Return a new run with its first plan, of which nothing is carried out yet."""
    return session.runs.create(session.run_id, intent, plan, facts={"stage": stage.value})


def _outcome(story: Story) -> str:
    if story.stage is Stage.CLEAR:
        return "interrupted" if story.evidence.failure == "interrupted" else "failed"
    return story.evidence.outcome or "done"


def _why(error: ReleaseToolsError) -> str:
    return error.failed.replace("\n", " ", 1)


def _kind(error: ReleaseToolsError) -> str:
    cause = error.__cause__
    return "backup" if isinstance(cause, BackupFailed) else "tool"
