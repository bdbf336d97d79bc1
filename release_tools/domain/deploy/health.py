"""Health: checks as they are declared, single samples of them, and the rules that make a verdict out of samples.

Nothing is measured here.
"""

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from typing import Literal, NamedTuple

from release_tools.record import record

CheckKind = Literal["service", "http", "post", "tcp", "sql", "command", "identity"]

GOOD_IN_A_ROW = 3
FLAPS = 3
"""How often a check may turn from good to bad until that alone is a failure."""

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.05, 5.0, 1.2
"""Seconds between two looks at something that is not good yet: the first, the longest, and by what each is longer.

A look costs next to nothing, and users are kept out meanwhile: what comes up is seen after a quarter as long again.
"""

JITTER = 0.2
"""The share of a pause by which it is made shorter or longer."""


@record
class CheckSpec:
    """One declared check; which fields count depends on its kind."""

    name: str
    kind: CheckKind
    service: str = ""
    """service: the one that must be running; http, post, identity, tcp: whose port is asked."""
    path: str = "/"
    """http, post, identity."""
    status: int = 200
    json_path: str = ""
    """http, post, identity: dotted path into the answer."""
    equals: str = ""
    """http, post, sql, command: what must stand there; empty: anything. `{version}` is the target."""
    latency: float = 0.0
    """http, post: seconds that an answer may take; 0: any."""
    tls_days: int = 0
    """http over TLS: days for which the certificate must still be valid."""
    url: str = ""
    """http, post: an address instead of a service's port."""
    host: str = ""
    port: int = 0
    """tcp: instead of a service's port."""
    database: str = ""
    query: str = ""
    """sql: must give exactly one row with one column."""
    command: tuple[str, ...] = ()
    """command: must end with 0; run in the release's directory with the environment file's variables."""
    body: str = ""
    """post: JSON text that is sent."""
    cleanup_path: str = ""
    """post: what is deleted afterwards, with `{id}` for what the answer has at `cleanup_id`."""
    cleanup_id: str = ""
    timeout: float = 5.0
    """Seconds that one sample may take."""
    within: float = 120.0
    """Seconds until it must be good."""
    public: bool = True
    """Whether it goes through the front, with the bypass while maintenance is on."""
    bake: bool = True
    """Whether it is repeated after opening; a check that writes is usually not."""


class Sample(NamedTuple):
    """One look at one check."""

    check: str
    good: bool
    said: str
    """What was seen, without secrets; for a good sample a short word."""
    seconds: float
    final: bool = False
    """Whether looking again is of no use: an OOM kill, a crash loop, a wrong version."""


class Moment(NamedTuple):
    """A sample's word with its time on the monotonic clock, in seconds."""

    at: float
    good: bool
    final: bool = False


class Verdict(Enum):
    """What the samples of a check tell so far; the value is how a message puts it."""

    READY = "is ready"
    WAITING = "is not ready yet"
    FINAL = "failed for good"
    FLAPPING = "turned from good to bad too often"
    LATE = "was not ready in time"

    @property
    def over(self) -> bool:
        """Return whether more samples change nothing."""
        return self is not Verdict.WAITING


def is_ready(moments: Sequence[Moment], *, span: float, in_a_row: int = GOOD_IN_A_ROW) -> bool:
    """Return whether the last samples are good, at least so many in a row over `span` seconds."""
    row: list[Moment] = []
    for moment in reversed(moments):
        if not moment.good:
            break
        row.append(moment)
    return len(row) >= in_a_row and row[0].at - row[-1].at >= span


def flaps(moments: Sequence[Moment]) -> int:
    """Return how often good turned bad."""
    return sum(1 for one, other in pairwise(moments) if one.good and not other.good)


def verdict(
    moments: Sequence[Moment], *, span: float, deadline: float, now: float, in_a_row: int = GOOD_IN_A_ROW
) -> Verdict:
    """Return what samples in the order of time tell; `deadline` and `now` are on their clock.

    What is ready is not late: the deadline is for those that are still waited for.
    """
    if moments and moments[-1].final and not moments[-1].good:
        return Verdict.FINAL
    if flaps(moments) >= FLAPS:
        return Verdict.FLAPPING
    if is_ready(moments, span=span, in_a_row=in_a_row):
        return Verdict.READY
    return Verdict.LATE if now >= deadline else Verdict.WAITING


def pause(moments: Sequence[Moment], *, span: float, jitter: float) -> float:
    """Return the seconds until the next look; `jitter` from 0 to 1 is drawn by the caller.

    The pause grows with every bad sample in a row. Between good ones it is what the span needs, so that a service
    which is well is ready as soon as the span is over.
    """
    bad = 0
    for moment in reversed(moments):
        if moment.good:
            break
        bad += 1
    if moments and not bad:
        # A hair more than the share, lest rounding makes the last sample fall just short of the span.
        return min(LONGEST_PAUSE, max(FIRST_PAUSE, min(span / GOOD_IN_A_ROW, span - _covered(moments)) * 1.001))
    steady = min(LONGEST_PAUSE, FIRST_PAUSE * GROWTH ** max(0, min(bad, 40) - 1))
    return min(LONGEST_PAUSE, max(FIRST_PAUSE, steady * (1 + JITTER * (2 * jitter - 1))))


def _covered(moments: Sequence[Moment]) -> float:
    """Return the seconds that the good samples in a row at the end cover."""
    first = moments[-1].at
    for moment in reversed(moments):
        if not moment.good:
            break
        first = moment.at
    return moments[-1].at - first
