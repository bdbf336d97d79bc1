"""The changelog is rendered one version at a time: its section, from the entries of that version.

Finding and replacing sections in an existing file is the business of `keepachangelog`.
"""

from collections.abc import Container, Mapping, Sequence

from release_tools.domain.changelog.fragments import Fragment
from release_tools.domain.changelog.keepachangelog import (
    Section,
    carry_section,
    changed_sections,
    insert_section,
    read_sections,
    remove_section,
    rename_section,
)
from release_tools.domain.changelog.outline import BREAKING_HEADING, Outline, group_entries
from release_tools.domain.changelog.rendering import render_outline
from release_tools.domain.history.commit import Commit
from release_tools.domain.history.entries import Squash
from release_tools.domain.version import Version
from release_tools.domain.weblinks import Forge

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
    fragments: Sequence[Fragment] = (),
    forge: Forge | None = None,
) -> str:
    """Render the section of one version as Markdown; `sections` maps a type to its heading, in the order of printing.

    Breaking changes stand first, whatever their type, and nowhere else; types without a heading are left out.
    """
    groups = group_entries(commits, sections=sections, released=released, squash=squash, fragments=fragments)
    return render_outline(Outline(version=str(version), date=date, groups=groups), forge=forge)
