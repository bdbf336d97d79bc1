"""The changelog is rendered one version at a time: its section, from the entries of that version.

Finding and replacing sections in an existing file is the business of `keepachangelog`.
"""

from collections.abc import Container, Mapping, Sequence

from release_tools.domain.changelog.keepachangelog import (
    Section,
    carry_section,
    changed_sections,
    insert_section,
    read_sections,
    remove_section,
    rename_section,
)
from release_tools.domain.history.commit import Commit
from release_tools.domain.history.entries import Squash, select_entries
from release_tools.domain.version import Version

__all__ = (
    "BREAKING_HEADING",
    "HEADER",
    "Section",
    "carry_section",
    "changed_sections",
    "insert_section",
    "read_sections",
    "remove_section",
    "rename_section",
    "render_section",
)

BREAKING_HEADING = "Breaking"
HEADER = "# Changelog\n\n## [Unreleased]\n\n"
"""What a changelog starts with when there is none yet."""


def render_section(
    commits: Sequence[Commit],
    version: Version,
    date: str,
    *,
    sections: Mapping[str, str],
    released: Container[str] = (),
    squash: Squash = "one",
) -> str:
    """Render the section of one version as Markdown; `sections` maps a type to its heading, in the order of printing.

    Breaking changes stand first, whatever their type, and nowhere else; types without a heading are left out.
    """
    groups: dict[str, list[str]] = {heading: [] for heading in (BREAKING_HEADING, *sections.values())}
    for entry in select_entries(commits, released=released, squash=squash).kept:
        heading = BREAKING_HEADING if entry.breaking is not None else sections.get(entry.type)
        if heading is not None:
            groups[heading].append(render_entry(entry))
    parts = [f"## [{version}] - {date}"]
    parts += [f"### {heading}\n\n" + "\n".join(lines) for heading, lines in groups.items() if lines]
    return "\n\n".join(parts) + "\n"


def render_entry(entry: Commit) -> str:
    """Render one entry as a list item: scope in bold, short name, closed issues, and below it what breaks."""
    scope = f"**{_line(entry.scope)}:** " if entry.scope else ""
    closes = "".join(f", closes {_line(issue)}" for issue in entry.closes)
    item = f"- {scope}{_line(entry.description)} ({entry.short}{closes})"
    if entry.breaking is None or entry.breaking == entry.description:
        return item
    return f"{item}\n  {_line(entry.breaking)}"


def _line(text: str) -> str:
    """Return the text on one line, without control characters and without comments that a reader would not see."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split()).replace("<!--", "&lt;!--").replace("-->", "--&gt;")
