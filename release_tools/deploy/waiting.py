"""Waiting until things are good: services that start, checks that must hold, each with its own deadline.

What is looked at and what a look says is the prober's and the runtime's business.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import field

from release_tools.deploy.world import World
from release_tools.domain.deploy.health import GOOD_IN_A_ROW, CheckSpec, Moment, Sample, Verdict, pause, verdict
from release_tools.domain.deploy.service import ServiceState
from release_tools.errors import CheckFailed, Interrupted
from release_tools.record import record

DARK_SPAN = 2.0
"""Seconds over which samples must be good in a row while nobody is let in."""
STEADY = 0.5
"""Jitter spreads clients that wait for one server; here one waits for its own."""

Look = Callable[[], Sample]


@record
class Wait:
    """One thing that is waited for, with the samples that were taken of it."""

    name: str
    look: Look
    within: float
    last_words: Callable[[], str] = lambda: ""
    """Returns what a failure tells besides."""
    moments: list[Moment] = field(default_factory=list)


def await_up(world: World, waits: Sequence[Wait]) -> Mapping[str, float]:
    """Wait until all are good once, so that what needs them may begin; whether they stay is for `await_steady`."""
    return _await(world, waits, span=0.0, in_a_row=1)


def await_steady(world: World, waits: Sequence[Wait]) -> Mapping[str, float]:
    """Wait until all have been good for a while, each in the same while as the others."""
    return _await(world, waits, span=DARK_SPAN)


def _await(world: World, waits: Sequence[Wait], *, span: float, in_a_row: int = GOOD_IN_A_ROW) -> Mapping[str, float]:
    """Look again and again until all are good; `CheckFailed` names the first that will not be.

    What is due at the same time is looked at at the same time, so that a slow look makes nobody else's while longer.
    Returns for each how many seconds it took. A stop request raises `Interrupted`.
    """
    begun, took = world.clock.monotonic(), dict[str, float]()
    due = [(begun, wait) for wait in waits]
    with ThreadPoolExecutor(max(len(waits), 1)) as beside:
        while due:
            now = world.clock.monotonic()
            looked, due = [wait for at, wait in due if at <= now], [(at, wait) for at, wait in due if at > now]
            for wait, (sample, at) in zip(looked, _look(world, looked, beside), strict=True):
                wait.moments.append(Moment(at, sample.good, sample.final))
                found = verdict(wait.moments, span=span, deadline=begun + wait.within, now=at, in_a_row=in_a_row)
                if found.over and found is not Verdict.READY:
                    raise CheckFailed(f"{wait.name} {found.value}: {sample.said}.{wait.last_words()}")
                if found is Verdict.READY:
                    took[wait.name] = at - begun
                else:
                    # What a good look takes is part of its pause; otherwise slow looks would make the while longer.
                    last = now if sample.good else at
                    due.append((last + pause(wait.moments, span=span, jitter=STEADY), wait))
            if due and world.stopping():
                raise Interrupted(f"Interrupted while waiting for {', '.join(wait.name for _, wait in due)}.")
            if due:
                world.clock.sleep(max(min(at for at, _ in due) - world.clock.monotonic(), 0.0))
    return took


def _look(world: World, waits: Sequence[Wait], beside: Executor) -> Iterable[tuple[Sample, float]]:
    """Return a sample of each and when it was had, in the order of the waits."""

    def look(wait: Wait) -> tuple[Sample, float]:
        return wait.look(), world.clock.monotonic()

    return beside.map(look, waits) if len(waits) > 1 else [look(wait) for wait in waits]


def judge_state(name: str, state: ServiceState | None, *, release: str) -> Sample:
    """Return what the state of a service says as a sample; an end by itself is final once it was not restarted."""
    if state is None or state.state == "stopped":
        return Sample(name, False, "it is not running", 0.0)
    if state.oom_killed:
        return Sample(name, False, "it was killed for want of memory", 0.0, final=True)
    if state.crash_loop:
        return Sample(name, False, f"it ends again and again, with exit code {state.exit_code}", 0.0, final=True)
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
