"""Two changelogs are merged part by part: each section as one side has it, the unreleased entries of both, the rest.

The rules decide about the parts; around them git merges the text, and afterwards every part must be what was decided.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from release_tools.domain.changelog.entries import unite_entries
from release_tools.domain.changelog.keepachangelog import read_notes
from release_tools.domain.changelog.links import unite_links
from release_tools.domain.changelog.parts import Key, Parts, end_blank, read_parts, write_parts
from release_tools.domain.changelog.unmergeable import Unmergeable
from release_tools.domain.version import Version

Side = Literal["ours", "theirs", "both"]
"""Where a version is released: its tag is in our history, in theirs, or in both."""

MergeText = Callable[[bytes, bytes, bytes], tuple[bytes, bool]]
"""Merges two texts that have a base, given as base, ours, theirs; says whether that went without a conflict."""


def merge_changelogs(
    base: str, ours: str, theirs: str, *, released: Mapping[Version, Side], merge_text: MergeText
) -> str | None:
    """Return the merged text, None where line ends differ and lines cannot be compared; raises `Unmergeable`.

    A version that is missing in `released` is pending: it has no tag anywhere.
    """
    ends = {_line_end(text) for text in (base, ours, theirs) if text}
    if len(ends) != 1 or None in ends:
        return None
    end = ends.pop() or "\n"
    texts = tuple(end_blank(text.replace(end, "\n")) for text in (base, ours, theirs))
    sides = [read_parts(text) for text in texts]
    parts = merge_parts(*sides, released=released, merge_text=merge_text)
    text = _merge((write_parts(text, parts) for text in texts), merge_text, "the text around its sections")
    merged = read_parts(text)
    if merged != parts or (all(side.descend for side in sides) and not merged.descend):
        raise Unmergeable("its sections would not come out whole and in their order")
    last, mine, other = (_last_end(text) for text in (base, ours, theirs))
    return text.rstrip("\n").replace("\n", end) + (other if mine == last else mine)


def merge_parts(
    base: Parts, ours: Parts, theirs: Parts, *, released: Mapping[Version, Side], merge_text: MergeText
) -> Parts:
    """Return the parts that the merged text must have; raises `Unmergeable` where only a person can tell."""
    sections: dict[Key, str] = {}
    for key in dict.fromkeys((*ours.sections, *theirs.sections)):
        old, mine, other = (side.sections.get(key) for side in (base, ours, theirs))
        section = _merge_section(old, mine, other, key[0], released.get(key[0]), merge_text)
        if section is not None:
            sections[key] = section
        _guard_notes(key[0], old or "", (mine or "", other or ""), section or "")
    return Parts(
        sections=sections,
        unreleased=_merge_unreleased(base.unreleased, ours.unreleased, theirs.unreleased),
        links=unite_links(base.links, ours.links, theirs.links),
    )


def contested_versions(ours: str, theirs: str) -> frozenset[Version]:
    """Return the versions whose sections two texts do not have alike."""
    mine, other = read_parts(ours).sections, read_parts(theirs).sections
    return frozenset(key[0] for key in {*mine, *other} if mine.get(key) != other.get(key))


def _merge_section(
    old: str | None, mine: str | None, other: str | None, version: Version, side: Side | None, merge_text: MergeText
) -> str | None:
    """Return a version's section: that of the side which released it, else that of the side which changed it."""
    winner = {"ours": mine, "theirs": other}.get(side or "both")
    if winner is not None or mine == other:
        return winner or mine
    if mine is None or other is None:
        left = other if mine is None else mine
        # A pending section that one side took out is gone; a released one is never lost.
        return None if side is None and left == old else left
    texts = (end_blank(text or "") for text in (old, mine, other))
    return _merge(texts, merge_text, f"the section of {version}").rstrip("\n")


def _merge_unreleased(old: str | None, mine: str | None, other: str | None) -> str | None:
    """Return the unreleased block: the side that changed it, else our entries and those that they added."""
    if other in (mine, old):
        return mine
    if mine == old:
        return other
    (_, before), (title, here), (heading, there) = (_cut_title(side or "") for side in (old, mine, other))
    united = unite_entries(before, here, there)
    gone = not united.strip() and None in (mine, other)
    return None if gone else f"{title or heading}\n{united}".rstrip("\n")


def _cut_title(block: str) -> tuple[str, str]:
    title, _, rest = block.partition("\n")
    return title, rest


def _guard_notes(version: Version, old: str, sides: tuple[str, str], section: str) -> None:
    """Raise when hand-written notes that one side added would be lost."""
    known = {*read_notes(old), *read_notes(section)}
    if any(block not in known for side in sides for block in read_notes(side)):
        raise Unmergeable(f"the section of {version} that is released lacks notes that were written on the other side")


def _merge(texts: Iterable[str], merge_text: MergeText, what: str) -> str:
    """Return the merge by lines of a base, ours and theirs; raise `Unmergeable` where it conflicts."""
    base, ours, theirs = texts
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    data, clean = merge_text(*(text.encode("utf-8", "surrogateescape") for text in (base, ours, theirs)))
    if not clean:
        raise Unmergeable(f"both sides changed {what}")
    return data.decode("utf-8", "surrogateescape")


def _last_end(text: str) -> str:
    """Return the line ends at the end of a text."""
    return text[len(text.rstrip("\r\n")) :]


def _line_end(text: str) -> str | None:
    """Return the line end of a text, None for one that has more than one kind."""
    lines, pairs = text.count("\n"), text.count("\r\n")
    return "\n" if not pairs else "\r\n" if pairs == lines else None
