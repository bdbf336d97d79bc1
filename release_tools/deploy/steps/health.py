"""The steps that look at a version: before it is opened, and for a while after.

They change nothing but what a check itself writes and cleans up.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from release_tools.deploy.blueprint import Blueprint
from release_tools.deploy.steps.services import wait_for
from release_tools.deploy.waiting import Wait, await_steady, probe_check
from release_tools.deploy.world import World
from release_tools.domain.deploy.service import Placement
from release_tools.domain.verdict import Traffic, Verdict, WatchLimits, is_hard, judge_traffic, parse_traffic, sum_up
from release_tools.engine.step import PENDING, Reality
from release_tools.errors import CheckFailed, Interrupted
from release_tools.record import record


@record
class VerifyVersion:
    """Wait until every service and every check of a release is good, all of them over the same two seconds.

    A window for each of them would keep users out as many times as long and show no more.
    """

    kind: ClassVar[str] = "verify-version"
    release: str
    version: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"verify {self.version}"

    def probe(self, world: World) -> Reality:
        """Looking is all there is to it."""
        return PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Sample; the facts say how long each took."""
        blueprint, placement = world.blueprint(self.release), Placement(self.release)
        waits = [wait_for(world, spec, placement, world.prober, version=self.version) for spec in blueprint.services]
        waits += [
            Wait(
                name=check.name,
                look=partial(probe_check, check, world, self.release, self.version),
                within=check.within,
            )
            for check in blueprint.checks
        ]
        return {"verified": dict(await_steady(world, waits))}


@record
class Bake:
    """Watch a version that serves; entered again, it begins anew."""

    kind: ClassVar[str] = "bake"
    release: str
    version: str
    seconds: float
    before: tuple[float, ...]
    """Requests, error rate and p95 of the previous version; empty: not known."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"watch {self.version} for {self.seconds:g} s"

    def probe(self, world: World) -> Reality:
        """Looking is all there is to it."""
        return PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Sample checks and traffic; a bad verdict raises `CheckFailed`, the others are told as facts."""
        blueprint = world.blueprint(self.release)
        limits, table = _limits(blueprint), blueprint.bake
        begun, verdicts, bad = world.clock.monotonic(), list[Verdict](), 0
        warm = begun + min(table.warm_up, self.seconds)
        while (now := world.clock.monotonic()) < begun + self.seconds:
            if world.stopping():
                raise Interrupted(f"Interrupted while watching {self.version}.")
            world.clock.sleep(min(table.interval, max(begun + self.seconds - now, 0.05)))
            bad = self._checks(world, blueprint, bad, table.failures)
            if world.front is not None and world.clock.monotonic() > warm:
                verdicts.append(self._traffic(world, limits, world.clock.monotonic() - warm))
                _refuse_failed(sum_up(verdicts, limits), self.version)
        verdict = sum_up(verdicts, limits) if world.front is not None else Verdict("pass", "its checks stayed good")
        return {"verdict": verdict.word, "watched": {"why": verdict.why, "looks": len(verdicts)}}

    def _checks(self, world: World, blueprint: Blueprint, bad: int, failures: int) -> int:
        samples = [probe_check(check, world, self.release, self.version) for check in blueprint.checks if check.bake]
        wrong = [sample for sample in samples if not sample.good]
        if wrong and (bad + 1 >= failures or any(sample.final for sample in wrong)):
            raise CheckFailed("; ".join(f"{sample.check}: {sample.said}" for sample in wrong) + ".")
        world.note({"sample": {"bad": [sample.check for sample in wrong]}})
        return bad + 1 if wrong else 0

    def _traffic(self, world: World, limits: WatchLimits, span: float) -> Verdict:
        assert world.front is not None
        now = parse_traffic(world.front.traffic(min(span, 30.0)))
        verdict = judge_traffic(now, Traffic(*self.before) if self.before else None, limits)
        world.note({"sample": {"traffic": now._asdict(), "verdict": verdict.word}})
        if is_hard(now):
            raise CheckFailed(f"{self.version} fails its users: {verdict.why}.")
        return verdict


def _refuse_failed(verdict: Verdict, version: str) -> None:
    if verdict.word == "fail":
        raise CheckFailed(f"{version} fails its users: {verdict.why}.")


def _limits(blueprint: Blueprint) -> WatchLimits:
    table = blueprint.bake
    return WatchLimits(
        error_rate=table.error_rate,
        p95_ratio=table.p95_ratio,
        min_requests=table.min_requests,
        failures=table.failures,
    )
