"""The process runtime: the services of one environment as supervised processes, live ones and those of rehearsals.

What makes a service ready, and in which order they start, is decided elsewhere.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path

from release_tools.adapters.loopback_ports import free_ports, is_listening
from release_tools.adapters.processes.place import Job
from release_tools.adapters.processes.supervised import INHERITED, Supervised, supervised
from release_tools.domain.deploy.holes import fill_holes
from release_tools.domain.deploy.masking import mask, secrets_of
from release_tools.domain.deploy.service import Placement, ServiceSpec, ServiceState
from release_tools.errors import ConfigError, ToolFailed
from release_tools.record import record

NAME = re.compile(r"[A-Za-z0-9][\w.-]*")

HOME = "RELEASE_HOME"
"""Tells a service where its data lies; an override of it changes `{home}` as well."""


@record
class Restarting:
    """When a service that ends is started again: pauses double, and so many quick ends in a row are a crash loop."""

    first_pause: float = 0.5
    longest_pause: float = 30.0
    attempts: int = 5
    settled: float = 10.0
    """Seconds that a service must live for its end not to be a quick one."""


@record
class ProcessRuntime:
    """Services as processes, their state below `state`; `releases` tells where the tree of a release is.

    Rehearsals have directories of their own, so that nothing that is done to them reaches a live service.
    """

    state: Path
    home: Path
    releases: Callable[[str], str]
    variables: Callable[[], Mapping[str, str]]
    """The environment file's; asked at every start, kept nowhere."""
    python: str = sys.executable
    """What `{python}` stands for."""
    restarting: Restarting = field(default_factory=Restarting)
    log_bytes: int = 10_000_000
    log_files: int = 3

    def states(self, placement: Placement | None = None) -> Mapping[str, ServiceState]:
        """Return what is seen of the live services, or of a rehearsal's, by name; those never started are left out."""
        services = self._services(placement)
        names = sorted(path.name for path in services.iterdir()) if services.is_dir() else ()
        seen = ((name, supervised(services / name, name).seen()) for name in names)
        return {name: state for name, state in seen if state}

    def start(
        self, spec: ServiceSpec, placement: Placement, environment: Mapping[str, str], *, version: str
    ) -> ServiceState:
        """Start a service, supervised; one that runs from that release already is adopted."""
        tree = Path(self.releases(placement.release))
        cwd = Path(os.path.normpath(tree / spec.directory))
        if not cwd.is_relative_to(tree):
            raise ConfigError(
                f"The directory of the service {spec.name} leads out of the released tree: {spec.directory}.",
                state="It was not started.",
                todo=f"Correct deploy.services.{spec.name}.directory.",
            )
        job = Job(
            argv=self._command(spec, tree, self._home(environment)),
            cwd=str(cwd),
            env=self._environment(spec, environment, version),
            release=placement.release,
            version=version,
            restarting=not placement.rehearsal,
            first_pause=self.restarting.first_pause,
            longest_pause=self.restarting.longest_pause,
            attempts=self.restarting.attempts,
            settled=self.restarting.settled,
            log_bytes=self.log_bytes,
            log_files=self.log_files,
        )
        with self._writing():
            return self._service(spec.name, placement).start(job)

    def stop(self, name: str, placement: Placement | None = None, *, grace: float) -> None:
        """Stop a service and see to it that nothing starts it again; one that does not run is no error."""
        with self._writing():
            self._service(name, placement).stop(grace)

    def rehearsals(self) -> tuple[str, ...]:
        """Return the rehearsals of which services are or were started, ordered."""
        below = self.state / "rehearsals"
        return tuple(sorted(path.name for path in below.iterdir())) if below.is_dir() else ()

    def stop_rehearsal(self, rehearsal: str, *, grace: float) -> None:
        """Stop all services of a rehearsal and forget it; one that nobody knows is no error."""
        placement = Placement("", rehearsal)
        for name in self.states(placement):
            self.stop(name, placement, grace=grace)
        with self._writing():
            if rehearsal in self.rehearsals():
                shutil.rmtree(self._services(placement).parent)

    def restart_allowed(self, name: str, *, allowed: bool) -> None:
        """Let the supervisor start a live service again when it exits, or not; it may until it is told otherwise."""
        with self._writing():
            self._service(name, None).allow_restart(allowed=allowed)

    def log_tail(self, name: str, placement: Placement | None = None, *, lines: int = 50) -> tuple[str, ...]:
        """Return the last lines that a service wrote, masked."""
        secrets = secrets_of(self.variables())
        return tuple(mask(line, secrets) for line in self._service(name, placement).last_words(lines))

    def free_ports(self, count: int) -> tuple[int, ...]:
        """Return TCP ports on loopback that nobody listens on now."""
        return free_ports(count)

    def listening(self, port: int) -> bool:
        """Return whether somebody listens on a TCP port of loopback."""
        return is_listening(port)

    def _services(self, placement: Placement | None) -> Path:
        rehearsal = placement.rehearsal if placement else ""
        return (self.state / "rehearsals" / _checked(rehearsal) if rehearsal else self.state) / "services"

    def _service(self, name: str, placement: Placement | None) -> Supervised:
        return supervised(self._services(placement) / _checked(name), name)

    def _command(self, spec: ServiceSpec, tree: Path, home: str) -> tuple[str, ...]:
        values = {"release": str(tree), "home": home, "port": str(spec.port), "python": self.python}
        return fill_holes(spec.command, values)

    def _environment(self, spec: ServiceSpec, overrides: Mapping[str, str], version: str) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        told = {"RELEASE_VERSION": version, HOME: self._home(overrides)} | (
            {spec.port_variable: str(spec.port)} if spec.port_variable else {}
        )
        return inherited | dict(self.variables()) | dict(overrides) | told

    def _home(self, overrides: Mapping[str, str]) -> str:
        """Return where the service's data lies: a rehearsal brings a home of its own."""
        return overrides.get(HOME, str(self.home))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ToolFailed(
                f"The state directory {self.state} cannot be used: {error.strerror or error}.",
                state="Services run on as they did.",
                todo="Make room or mend its permissions, then run this again.",
            ) from error


def _checked(name: str) -> str:
    """Return a name that becomes a directory's; the configuration's own names are all fine."""
    if not NAME.fullmatch(name):
        raise ConfigError(f"{name!r} cannot be the name of a service or a rehearsal.", todo="Use letters, digits, -.")
    return name
