"""Rendering: formats, links, the round trip of the context, notes and the check of a file."""

import json
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import SECTIONS, Story, gitflow

from release_tools.adapters.template_engine import render_template
from release_tools.domain.changelog.context import as_context, parse_context
from release_tools.domain.changelog.differences import carry_notes, find_differences
from release_tools.domain.changelog.markup import MARKUPS
from release_tools.domain.changelog.outline import Group, Item, Outline, group_entries
from release_tools.domain.changelog.rendering import render_document, render_notes, render_outline
from release_tools.domain.history.timeline import cut_timeline
from release_tools.domain.version import parse_version
from release_tools.domain.weblinks import Forge
from release_tools.errors import UsageError

FORGE = Forge(address="https://github.com/a/b", kind="github")
DOCUMENT = Path(__file__).parents[2] / "docs" / "changelog.md"
ITEM = Item(sha="a" * 40, type="feat", scope="api", description="a *b* (#12)", breaking="x_y", closes=("#7", "X-1"))
ONE = Outline(
    version="1.1.0",
    date="2026-01-15",
    tag="v1.1.0",
    previous="v1.0.0",
    groups=(Group(heading="Breaking", items=(ITEM,)),),
)


def outlines(drawn: tuple[Story, str, str]) -> tuple[Outline, ...]:
    story, develop, main = drawn
    finals = {version: sha for version, sha in story.tags.items() if version.is_final}
    return tuple(
        Outline(
            version=str(part.version or ""),
            date="2026-01-15" if part.version else "",
            groups=group_entries(part.commits, sections=SECTIONS, released=part.released),
        )
        for part in cut_timeline(story.log, finals, head=develop, main=main)
    )


def documented_template() -> str:
    """Return the template as docs/changelog.md shows it."""
    _, start, rest = DOCUMENT.read_text(encoding="utf-8").partition("    # Changelog\n")
    assert start
    return textwrap.dedent(start + rest.partition("\n`release-tools")[0]).rstrip("\n") + "\n"


def test_markdown_without_and_with_links() -> None:
    """Links are added to the same words; without a forge there is none."""
    assert render_outline(ONE) == (
        "## [1.1.0] - 2026-01-15\n\n### Breaking\n\n- **api:** a *b* (#12) (aaaaaaa, closes #7, closes X-1)\n  x_y\n"
    )
    linked = render_document((ONE,), forge=FORGE)
    base = FORGE.address
    assert f"a *b* ([#12]({base}/pull/12)) ([aaaaaaa]({base}/commit/{'a' * 40}), closes [#7]({base}/issues/7)" in linked
    assert linked.endswith(f"\n\n[1.1.0]: {base}/compare/v1.0.0...v1.1.0\n")
    assert "](" not in render_document((ONE,))


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        ("rst", ["[1.1.0] - 2026-01-15\n--------------------\n", r"- **api:** a \*b\* (#12) (aaaaaaa", r"  x\_y"]),
        ("asciidoc", ["== [1.1.0] - 2026-01-15\n", "* *api:* a &#42;b&#42; (&#35;12) (aaaaaaa", " +\n  x&#95;y"]),
    ],
)
def test_other_formats_keep_words_words(form: str, lines: list[str]) -> None:
    """What an author wrote is no markup, whatever the format."""
    text = render_outline(ONE, markup=MARKUPS[form])  # type: ignore[index]
    for line in lines:
        assert line in text


def test_notes_have_no_heading_of_a_version() -> None:
    """A release page has its own title."""
    assert render_notes(ONE) == render_outline(ONE).partition("\n\n")[2]
    assert render_notes(Outline(version="1.0.0", groups=())) == ""


@given(gitflow(), st.booleans())
def test_context_comes_back_and_the_template_says_the_same(drawn: tuple[Story, str, str], linked: bool) -> None:
    """`--context` and `--from-context` lose nothing; the template in the docs renders what we render without one."""
    found = outlines(drawn)
    context = as_context(found, FORGE if linked else None)
    assert parse_context(json.loads(json.dumps(context))) == found
    assert render_template(documented_template(), as_context(found), name="ours") == render_document(found)


@pytest.mark.parametrize(
    "data",
    [[], {}, {"format": 2, "versions": []}, {"format": 1, "versions": 3}, {"format": 1, "versions": [{"version": 1}]}],
)
def test_a_context_that_is_none_is_refused_by_place(data: object) -> None:
    """The message says where it does not fit."""
    with pytest.raises(UsageError):
        parse_context(data)


@pytest.mark.parametrize(
    "template",
    ["{{ ''.__class__.__mro__ }}", "{{ versions.append(1) }}", "{{ nothing }}", "{% if %}", "{{ 1 / 0 }}"],
)
def test_a_template_that_reaches_out_or_is_wrong_is_a_usage_error(template: str) -> None:
    """The sandbox lets nobody out and nothing be changed; a mistake is told, not skipped."""
    with pytest.raises(UsageError):
        render_template(template, {"versions": []}, name="bad")


def test_a_changed_section_is_named_and_notes_are_no_change() -> None:
    """Hand-written notes and sections without a tag stay out of the comparison."""
    version = parse_version("1.1.0")
    section = render_outline(ONE)
    noted = section.replace("\n\n### B", "\n\n<!-- notes -->\nwords\n<!-- /notes -->\n\n### B")
    text = f"# Changelog\n\n## [Unreleased]\n\n## [2.0.0] - 2027-01-01\n\n- pending\n\n{noted}"
    assert find_differences(text, {version: section}) == ()
    assert find_differences(text.replace("\n", "\r\n"), {version: section}) == ()
    assert find_differences(text.replace("aaaaaaa", "bbbbbbb"), {version: section}) == (version,)


def test_notes_are_carried_into_a_new_text() -> None:
    """Writing the whole changelog anew loses no hand-written word, and nothing else stays of the old one."""
    new = render_document((ONE, Outline(version="1.0.0", date="2026-01-01", groups=())))
    noted = new.replace("- 2026-01-01\n", "- 2026-01-01\n\n<!-- notes -->\nwords\n<!-- /notes -->\n")
    assert carry_notes(noted.replace("aaaaaaa", "bbbbbbb"), new) == noted
    assert carry_notes("", new) == new
