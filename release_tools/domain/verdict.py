"""Verdicts: whether what is measured of a version that serves is good, bad, or tells nothing.

Measuring is done elsewhere; limits come from the configuration.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from release_tools.record import record

Word = Literal["pass", "fail", "inconclusive"]

HARD_ERROR_RATE = 0.5
"""Share of failed requests that ends a watch at once, whatever the limits say."""
HARD_REQUESTS = 20


class Traffic(NamedTuple):
    """What users met in a stretch of time; `p95` in seconds."""

    requests: float
    error_rate: float
    p95: float


class Verdict(NamedTuple):
    """A word and its reason, in one sentence."""

    word: Word
    why: str


@record
class WatchLimits:
    """What a version may do to its users while it is watched."""

    error_rate: float
    p95_ratio: float
    min_requests: int
    failures: int
    """Bad looks in a row that fail it."""


def parse_traffic(values: Mapping[str, float]) -> Traffic:
    """Return the traffic that a front measured."""
    return Traffic(values.get("requests", 0.0), values.get("error_rate", 0.0), values.get("p95", 0.0))


def judge_traffic(now: Traffic, before: Traffic | None, limits: WatchLimits) -> Verdict:
    """Return the verdict on one look; the latency is compared only where there was enough traffic before."""
    if now.requests >= HARD_REQUESTS and now.error_rate > HARD_ERROR_RATE:
        return Verdict("fail", f"{now.error_rate:.0%} of {now.requests:g} requests failed")
    if not now.requests >= limits.min_requests:  # also where the source says NaN
        return Verdict("inconclusive", f"{now.requests:g} requests are too few, {limits.min_requests} tell something")
    if now.error_rate > limits.error_rate:
        return Verdict("fail", f"{now.error_rate:.1%} of requests failed; {limits.error_rate:.1%} may")
    if before and before.requests >= limits.min_requests and now.p95 > before.p95 * limits.p95_ratio:
        return Verdict("fail", f"the 95th percentile is {now.p95:.3f} s, before it was {before.p95:.3f} s")
    return Verdict("pass", f"{now.requests:g} requests, {now.error_rate:.1%} failed, 95th percentile {now.p95:.3f} s")


def is_hard(now: Traffic) -> bool:
    """Return whether one look alone is enough to give up."""
    return now.requests >= HARD_REQUESTS and now.error_rate > HARD_ERROR_RATE


def sum_up(verdicts: Sequence[Verdict], limits: WatchLimits) -> Verdict:
    """Return the verdict on a whole watch: failed by bad looks in a row, passed by the last good one, else neither."""
    row = 0
    for verdict in verdicts:
        row = row + 1 if verdict.word == "fail" else 0
        if row >= limits.failures:
            return verdict
    told = [verdict for verdict in verdicts if verdict.word != "inconclusive"]
    if not told:
        return verdicts[-1] if verdicts else Verdict("inconclusive", "nothing was looked at")
    if told[-1].word == "fail":
        return Verdict("inconclusive", f"the last look was bad, too late to be sure: {told[-1].why}")
    return told[-1]
