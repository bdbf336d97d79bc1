"""The steps that stop and start services, one at a time.

A service is started only when it is told from which release; that it is ready is part of having started it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from release_tools.deploy.waiting import Wait, await_steady, await_up, judge_state
from release_tools.deploy.world import World
from release_tools.domain.deploy.health import CheckSpec, Sample
from release_tools.domain.deploy.service import Placement, ServiceSpec
from release_tools.engine.step import DONE, PENDING, Reality
from release_tools.errors import CheckFailed
from release_tools.ports.host import Prober
from release_tools.record import record

LOG_LINES = 50


@record
class StopService:
    """Stop a live service and see to it that nothing starts it again."""

    kind: ClassVar[str] = "stop-service"
    service: str
    grace: float

    def title(self) -> str:
        """Return one line for the plan."""
        return f"stop {self.service}"

    def probe(self, world: World) -> Reality:
        """Ask the runtime."""
        state = world.runtime.states().get(self.service)
        return DONE if state is None or state.state == "stopped" else PENDING

    def apply(self, world: World) -> None:
        """Stop it, with grace."""
        world.runtime.stop(self.service, grace=self.grace)


@record
class StartService:
    """Start a live service from a release and wait until it is up; one that runs already is adopted."""

    kind: ClassVar[str] = "start-service"
    service: str
    release: str
    version: str
    steady: bool = False
    """Whether it must also stay up for a while, where no `VerifyVersion` follows that looks at all of them at once."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"start {self.service} from {self.release}"

    def probe(self, world: World) -> Reality:
        """A service that runs may still not be ready, so it is looked at by applying."""
        return PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Start it and wait; a failure tells the last lines that it wrote."""
        spec = service_of(world, self.release, self.service)
        placement = Placement(self.release)
        world.runtime.start(spec, placement, {}, version=self.version)
        wait = wait_for(world, spec, placement, world.prober, version=self.version)
        took = (await_steady if self.steady else await_up)(world, (wait,))
        return {"started": {"service": self.service, "seconds": took[wait.name]}}


@record
class AllowRestarts:
    """Let the supervisor start the services again when they exit, as before the deploy."""

    kind: ClassVar[str] = "allow-restarts"
    services: tuple[str, ...]

    def title(self) -> str:
        """Return one line for the plan."""
        return f"let {', '.join(self.services)} be restarted when they exit"

    def probe(self, world: World) -> Reality:
        """Allowing it twice does no harm."""
        return PENDING

    def apply(self, world: World) -> None:
        """Tell the supervisors."""
        for service in self.services:
            world.runtime.restart_allowed(service, allowed=True)


def service_of(world: World, release: str, name: str) -> ServiceSpec:
    """Return a service of a release; `CheckFailed` where the release has none of that name."""
    spec = world.blueprint(release).service(name)
    if spec is None:
        raise CheckFailed(f"Release {release} has no service {name}.")
    return spec


def wait_for(world: World, spec: ServiceSpec, placement: Placement, prober: Prober, *, version: str) -> Wait:
    """Return what is waited for where a service is to run and to answer; a failure tells the last lines of its log."""
    seen = dict[str, int]()

    def look() -> Sample:
        state = world.runtime.states(placement if placement.rehearsal else None).get(spec.name)
        sample = judge_state(spec.name, state, release=placement.release)
        if state and sample.good and state.restarts > seen.setdefault("restarts", state.restarts):
            # Between two looks it has ended and come back: who looks at its port alone would wait for the next end.
            said = f"it ended with exit code {state.exit_code} and was started again"
            return Sample(spec.name, False, said, 0.0, final=True)
        if not sample.good or not spec.health:
            return sample
        return prober.sample(health_check(spec), release=placement.release, version=version)

    return Wait(
        name=spec.name,
        look=look,
        within=spec.ready_within,
        last_words=partial(_last_lines, world, spec.name, placement),
    )


def health_check(spec: ServiceSpec) -> CheckSpec:
    """Return the check that asks a service itself, past the front, whether it is healthy."""
    return CheckSpec(name=f"{spec.name} is healthy", kind="http", service=spec.name, path=spec.health, public=False)


def _last_lines(world: World, name: str, placement: Placement) -> str:
    tail = world.runtime.log_tail(name, placement, lines=LOG_LINES)
    return f"\nIts last lines:\n{chr(10).join(tail)}" if tail else "\nIt wrote nothing."
