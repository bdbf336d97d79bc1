"""A link line at the end of a changelog gives a label its address; the lines of two texts are united label by label.

Addresses are not made up and not checked; line ends are LF here, except where a whole text is changed.
"""

import re
from collections.abc import Mapping
from itertools import chain

from release_tools.domain.changelog.keepachangelog import line_end, links_start
from release_tools.domain.changelog.unmergeable import Unmergeable
from release_tools.domain.version import Version, parse_tag

_LABEL = re.compile(r"\[(.+?)\]: ")
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")


def unite_links(base: str, ours: str, theirs: str) -> str:
    """Return the link lines of both sides; where both changed one, that which names the higher version."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    old, mine, other = (_labels(text) for text in (base, ours, theirs))
    lines: list[tuple[str, str]] = []
    for label in chain(mine, (label for label in other if label not in mine)):
        line = _pick(label, old.get(label), mine.get(label), other.get(label))
        if line is not None:
            lines.insert(len(lines) if label in mine else _place(label, lines), (label, line))
    return "\n".join(line for _, line in lines)


def define_links(text: str, links: Mapping[str, str]) -> str:
    """Return the text with these link lines at its end, each in its place; an empty address takes the line away."""
    start, end = links_start(text), line_end(text)
    before, old = text[:start], [line.rstrip("\r") for line in text[start:].split("\n") if line.strip()]
    lines = [(match[1] if (match := _LABEL.match(line)) else "", line) for line in old]
    for label, url in links.items():
        known = [place for place, (other, _) in enumerate(lines) if other.lower() == label.lower()]
        for place in reversed(known):
            del lines[place]
        if url:
            place = known[0] if known else _new_place(label, lines)
            lines.insert(place, (label, f"[{label}]: {url}"))
    if [line for _, line in lines] == old:
        return text
    gap = "" if old else end * (2 - (before.endswith("\n")) - before.endswith(end * 2))
    return (before + gap + "".join(f"{line}{end}" for _, line in lines)) if lines else before.rstrip("\r\n") + end


def _new_place(label: str, lines: list[tuple[str, str]]) -> int:
    """Return where a label goes that has no line yet: one that is no version stands above all."""
    return _place(label, lines) if parse_tag(label, "") else 0


def _labels(text: str) -> dict[str, str]:
    lines = [line for line in text.split("\n") if line.strip()]
    labels = {match[1]: line for line in lines if (match := _LABEL.match(line))}
    if len(labels) != len(lines):
        raise Unmergeable("two link lines at its end have one label")
    return labels


def _pick(label: str, old: str | None, mine: str | None, other: str | None) -> str | None:
    if other in (mine, old):
        return mine
    if mine in (old, None):
        return other
    if other is None:
        return mine
    one, two = _highest(mine), _highest(other)
    if one is None or two is None or one == two:
        raise Unmergeable(f"both sides changed where [{label}] leads to")
    return mine if one > two else other


def _highest(line: str) -> Version | None:
    versions = (parse_tag(text, "") for text in _VERSION.findall(line))
    return max((version for version in versions if version is not None), default=None)


def _place(label: str, lines: list[tuple[str, str]]) -> int:
    """Return where a new label goes: above the first lower version, else below all."""
    version = parse_tag(label.removeprefix("v"), "")
    if version is None:
        return len(lines)
    others = (parse_tag(other.removeprefix("v"), "") for other, _ in lines)
    return next((place for place, other in enumerate(others) if other is not None and other < version), len(lines))
