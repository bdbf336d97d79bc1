"""Differences are the released sections of a changelog file that no longer say what history says, or are gone.

Hand-written notes are no difference, and neither is anything outside the sections.
"""

from collections.abc import Mapping

from release_tools.domain.changelog.keepachangelog import insert_section, read_notes, read_sections
from release_tools.domain.version import Version


def find_differences(text: str, sections: Mapping[Version, str]) -> tuple[Version, ...]:
    """Return the versions whose section in the file differs from the one rendered from history."""
    return tuple(
        found.version
        for found in read_sections(text)
        if found.version in sections
        and not _agrees(text[found.start : found.end].rstrip("\r\n"), found.version, sections[found.version])
    )


def find_gaps(text: str, sections: Mapping[Version, str]) -> tuple[Version, ...]:
    """Return the versions without a section in a file that has those of older and of newer ones."""
    there = sorted(found.version for found in read_sections(text))
    return tuple(sorted(one for one in sections if there and there[0] < one < there[-1] and one not in there))


def _agrees(written: str, version: Version, rendered: str) -> bool:
    return insert_section(written, version, rendered).replace("\r\n", "\n") == written.replace("\r\n", "\n")


def carry_notes(old: str, new: str) -> str:
    """Return the new text with the hand-written notes that stand in sections of the old one."""
    noted = {found.version: old[found.start : found.end] for found in read_sections(old)}
    for found in reversed(read_sections(new)):
        piece = noted.get(found.version, "")
        if read_notes(piece):
            written, rest = piece.rstrip("\r\n"), new[found.start : found.end]
            section = insert_section(written, found.version, rest.rstrip("\n")).replace("\r\n", "\n")
            new = new[: found.start] + section + rest[len(rest.rstrip("\n")) :] + new[found.end :]
    return new
