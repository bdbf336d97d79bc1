"""Announcing: deploys and rollbacks are shown at the forge, as one record each of what goes to an environment.

The forge is told and never asked for leave: whatever goes wrong with it is said, written down, and harms no deploy.
"""

from collections.abc import Callable, Mapping
from typing import Any

from release_tools.deploy.flows.stages import Stage, Story
from release_tools.domain.forge.pipeline import DeploymentState
from release_tools.engine.runs import Run
from release_tools.errors import OutcomeUnknown, PreconditionFailed
from release_tools.ports import Forge
from release_tools.record import record

ANNOUNCED = "announced"
"""The fact that holds the record's number at the forge and the state it was given last."""
UNANNOUNCED = "unannounced"
"""The fact that says why the forge could not be told."""

STATES: Mapping[str, DeploymentState] = {
    "committed": "succeeded",
    "operator_stopped": "succeeded",
    "rolled_back": "inactive",
    "failed": "failed",
    "interrupted": "inactive",
}
"""From the outcome of a run to what its record says at the end: it serves, it was taken back, it never came."""


@record
class Announcer:
    """A forge with an environment whose deploys it shows."""

    forge: Forge | None = None
    """None where there is none that could be told."""
    environment: str = ""
    log: str = ""
    """Where the log of this process is shown; empty: nowhere."""
    say: Callable[[str], None] = lambda text: None

    def begin(self, story: Story) -> None:
        """Tell of a deploy that begins; once a cut-over has begun, nobody waits for a forge while users do."""
        silenced = any(UNANNOUNCED in facts for facts in story.run.facts())
        if story.stage is Stage.PREPARE and story.run.flow == "deploy" and not silenced and not _told(story.run):
            self._tell(story.run, "running")

    def end(self, story: Story, outcome: str) -> None:
        """Tell how a run ends; call it before the run is closed, whose journal is final then."""
        if story.run.flow == "deploy":
            self._tell(story.run, STATES.get(outcome, "failed"))
        elif story.run.flow == "rollback" and outcome == "rolled_back":
            self._tell(story.run, "succeeded")

    def _tell(self, run: Run, state: DeploymentState) -> None:
        told = _told(run)
        if self.forge is None or told.get("state") == state:
            return
        try:
            number = told.get("id") or _record(self.forge, self.environment, run)
            self.forge.turn_deployment(number, state, self.log)
            self._retire(self.forge, run)
        except Exception as error:  # noqa: BLE001 - whatever a forge does, the deploy goes on
            why = str(error).partition("\n")[0]
            self.say(f"warning: the forge does not show that this {run.flow} is {state}: {why}")
            run.note({UNANNOUNCED: {"state": state, "why": why}})
        else:
            run.note({ANNOUNCED: {"id": number, "state": state}})

    def _retire(self, forge: Forge, run: Run) -> None:
        """Tell that what a rollback took back does not serve; a forge does not see it for production by itself."""
        brought_by = str(run.intent.get("brought_by", ""))
        standing = forge.find_deployment(self.environment, run.intent["commit"], brought_by) if brought_by else None
        if standing is not None and standing.state != "inactive":
            forge.turn_deployment(standing.id, "inactive", self.log)


NOBODY = Announcer()
"""Where no forge is told."""


def _record(forge: Forge, environment: str, run: Run) -> int:
    """Return the number of a run's record; one that is there already is that."""
    commit = str(run.intent["commit" if run.flow == "deploy" else "previous_commit"])
    if not commit:
        raise PreconditionFailed("The commit that serves again is not on record here.")
    place = (environment, commit, run.id)
    standing = forge.find_deployment(*place)
    if standing is None:
        try:
            standing = forge.record_deployment(*place)
        except OutcomeUnknown:
            standing = forge.find_deployment(*place)
            if standing is None:
                raise
    return standing.id


def _told(run: Run) -> Mapping[str, Any]:
    """Return what the forge was told last of a run."""
    found: Mapping[str, Any] = {}
    for facts in run.facts():
        found = facts.get(ANNOUNCED, found)
    return found
