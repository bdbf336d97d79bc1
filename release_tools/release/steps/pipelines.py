"""The step that starts a deploy at a forge, once, whoever gets there first.

Which deploy a release starts is told in `deploying`.
"""

from dataclasses import dataclass
from typing import ClassVar

from release_tools.engine.step import DONE, PENDING, Facts, Reality
from release_tools.errors import OutcomeUnknown
from release_tools.release.world import World, forge_of

STARTED = "started"
"""The fact that names the mark of a deploy that was started in this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def title(self) -> str:
        """Return one line for the plan."""
        return f"start {self.pipeline}: deploy {self.version} to {self.environment} ({self.mark})"

    def probe(self, world: World) -> Reality:
        """Look for the run with our mark."""
        return DONE if forge_of(world).find_run(self.pipeline, self.commit, self.mark) else PENDING

    def apply(self, world: World) -> Facts:
        """Start it; where the answer gets lost, look for the run as long as the forge may take to list it."""
        forge, order = forge_of(world), (("environment", self.environment), ("version", self.version))
        try:
            forge.start_pipeline(self.pipeline, self.tag, (*order, ("mark", self.mark)))
        except OutcomeUnknown:
            if not forge.look_out_for_run(self.pipeline, self.commit, self.mark):
                raise
        return {STARTED: self.mark}
