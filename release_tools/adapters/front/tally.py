"""What users met: requests, answers of 5xx and times, second by second in a file that is bounded.

Answers to those who were kept out on purpose are none of these. A time is that until the head of an answer.
"""

import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

STEP = math.log(1.05)
"""Times are counted in steps of five per cent, so a percentile is told to a fortieth."""
QUICKEST = 1e-5
LIMIT = 4_000_000
"""Bytes of the file, and of the one before it: at a line of 200 bytes for each second, more than five hours."""


class Tally:
    """Counts in memory, and appends what it has counted as one line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._errors = 0
        self._times: Counter[int] = Counter()

    def add(self, status: int, seconds: float) -> None:
        """Count an answer."""
        self._errors += status >= 500
        self._times[round(math.log(max(seconds, QUICKEST)) / STEP)] += 1

    def write(self) -> None:
        """Append what was counted since the last time; `OSError` where the disk does not take it."""
        if not self._times:
            return
        # Rounded down, for what is written now must not seem to come from the future.
        line = json.dumps([math.floor(monotonic() * 100) / 100, self._errors, *map(list, self._times.items())])
        self._errors, self._times = 0, Counter()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
            full = os.fstat(handle).st_size > LIMIT
        finally:
            os.close(handle)
        if full:
            self.path.replace(_before(self.path))


def figures(path: Path, seconds: float) -> dict[str, float]:
    """Return `requests`, `error_rate` and `p95` (in seconds) of the last so many seconds."""
    now, errors, times = monotonic(), 0, Counter[int]()
    for at, wrong, *steps in _rows((_before(path), path)):
        # After a reboot the clock begins anew, so what seems to come from the future is from before it.
        if now - seconds <= at <= now:
            errors += wrong
            for step, count in steps:
                times[step] += count
    requests = times.total()
    rate = errors / requests if requests else 0.0
    return {"requests": float(requests), "error_rate": rate, "p95": _percentile(times, 0.95)}


def _percentile(times: Counter[int], share: float) -> float:
    left = math.ceil(times.total() * share)
    for step in sorted(times):
        left -= times[step]
        if left <= 0:
            return math.exp(step * STEP)
    return 0.0


def _rows(paths: Iterable[Path]) -> Iterator[Any]:
    """Yield a list for each second: when, errors, and pairs of a time's step and how often it was met."""
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            continue
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                continue  # A line that was cut off by a crash.


def _before(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")
