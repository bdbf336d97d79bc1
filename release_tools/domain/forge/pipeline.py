"""A pipeline run is work that a forge does on request; a deployment is the forge's record of where a version went.

A run is found again by a word of ours in its title: forges do not tell which run a request has started.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class RunState(Enum):
    """How far a pipeline run is."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Return whether nothing more will happen."""
        return self in (RunState.PASSED, RunState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRun:
    """A run of a pipeline."""

    id: int
    title: str
    address: str
    state: RunState


def deploy_mark(tag: str, environment: str, commit: str) -> str:
    """Return the mark of the deploy of a release: the same for whoever starts it, so that it is started once."""
    return f"deploy-{tag}-{environment}-{commit[:12]}"


DeploymentState = Literal["pending", "running", "succeeded", "failed", "inactive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The record that a commit goes to an environment; `mark` is our own name of the attempt."""

    id: int
    environment: str
    commit: str
    mark: str
    state: DeploymentState = "pending"
