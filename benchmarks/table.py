"""The table: rows of figures with the ratios aimed at, rendered as Markdown.

Nothing is measured here.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.paired import Times, ratio

ABSURD = 10.0
"""How many times the target a ratio must be to say that something is broken, not slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: what was measured, how much it was, the ratio to what, and the ratio aimed at (None: to compare)."""

    what: str
    figure: str
    ratio: float
    to: str
    target: float | None = None

    @property
    def absurd(self) -> bool:
        """Return whether the figure is so far off that the measurement itself is wrong."""
        return self.ratio <= 0 or (self.target is not None and self.ratio > ABSURD * self.target)

    @property
    def met(self) -> str:
        """Return whether the target is met, in a word."""
        if self.target is None:
            return ""
        return "yes" if self.ratio <= self.target else "**no**"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a title, with what a reader must know about them."""

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def timed_row(times: Times, name: str, floor: str, *, target: float | None = None) -> Row:
    """Return the row of one command: its median time, and the median of its ratios to the floor."""
    return Row(what=name, figure=render_seconds(times[name]), ratio=ratio(times, name, floor), to=floor, target=target)


def render_seconds(seconds: Sequence[float]) -> str:
    """Return the median as milliseconds."""
    return f"{statistics.median(seconds) * 1000:.1f} ms"


def render(table: Table) -> str:
    """Return the table as Markdown."""
    lines = [f"#### {table.title}", "", "| | median | ratio | to | target | met |", "|---|---:|---:|---|---:|---|"]
    for row in table.rows:
        target = "" if row.target is None else f"{row.target:g}"
        lines.append(f"| {row.what} | {row.figure} | {row.ratio:.2f} | {row.to} | {target} | {row.met} |")
    return "\n".join((*lines, *(f"\n{note}" for note in table.notes), ""))
