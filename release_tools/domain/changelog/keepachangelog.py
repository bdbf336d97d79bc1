"""A changelog file is text with one section for each version; one section is put in, and every other byte stays.

What a section says is rendered in `changelog`; files are not read or written here, and any text is accepted.
"""

from collections.abc import Sequence

from release_tools.domain.changelog.heading import NOTES, NOTES_END, Heading, parse_headings, split_lines
from release_tools.domain.version import Version
from release_tools.record import record

NEW_LEVEL = 2
"""The level of the headings that we write."""


@record
class Section:
    """A version's section: from its heading to the next part of the file, as positions in the text."""

    version: Version
    start: int
    end: int


def read_sections(text: str) -> tuple[Section, ...]:
    """Return the sections of all versions in the order of the file; the unreleased block is none."""
    headings = parse_headings(text)
    floor = links_start(text)
    return tuple(
        Section(version=heading.version, start=heading.start, end=part_end(headings[place:], heading.level, floor))
        for place, heading in enumerate(headings)
        if heading.version is not None
    )


def insert_section(text: str, version: Version, section: str) -> str:
    """Return the text with the section in its place: below Unreleased, above the newest lower version.

    A pending section of the same version is replaced, except for its notes. Line ends follow the file.
    """
    section = section.strip("\n").replace("\n", line_end(text))
    old = find_section(text, version)
    if old is not None:
        section = keep_notes(text[old.start : old.end], section)
    return put_section(text, version, old, section)


def carry_section(into: str, source: str, version: Version) -> str:
    """Return `into` with the version's section exactly as it stands in `source`; unchanged when it has none."""
    found = find_section(source, version)
    if found is None:
        return into
    section = source[found.start : found.end].rstrip("\r\n")
    return put_section(into, version, find_section(into, version), section)


def rename_section(text: str, old: Version, new: Version) -> str:
    """Return the text with a section under another version; unchanged when there is none of the old one."""
    found = find_section(text, old)
    if found is None:
        return text
    heading, newline, rest = text[found.start :].partition("\n")
    return text[: found.start] + heading.replace(str(old), str(new), 1) + newline + rest


def remove_section(text: str, version: Version) -> str:
    """Return the text without the version's section."""
    found = find_section(text, version)
    return text if found is None else text[: found.start] + text[found.end :]


def changed_sections(before: str, after: str) -> tuple[Version, ...]:
    """Return the versions whose section in `before` reads differently in `after`, or is gone."""
    old, new = _texts(before), _texts(after)
    return tuple(version for version, texts in old.items() if texts != new.get(version))


def _texts(text: str) -> dict[Version, tuple[str, ...]]:
    """Return what stands under each version's heading, or headings; white space at the end does not count."""
    texts: dict[Version, tuple[str, ...]] = {}
    for found in read_sections(text):
        texts[found.version] = (*texts.get(found.version, ()), text[found.start : found.end].rstrip("\r\n"))
    return texts


def find_section(text: str, version: Version, *, number: int = 0) -> Section | None:
    """Return a version's section; should there be more than one, the one of that number."""
    found = tuple(section for section in read_sections(text) if section.version == version)
    return found[number] if number < len(found) else None


def put_section(text: str, version: Version, old: Section | None, section: str) -> str:
    """Return the text with a section, given without its final newline, in place of the old one or as a new one."""
    if old is not None:
        end = old.start + len(text[old.start : old.end].rstrip("\r\n"))
        return text[: old.start] + section + text[end:]
    return put_part(text, _place_for(text, version), section)


def put_part(text: str, place: int, part: str) -> str:
    """Return the text with a part, given without its final newline, at a place where another part begins."""
    newline = line_end(text)
    before, after = text[:place], text[place:]
    opening = newline if before and not before.endswith("\n") else ""
    return before + opening + part + newline + (newline if after else "") + after


def _place_for(text: str, version: Version) -> int:
    """Return where a new section goes: above the first lower version, else below all others and below Unreleased.

    A file whose headings name no version gets it above the first part that is not its title.
    """
    headings = parse_headings(text)
    lower = (heading.start for heading in headings if heading.version is not None and heading.version < version)
    last = max((place for place, heading in enumerate(headings) if heading.is_section), default=0)
    level = min(headings[last].level, NEW_LEVEL) if headings and headings[last].is_section else NEW_LEVEL
    return next(lower, part_end(headings[last:], level, links_start(text)))


def part_end(headings: Sequence[Heading], level: int, floor: int) -> int:
    """Return where the first heading's part ends: at a section, at a heading of the level, or at `floor`."""
    return next((other.start for other in headings[1:] if other.is_section or other.level <= level), floor)


def links_start(text: str) -> int:
    """Return where the link definitions at the end of the text start, or its end when there are none."""
    start = len(text)
    for at, line in reversed(tuple(split_lines(text))):
        if line.startswith("[") and "]: " in line and "-->" not in line:
            start = at
        elif line.strip():
            break
    return start


def line_end(text: str) -> str:
    """Return the line end of the text's first line."""
    return "\r\n" if text[: text.find("\n") + 1].endswith("\r\n") else "\n"


def keep_notes(old: str, new: str) -> str:
    """Return the new section with the notes of the old one below its heading, in place of any notes of its own."""
    kept = read_notes(old)
    if not kept:
        return new
    for block in read_notes(new):
        new = new.replace(block, "", 1)
    newline = line_end(old)
    heading, _, rest = new.partition(newline)
    rest = rest.strip("\r\n")
    return (newline * 2).join((heading, *kept, rest) if rest else (heading, *kept))


def read_words(section: str) -> str:
    """Return what is written by hand in a section, without its marks."""
    blocks = (block.replace("\r\n", "\n").removeprefix(NOTES).removesuffix(NOTES_END) for block in read_notes(section))
    return "\n\n".join(text for block in blocks if (text := block.strip()))


def read_notes(section: str) -> tuple[str, ...]:
    """Return the blocks of hand-written notes with their marks; one that is not closed goes on to the next heading."""
    found: list[str] = []
    begin = -1
    for start, line in split_lines(section):
        if begin < 0:
            begin = start if line.strip() == NOTES else -1
        elif line.strip() == NOTES_END:
            found.append(section[begin : start + len(line)])
            begin = -1
    if begin >= 0:
        following = (heading.start for heading in parse_headings(section[begin:]))
        found.append(section[begin : begin + next(following, len(section) - begin)].rstrip("\r\n"))
    return tuple(found)
