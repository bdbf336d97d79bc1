"""An update brings a changelog file up to history: what it lacks is put in, and what is released stays as it reads.

Which versions there are, and what they say, is decided in `outline`.
"""

from collections.abc import Sequence
from dataclasses import replace

from release_tools.domain.changelog.keepachangelog import insert_section, keep_notes, line_end, read_sections
from release_tools.domain.changelog.links import define_links
from release_tools.domain.changelog.outline import Outline
from release_tools.domain.changelog.parts import end_blank, read_parts, write_parts
from release_tools.domain.changelog.rendering import comparisons, render_document, render_outline
from release_tools.domain.version import parse_version
from release_tools.domain.weblinks import Forge


def update_document(text: str, outlines: Sequence[Outline], *, forge: Forge | None = None) -> str:
    """Return the text with the sections that it lacks and with its unreleased block rendered anew.

    Sections that stand in it, and everything around them, stay byte for byte; hand-written notes do anywhere.
    """
    if not text.strip():
        return render_document(outlines, forge=forge)
    end = line_end(text)
    text = text.replace("\r\n", "\n") if end == "\r\n" else text
    there = {section.version for section in read_sections(text)}
    for outline in outlines:
        rendered = render_outline(outline, forge=forge)
        if not outline.version:
            text = _with_unreleased(text, rendered.rstrip("\n"))
        elif (version := parse_version(outline.version)) not in there:
            text = insert_section(text, version, rendered)
    return define_links(text, dict(comparisons(outlines, forge))).replace("\n", end)


def _with_unreleased(text: str, block: str) -> str:
    parts = read_parts(text)
    block = keep_notes(parts.unreleased, block) if parts.unreleased else block
    if parts.unreleased == block:
        return text
    return write_parts(end_blank(text), replace(parts, unreleased=block)).rstrip("\n") + "\n"
