"""Services: what runs, in which order it starts, and what is seen of it.

How a service is started, stopped and watched is the runtime's business.
"""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Literal, NamedTuple

from release_tools.errors import ConfigError
from release_tools.record import record


@record
class ServiceSpec:
    """A service as a release declares it; nothing here is a secret, all of it may stand in a plan."""

    name: str
    command: tuple[str, ...]
    """With `{release}`, `{home}`, `{port}` and `{python}` as the only holes."""
    directory: str = "."
    """Relative to the release's directory."""
    port: int = 0
    """TCP port on loopback that it listens on; 0: none."""
    port_variable: str = ""
    """The environment variable that tells it its port."""
    health: str = ""
    """Path of the health URL; empty: running is healthy."""
    after: tuple[str, ...] = ()
    """Services that must be ready first."""
    grace: float = 10.0
    """Seconds between SIGTERM and SIGKILL."""
    ready_within: float = 120.0
    """Seconds until it must be ready."""
    public: bool = False
    """Whether the front leads users to it."""
    rehearsed: bool = True
    """Whether a rehearsal boots it."""


class Placement(NamedTuple):
    """Where a service runs: in which release's tree, and whether beside the live ones."""

    release: str
    """Name of the directory under `releases/`: the version and the first ten digits of the commit."""
    rehearsal: str = ""
    """Identifier of the rehearsal that it belongs to; empty: it is live."""


@record
class ServiceState:
    """A service as the runtime sees it now."""

    name: str
    state: Literal["running", "stopped", "exited"]
    """`stopped`: on purpose or never started; `exited`: it ended by itself."""
    release: str = ""
    """The release that it was started from; empty where none is known."""
    identity: str = ""
    """What is the same only while it is the same process (pid and start time); a restart changes it."""
    restarts: int = 0
    exit_code: int | None = None
    """How its last process ended, 128 and the signal's number where a signal ended it; None where nobody saw it."""
    oom_killed: bool = False
    """Whether the kernel ended it for want of memory; only told where the kernel's own count says so."""
    crash_loop: bool = False
    """Whether it ended so often so soon that it is not started again."""


def start_order(services: Iterable[ServiceSpec]) -> tuple[str, ...]:
    """Return the names of the services, each behind those that it needs; among equals by name."""
    specs = {service.name: service for service in services}
    sorter = TopologicalSorter({name: sorted(specs[name].after) for name in sorted(specs)})
    try:
        return tuple(name for name in sorter.static_order() if name in specs)
    except CycleError as error:
        raise ConfigError(
            f"Services wait for each other: {' -> '.join(error.args[1])}.",
            state="Nothing was changed.",
            todo="Break the circle in deploy.services.*.after.",
        ) from error
