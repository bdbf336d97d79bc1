"""Services in memory that behave as a test says: come up slowly, exit, flap, or serve another version.

Looks are counted instead of seconds; every sample that the prober's fake takes of a service is one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from release_tools.domain.deploy.service import Placement, ServiceSpec, ServiceState
from release_tools.errors import PreconditionFailed, ToolFailed


@dataclass(frozen=True, kw_only=True)
class Script:
    """How a service behaves after each start."""

    slow: int = 0
    """Looks until it answers."""
    flaps: int = 0
    """How often it stops answering for one look, after one good look each."""
    exits: int | None = None
    """The code with which it ends by itself, after `lives` looks."""
    lives: int = 0
    again: bool = False
    """Whether it is started again at once when it ends, before anybody has looked."""
    oom_killed: bool = False
    crash_loop: bool = False
    serves: str = ""
    """The version that it tells; empty: its own."""
    refuses: str = ""
    """Why it cannot even be started."""


@dataclass
class FakeService:
    """A started service: what is seen of it, what it was given, and how it will answer."""

    spec: ServiceSpec
    state: ServiceState
    environment: dict[str, str]
    version: str
    script: Script
    looks: int = 0
    answers: Iterator[bool] = field(default_factory=lambda: iter(()))


@dataclass
class FakeRuntime:
    """Runs what it is told in memory; `scripts` by service, or by `service@release` where it is about one release."""

    scripts: dict[str, Script] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    """The environment file's."""
    taken: set[int] = field(default_factory=set)
    """Ports on which somebody else listens."""
    done: list[str] = field(default_factory=list)
    """What was done, in words, for tests that look at the order of things."""

    def __post_init__(self) -> None:
        self._services: dict[tuple[str, str], FakeService] = {}
        self._restarts: dict[str, bool] = {}
        self._processes, self._ports = count(1000), count(40000)

    def service(self, name: str, rehearsal: str = "") -> FakeService:
        """Return a service that was started, for a test to look at."""
        return self._services[rehearsal, name]

    def may_restart(self, name: str) -> bool:
        """Return whether a live service may be started again."""
        return self._restarts.get(name, True)

    def reboot(self) -> None:
        """End every process as a reboot of the host does."""
        for service in self._services.values():
            if service.state.state == "running":
                service.state = replace(service.state, state="exited", identity="", exit_code=None)

    def end(self, name: str, exit_code: int, rehearsal: str = "") -> None:
        """Let a service end by itself; it is started again where that is allowed."""
        service = self._services[rehearsal, name]
        if self.may_restart(name) and not rehearsal:
            again = service.state.restarts + 1
            service.state = replace(service.state, identity=self._identity(), restarts=again, exit_code=exit_code)
            return
        service.state = replace(service.state, state="exited", identity="", exit_code=exit_code)

    def look(self, name: str, rehearsal: str = "") -> bool:
        """Look at a service once: whether it answers now."""
        service = self._services.get((rehearsal, name))
        if service is None or service.state.state != "running":
            return False
        service.looks += 1
        script = service.script
        if script.exits is not None and service.looks > script.lives:
            if script.again:
                again = service.state.restarts + 1
                service.state = replace(service.state, restarts=again, exit_code=script.exits)
                return False
            seen = replace(service.state, oom_killed=script.oom_killed, crash_loop=script.crash_loop)
            service.state = replace(seen, state="exited", identity="", exit_code=script.exits)
            return False
        return service.looks > script.slow and next(service.answers, True)

    def states(self, placement: Placement | None = None, /) -> Mapping[str, ServiceState]:
        """Return what is seen of the services of a placement, by name."""
        wanted = placement.rehearsal if placement else ""
        return {name: service.state for (where, name), service in self._services.items() if where == wanted}

    def start(
        self, spec: ServiceSpec, placement: Placement, environment: Mapping[str, str], /, *, version: str
    ) -> ServiceState:
        """Start a service, or adopt the one that runs from the same release."""
        key = (placement.rehearsal, spec.name)
        there = self._services.get(key)
        if there and there.state.state == "running":
            if there.state.release != placement.release:
                raise PreconditionFailed(f"The service {spec.name} still runs from release {there.state.release}.")
            return there.state
        script = self.scripts.get(f"{spec.name}@{placement.release}", self.scripts.get(spec.name, Script()))
        if script.refuses:
            raise ToolFailed(f"The service {spec.name} cannot be started: {script.refuses}.")
        state = ServiceState(name=spec.name, state="running", release=placement.release, identity=self._identity())
        told = {"RELEASE_VERSION": version} | ({spec.port_variable: str(spec.port)} if spec.port_variable else {})
        self._services[key] = FakeService(
            spec=spec,
            state=state,
            environment=self.variables | dict(environment) | told,
            version=version,
            script=script,
            answers=iter((True, False) * script.flaps),
        )
        self._note("start", spec.name, placement.rehearsal, placement.release)
        return state

    def stop(self, name: str, placement: Placement | None = None, /, *, grace: float) -> None:
        """Stop a service."""
        rehearsal = placement.rehearsal if placement else ""
        service = self._services.get((rehearsal, name))
        if service:
            self._note("stop", name, rehearsal, service.state.release)
            service.state = replace(service.state, state="stopped", identity="")

    def rehearsals(self) -> tuple[str, ...]:
        """Return the rehearsals that were not stopped, ordered."""
        return tuple(sorted({rehearsal for rehearsal, _ in self._services if rehearsal}))

    def stop_rehearsal(self, rehearsal: str, /, *, grace: float) -> None:
        """Forget all services of a rehearsal."""
        self._services = {key: service for key, service in self._services.items() if key[0] != rehearsal}

    def restart_allowed(self, name: str, /, *, allowed: bool) -> None:
        """Remember whether a live service may be started again."""
        self._restarts[name] = allowed

    def log_tail(self, name: str, placement: Placement | None = None, /, *, lines: int = 50) -> tuple[str, ...]:
        """Return a line that says which version was started."""
        service = self._services.get((placement.rehearsal if placement else "", name))
        return (f"{name} {service.version} started",)[-lines:] if service else ()

    def free_ports(self, count: int, /) -> tuple[int, ...]:
        """Return ports that nobody was given yet."""
        return tuple(next(port for port in self._ports if not self.listening(port)) for _ in range(count))

    def listening(self, port: int, /) -> bool:
        """Return whether a running service has the port, or somebody else."""
        ours = (one.spec.port for one in self._services.values() if one.state.state == "running")
        return port in self.taken or port in ours

    def _identity(self) -> str:
        number = next(self._processes)
        return f"{number}:{number * 100}"

    def _note(self, verb: str, name: str, rehearsal: str, release: str) -> None:
        self.done.append(" ".join(word for word in (verb, name, release, rehearsal and f"in {rehearsal}") if word))
