"""A process runtime in a temporary directory that ends every process it started, also when a test fails.

Fixtures stand beside the tests that use them.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from release_tools.adapters.processes.identity import is_alive, kill_group, pid_of, send_signal
from release_tools.adapters.processes.place import ServicePlace
from release_tools.adapters.processes.runtime import ProcessRuntime, Restarting
from release_tools.domain.deploy.service import ServiceSpec

QUICK = Restarting(first_pause=0.05, longest_pause=0.2, attempts=4, settled=5.0)
SLEEP = ("/bin/sh", "-c", "exec sleep 60")


def make_runtime(
    top: Path,
    *,
    variables: dict[str, str] | None = None,
    restarting: Restarting = QUICK,
    log_bytes: int = 10_000_000,
) -> ProcessRuntime:
    """Return a runtime below a directory, with two releases laid out as empty trees."""
    for release in ("one", "two"):
        (top / "releases" / release / "inner").mkdir(parents=True, exist_ok=True)
    return ProcessRuntime(
        state=top / "state",
        home=top / "home",
        releases=lambda release: str(top / "releases" / release),
        variables=lambda: variables or {},
        restarting=restarting,
        log_bytes=log_bytes,
    )


@contextmanager
def ending(top: Path) -> Iterator[None]:
    """End whatever was supervised below a directory when the block is left."""
    try:
        yield
    finally:
        for state in sorted(top.rglob("state.json")):
            end(ServicePlace(directory=state.parent))


def end(place: ServicePlace) -> None:
    """Kill a supervisor and its service, by the identities that they wrote down."""
    told = place.recorded()
    if told is None:
        return
    # The supervisor first, lest it starts the service again.
    if told.supervisor:
        send_signal(told.supervisor, signal.SIGKILL)
        wait_until(lambda: not is_alive(told.supervisor))
    told = place.recorded() or told
    if told.service and is_alive(told.service):
        kill_group(pid_of(told.service), signal.SIGKILL)


def wait_until(true: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something is true, which must not take long."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "this was never true"
        time.sleep(0.01)


def sleeper(name: str = "web", **changes: object) -> ServiceSpec:
    """Return a service that does nothing for a minute."""
    return ServiceSpec(**({"name": name, "command": SLEEP} | changes))  # type: ignore[arg-type]


def shell(script: str, name: str = "web", **changes: object) -> ServiceSpec:
    """Return a service that is a shell script."""
    return ServiceSpec(**({"name": name, "command": ("/bin/sh", "-c", script)} | changes))  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    """Return whether a process is there, ended ones that nobody waited for left out."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    if Path("/proc/self").exists():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
