"""Waiting until things are good: services that start, checks that must hold, each with its own deadline.

What is looked at and what a look says is the prober's and the runtime's business.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from release_tools.deploy.world import World
from release_tools.domain.deploy.health import FLAPS, CheckSpec, Moment, Sample, flaps, is_ready
from release_tools.domain.deploy.service import ServiceState
from release_tools.errors import CheckFailed, Interrupted

DARK_SPAN = 2.0
"""Seconds over which samples must be good in a row while nobody is let in."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0

Look = Callable[[], Sample]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One thing that is waited for, with the samples that were taken of it."""

    name: str
    look: Look
    within: float
    moments: list[Moment] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    def ready(self, span: float) -> bool:
        """Return whether it has been good for long enough."""
        return is_ready(self.moments, span=span)


def await_good(world: World, waits: Sequence[Wait], *, span: float = DARK_SPAN) -> Mapping[str, float]:
    """Look again and again until all are good; `CheckFailed` names the first that will not be.

    Returns for each how many seconds it took. A stop request raises `Interrupted`.
    """
    begun, took = world.clock.monotonic(), dict[str, float]()
    pause = FIRST_PAUSE
    while left := [wait for wait in waits if wait.name not in took]:
        for wait in left:
            _look(world, wait, begun)
            if wait.ready(span):
                took[wait.name] = world.clock.monotonic() - begun
        if len(took) == len(waits):
            break
        if world.stopping():
            raise Interrupted(f"Interrupted while waiting for {', '.join(wait.name for wait in left)}.")
        steady = all(wait.samples[-1].good for wait in left)
        pause = FIRST_PAUSE if steady else min(pause * 1.5, LONGEST_PAUSE)
        world.clock.sleep(pause)
    return took


def _look(world: World, wait: Wait, begun: float) -> None:
    sample = wait.look()
    now = world.clock.monotonic()
    wait.moments.append(Moment(now, sample.good))
    wait.samples.append(sample)
    if sample.final:
        raise CheckFailed(f"{wait.name}: {sample.said}.")
    if flaps(wait.moments) >= FLAPS:
        raise CheckFailed(f"{wait.name} turned bad {FLAPS} times; last: {sample.said}.")
    if not sample.good and now - begun > wait.within:
        raise CheckFailed(f"{wait.name} is not good after {wait.within:g} s: {sample.said}.")


def judge_state(name: str, state: ServiceState | None, *, release: str) -> Sample:
    """Return what the state of a service says as a sample; an end by itself is final once it was not restarted."""
    if state is None or state.state == "stopped":
        return Sample(name, False, "it is not running", 0.0)
    if state.oom_killed:
        return Sample(name, False, "it was killed for want of memory", 0.0, final=True)
    if state.state == "exited":
        return Sample(name, False, f"it ended with exit code {state.exit_code}", 0.0, final=True)
    if state.release != release:
        return Sample(name, False, f"it runs from {state.release or 'nowhere known'}, not from {release}", 0.0)
    return Sample(name, True, "running", 0.0)


def probe_check(check: CheckSpec, world: World, release: str, version: str) -> Sample:
    """Return a sample of a check on the live platform."""
    if check.kind == "service":
        return judge_state(check.name, world.runtime.states().get(check.service), release=release)
    public = check.public and world.front is not None and not check.url
    return world.prober.sample(
        check,
        release=release,
        version=version,
        base_url=world.front.address() if public and world.front else "",
        headers=world.front.bypass(world.token) if public and world.front else {},
    )
