"""Looking at what serves, without a run and without waiting.

Nothing is changed but what a check itself writes and cleans up.
"""

from release_tools.deploy.flows.upkeep import serving
from release_tools.deploy.waiting import probe_check
from release_tools.deploy.world import World
from release_tools.domain.deploy.health import Sample


def look_at_serving(world: World) -> tuple[str, tuple[Sample, ...]]:
    """Return the version that serves, and one sample of each of its checks."""
    release, version = serving(world)
    checks = world.blueprint(release).checks
    return version, tuple(probe_check(check, world, release, version) for check in checks)
