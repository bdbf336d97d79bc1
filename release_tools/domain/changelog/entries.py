"""An entry is a list item, a paragraph or a block under a heading; the entries of two texts are united by rule.

Which texts are to be united is decided by the caller; line ends are LF here, and no section of a version is known.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from release_tools.domain.changelog.heading import parse_heading, split_runs
from release_tools.record import record

BULLET = re.compile(r"[-*+] |[0-9]+[.)] ")


@record
class Entry:
    """An entry, or a heading: the heading line above it, the blank lines before it, its lines."""

    group: str
    gap: str
    text: str

    @property
    def is_heading(self) -> bool:
        """True for a heading itself."""
        return self.text.strip() == self.group


Groups = dict[str, list[Entry]]


def unite_entries(base: str, ours: str, theirs: str) -> str:
    """Return our text with the entries that they added to the base, and without those that they took out of it."""
    old, mine, other = (_group(split_entries(text)) for text in (base, ours, theirs))
    entries: list[Entry] = []
    for group in dict.fromkeys((*mine, *other)):
        sides = (old.get(group, []), mine.get(group, []), other.get(group, []))
        united = _unite(*sides)
        if united and (len(united) > 1 or not united[0].is_heading or _is_wanted(*sides)):
            entries += united
    if entries:
        gap = next(entry.gap for groups in (mine, other) for group in groups.values() for entry in group)
        entries[0] = replace(entries[0], gap=gap)
    return "\n".join(entry.gap + entry.text for entry in entries)


def split_entries(text: str) -> tuple[Entry, ...]:
    """Return the entries and headings of a text; what is indented, or follows without a blank line, goes on."""
    found: list[Entry] = []
    group = gap = ""
    for _, run in split_runs(text):
        lines = "\n".join(run)
        if not lines.strip():
            gap += "\n"
            continue
        is_heading = len(run) == 1 and parse_heading(lines, 0) is not None
        group = lines.strip() if is_heading else group
        goes_on = lines[0] in " \t" or not (gap or BULLET.match(lines))
        if goes_on and not is_heading and found and not found[-1].is_heading:
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{gap}{lines}")
        else:
            found.append(Entry(group=group, gap=gap, text=lines))
        gap = ""
    return tuple(found)


def _group(entries: Iterable[Entry]) -> Groups:
    groups: Groups = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry)
    return groups


def _unite(old: list[Entry], mine: list[Entry], other: list[Entry]) -> list[Entry]:
    """Return the entries of one group; its heading stays first, as we or else they have it."""
    before, here, there = ({entry.text for entry in side} for side in (old, mine, other))
    heading = [entry for entry in (*mine, *other) if entry.is_heading][:1]
    kept = [entry for entry in mine if not entry.is_heading and (entry.text in there or entry.text not in before)]
    added = [entry for entry in other if not entry.is_heading and entry.text not in before | here]
    united = heading + kept
    for entry in added:
        follows = bool(united) and BULLET.match(united[-1].text) and BULLET.match(entry.text)
        united.append(replace(entry, gap="" if follows else "\n"))
    if heading and len(united) > 1 and kept and not kept[0].gap:
        first = next(entry.gap for entry in mine if not entry.is_heading)
        united[1] = replace(united[1], gap=first)
    return united


def _is_wanted(old: list[Entry], mine: list[Entry], other: list[Entry]) -> bool:
    """Return whether a heading without entries stays: unless one side has taken it out of the base."""
    return bool(mine and other) or not old
