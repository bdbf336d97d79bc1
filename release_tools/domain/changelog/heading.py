"""A heading is a Markdown line that begins a part of a changelog: a version, `Unreleased`, or something else.

What stands between headings is not looked at, except for blocks whose lines are no headings.
"""

from collections.abc import Callable, Iterator
from dataclasses import field

from release_tools.domain.version import Version, parse_tag
from release_tools.record import record

NOTES = "<!-- notes -->"
NOTES_END = "<!-- /notes -->"
SHORTEST_FENCE = 3
DEEPEST = 3
"""Versions stand in headings of at most this level."""


@record
class Heading:
    """A heading: its level, where its line starts, and the version it names or whether it says Unreleased."""

    level: int
    start: int
    version: Version | None = None
    unreleased: bool = False

    @property
    def is_section(self) -> bool:
        """True when a version's section or the unreleased block begins here."""
        return self.unreleased or self.version is not None


def parse_headings(text: str) -> tuple[Heading, ...]:
    """Parse the headings of a text; those in fenced code, comments and hand-written notes are none."""
    found = (parse_heading(run[0], start) for start, run in split_runs(text) if len(run) == 1)
    return tuple(heading for heading in found if heading is not None)


def split_runs(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the start and the lines of each run: a single line, or a whole block whose lines are no headings."""
    lines = tuple(split_lines(text))
    blocks = _Blocks(lines=lines)
    place = 0
    while place < len(lines):
        end = blocks.end(place)
        after = place + 1 if end is None else end + 1
        yield lines[place][0], tuple(line for _, line in lines[place:after])
        place = after


def split_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the start of each line and the line, without CR and LF; only LF ends a line."""
    start = 0
    for line in text.split("\n"):
        yield start, line.removesuffix("\r")
        start += len(line) + 1


def parse_heading(line: str, start: int) -> Heading | None:
    """Parse one line that may be a heading."""
    marks = line.removeprefix("\ufeff")
    title = marks.lstrip("#") if marks[:1] == "#" else marks
    level = len(marks) - len(title)
    if not 1 <= level <= 6 or title[:1] not in ("", " ", "\t"):
        return None
    start += len(line) - len(marks)
    words = title.strip()
    if words.lower().startswith(("[unreleased]", "unreleased")):
        return Heading(level=level, start=start, unreleased=level <= DEEPEST)
    return Heading(level=level, start=start, version=_version(words, level) if level <= DEEPEST else None)


def _version(words: str, level: int) -> Version | None:
    """Return the version that a title starts with: `[1.0.0]`, `v1.0.0`, `1.0.0 (date)`, `[1.0.0](link) - date`."""
    first, _, rest = words.partition(" ")
    name = first.removeprefix("[").replace("]", " ").split(" ")[0].rstrip(":,") if first else ""
    if level == DEEPEST and rest[:1].isalpha():
        return None
    return parse_tag(name.removeprefix("v"), "")


@record
class _Blocks:
    """The blocks of a text whose lines are no headings; `open` remembers the kinds that nothing closes any more."""

    lines: tuple[tuple[int, str], ...]
    open: set[str] = field(default_factory=set)

    def end(self, place: int) -> int | None:
        """Return the last line of the block that begins here; None when none begins, or it is never closed."""
        line = self.lines[place][1].strip()
        if line == NOTES:
            return self._notes_end(place)
        fence = _fence(line)
        if fence:
            return self._find(place, fence, lambda other: other.startswith(fence) and not other.strip(fence[0]))
        if "-->" in line.rpartition("<!--")[2] or "<!--" not in line:
            return None
        return self._find(place, "<!--", lambda other: "-->" in other)

    def _find(self, place: int, kind: str, closes: Callable[[str], bool]) -> int | None:
        if kind in self.open:
            return None
        found = (other for other in range(place + 1, len(self.lines)) if closes(self.lines[other][1].strip()))
        end = next(found, None)
        if end is None:
            self.open.add(kind)
        return end

    def _notes_end(self, place: int) -> int | None:
        """Return where the notes end, unless another version or other notes begin before."""
        for other in range(place + 1, len(self.lines)):
            start, line = self.lines[other]
            if line.strip() == NOTES_END:
                return other
            heading = parse_heading(line, start)
            if line.strip() == NOTES or (heading is not None and heading.is_section):
                return None
        return None


def _fence(line: str) -> str:
    """Return the run of marks that opens fenced code, empty when the line opens none."""
    mark = line[:1]
    rest = line.lstrip(mark) if mark in ("`", "~") else line
    run = len(line) - len(rest)
    return line[:run] if run >= SHORTEST_FENCE and not (mark == "`" and mark in rest) else ""
