"""The parts of a changelog for which there are rules: the unreleased block, the versions' sections, the link lines.

They are read from a text and put into another one; what is said in them is decided elsewhere.
"""

from collections.abc import Mapping

from release_tools.domain.changelog.heading import parse_headings
from release_tools.domain.changelog.keepachangelog import (
    find_section,
    links_start,
    part_end,
    put_part,
    put_section,
    read_sections,
)
from release_tools.domain.version import Version
from release_tools.record import record

Key = tuple[Version, int]
"""A version, and a number from 0 for each of its sections: there may be more than one in files of long ago."""

Span = tuple[int, int]


@record
class Parts:
    """The parts of one text, without the line ends after them."""

    sections: Mapping[Key, str]
    unreleased: str | None
    links: str

    @property
    def descend(self) -> bool:
        """True when the sections stand in the order of their versions, the highest first."""
        versions = [version for version, _ in self.sections]
        return versions == sorted(versions, reverse=True)


def read_parts(text: str) -> Parts:
    """Return the parts of a text."""
    sections: dict[Key, str] = {}
    for found in read_sections(text):
        number = sum(version == found.version for version, _ in sections)
        sections[found.version, number] = text[found.start : found.end].rstrip("\r\n")
    span = _unreleased_span(text)
    unreleased = text[slice(*span)].rstrip("\r\n") if span else None
    return Parts(sections=sections, unreleased=unreleased, links=text[links_start(text) :].rstrip("\r\n"))


def write_parts(text: str, parts: Parts) -> str:
    """Return the text, which ends with a blank line, with exactly these parts; what stands around them stays."""
    for version, number in reversed(tuple(read_parts(text).sections)):
        found = find_section(text, version, number=number)
        if found and (version, number) not in parts.sections:
            text = text[: found.start] + text[found.end :]
    for (version, number), section in sorted(parts.sections.items()):
        found = find_section(text, version, number=number)
        text = put_section(text, version, found, section)
    return _write_links(_write_unreleased(text, parts.unreleased), parts.links)


def end_blank(text: str) -> str:
    """Return the text with one blank line at its end, so that whatever is put there stands apart."""
    kept = text.rstrip("\n")
    return f"{kept}\n\n" if kept else ""


def _unreleased_span(text: str) -> Span | None:
    headings = parse_headings(text)
    for place, heading in enumerate(headings):
        if heading.unreleased:
            return heading.start, part_end(headings[place:], heading.level, links_start(text))
    return None


def _write_unreleased(text: str, block: str | None) -> str:
    span = _unreleased_span(text)
    if span is None:
        first = next((section.start for section in read_sections(text)), links_start(text))
        return text if block is None else put_part(text, first, block)
    start, end = span
    if block is None:
        return text[:start] + text[end:]
    return text[:start] + block + text[start + len(text[start:end].rstrip("\r\n")) :]


def _write_links(text: str, links: str) -> str:
    start = links_start(text)
    before, old = text[:start], text[start:].rstrip("\r\n")
    if bool(old) == bool(links):
        return before + links + text[start + len(old) :]
    return f"{end_blank(before)}{links}\n"
