"""The step that starts a deploy at a forge, once, whoever gets there first.

Which deploy a release starts is told in `deploying`.
"""

from typing import ClassVar

from release_tools.domain.forge.claim import Claim
from release_tools.engine.step import DONE, PENDING, Facts, Reality
from release_tools.errors import OutcomeUnknown, ToolFailed
from release_tools.record import record
from release_tools.release.claiming import PATIENCE, Claimed, Standing, claim_deploy, drop_claim
from release_tools.release.world import World, forge_of

STARTED = "started"
"""The fact that names the mark of a deploy that was started in this run, or found to be."""
UNCLAIMED = "unclaimed"
"""The fact that says why the remote let nobody claim it, so that looking at the forge had to do."""
OUTDATED = "outdated"
"""The fact that names the run that starts the deploy of a newer version, where this one is not started any more."""


@record
class StartDeploy:
    """Start the pipeline that deploys a version; a run of it that has our mark is that one, whoever started it."""

    kind: ClassVar[str] = "start-deploy"
    pipeline: str
    tag: str
    commit: str
    """What the tag points to."""
    version: str
    environment: str
    mark: str
    remote: str
    """Where it is claimed."""
    holder: str
    """The run that claims it."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"start {self.pipeline}: deploy {self.version} to {self.environment} ({self.mark})"

    def probe(self, world: World) -> Reality:
        """Look for the run with our mark."""
        return DONE if forge_of(world).find_run(self.pipeline, self.commit, self.mark) else PENDING

    def apply(self, world: World) -> Facts:
        """Start it if it is ours to start; an answer that gets lost is looked for as long as listing may take."""
        ours = Claim(version=self.version, mark=self.mark, holder=self.holder)
        claimed = claim_deploy(world, self.remote, self.environment, self.commit, ours)
        if claimed.standing is Standing.OUTDATED:
            return {OUTDATED: claimed.holder}
        forge = forge_of(world)
        if claimed.standing in (Standing.LOOK, Standing.LEAVE):
            found = forge.look_out_for_run(self.pipeline, self.commit, self.mark)
            if not found and claimed.standing is Standing.LEAVE:
                raise self._elsewhere(claimed)
            if found:
                return {STARTED: self.mark}
        self._start(world, claimed)
        return {STARTED: self.mark} | ({UNCLAIMED: claimed.why} if claimed.why else {})

    def _start(self, world: World, claimed: Claimed) -> None:
        forge = forge_of(world)
        order = (("environment", self.environment), ("version", self.version), ("mark", self.mark))
        try:
            forge.start_pipeline(self.pipeline, self.tag, order)
        except OutcomeUnknown:
            if not forge.look_out_for_run(self.pipeline, self.commit, self.mark):
                raise
        except ToolFailed as error:
            if drop_claim(world, self.remote, self.environment, claimed):
                raise
            kept = f"Its claim could not be given back: others can start it in {PATIENCE // 60} minutes."
            raise type(error)(error.failed, state=error.state, todo=f"{error.todo} {kept}".strip()) from error

    def _elsewhere(self, claimed: Claimed) -> ToolFailed:
        return ToolFailed(
            f"The run {claimed.holder} was about to start {self.pipeline}, and no run of it can be seen yet.",
            todo=f"Look at the forge for `{self.mark}`. In {claimed.left} seconds it is taken for lost.",
        )
