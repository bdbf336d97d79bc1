"""The table of the crash matrix, printed at the end of the run, whichever worker played which part."""

from collections import Counter
from typing import Any

import pytest

HEAD = ("scenario", "points", "continued", "aborted", "asked a human", "wrong")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many points each scenario had and what became of them."""
    reports = [one for word in ("passed", "failed") for one in terminalreporter.stats.get(word, ())]
    rows: dict[str, Counter[str]] = {}
    for name, points, words in _recorded(reports, "crash"):
        rows.setdefault(name, Counter()).update({"points": points, **words})
    if not rows:
        return
    terminalreporter.section("crash matrix")
    for row in (
        HEAD,
        *(_cells(name, counts) for name, counts in rows.items()),
        _cells("all", sum(rows.values(), Counter())),
    ):
        terminalreporter.write_line(f"{row[0]:38}" + "".join(f"{cell:>15}" for cell in row[1:]))
    for number in _recorded(reports, "crash seed"):
        terminalreporter.write_line(f"CRASH_SEED={number}")


def _recorded(reports: list[Any], key: str) -> list[Any]:
    return [value for one in reports for name, value in getattr(one, "user_properties", ()) if name == key]


def _cells(name: str, counts: Counter[str]) -> tuple[str, ...]:
    return (name, *(str(counts[word]) for word in ("points", "continued", "aborted", "asked", "wrong")))
