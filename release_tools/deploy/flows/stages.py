"""The stages of a run: which of its plans is the current one, what it is about, and how it stands.

They are told from the journal; there is no second record of them.
"""

from enum import Enum

from release_tools.deploy.blueprint import Identity
from release_tools.deploy.evidence import Evidence, gather
from release_tools.deploy.steps.front import OpenFront
from release_tools.deploy.steps.health import Bake
from release_tools.deploy.steps.services import StartService
from release_tools.engine.plan import Plan
from release_tools.engine.runs import Run
from release_tools.record import record


class Stage(Enum):
    """What the current plan of a run is for."""

    PREPARE = "prepare"
    CUT_OVER = "cut-over"
    ROLLBACK = "rollback"
    SEAL = "seal"
    CLEAR = "clear"
    SINGLE = "single"
    """The one plan of a run that leads neither forward nor back: a backup, a migration by hand, tidying up."""


@record
class Story:
    """A run of a deploy as its journal tells it."""

    run: Run
    evidence: Evidence

    @property
    def stage(self) -> Stage:
        """Return what the current plan is for."""
        return Stage(self.evidence.stage)

    @property
    def identity(self) -> Identity:
        """Return the version that the run is to bring."""
        return Identity(str(self.run.intent.get("version", "")), str(self.run.intent.get("commit", "")))

    @property
    def previous(self) -> str:
        """Return the release that served when the run began."""
        return str(self.run.intent.get("previous", ""))

    def opened(self) -> bool:
        """Return whether users may have written to the new version: from the line that says that it is opened."""
        marks = (OpenFront, Bake) if self._has(OpenFront) else (Bake, StartService)
        return self._reached(marks)

    def touched(self) -> bool:
        """Return whether anything but the front was touched."""
        plan = self.cut_over()
        if plan is None:
            return False
        return self.stage is not Stage.CUT_OVER or any(self.run.said(i) for i in range(1, len(plan.steps)))

    def in_doubt(self) -> bool:
        """Return whether a step of the current plan was started and nobody knows how it ended."""
        return any(self.run.said(index) == "started" for index in range(len(self.run.plan().steps)))

    def cut_over(self) -> Plan | None:
        """Return the plan that cuts over, None while there is none."""
        plans = self.run.forward_plans()
        return plans[1] if len(plans) > 1 and self.stage is not Stage.CLEAR else None

    def began(self) -> str:
        """Return when the run began, as ISO 8601, UTC."""
        return self.run.made[0]

    def _has(self, kind: type) -> bool:
        plan = self.cut_over()
        return plan is not None and any(isinstance(step, kind) for step in plan.steps)

    def _reached(self, kinds: tuple[type, ...]) -> bool:
        """Return whether a step of one of the kinds was started in the plan that cuts over."""
        plan = self.cut_over()
        if plan is None:
            return False
        number = 1
        indexes = [index for index, step in enumerate(plan.steps) if isinstance(step, kinds)]
        return any(self.run.said_in(number, index) for index in indexes)


def tell(run: Run) -> Story:
    """Return the story of a run."""
    return Story(run=run, evidence=gather(run.facts()))
