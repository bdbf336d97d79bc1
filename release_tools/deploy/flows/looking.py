"""Looking at what serves, or at what stands in the way of a version, without a run and without waiting.

Nothing is changed but what a check itself writes and cleans up.
"""

from release_tools.deploy.flows.proposals import look_at
from release_tools.deploy.flows.upkeep import serving
from release_tools.deploy.guards import Finding, look_over
from release_tools.deploy.session import DeploySession
from release_tools.deploy.state import PlatformState
from release_tools.deploy.waiting import probe_check
from release_tools.deploy.world import World
from release_tools.domain.deploy.health import Sample

__all__ = ["Finding", "look_at_serving", "look_before"]


def look_before(
    session: DeploySession, world: World, version: str, ref: str = ""
) -> tuple[PlatformState, tuple[Finding, ...]]:
    """Return the state of the platform with a view to a version, and what every guard finds in it."""
    state = look_at(session, world, version, ref)
    return state, look_over(state)


def look_at_serving(world: World) -> tuple[str, tuple[Sample, ...]]:
    """Return the version that serves, and one sample of each of its checks."""
    release, version = serving(world)
    checks = world.blueprint(release).checks
    return version, tuple(probe_check(check, world, release, version) for check in checks)
