"""Changelog files: one section is put in, and nothing else ever changes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from release_tools.domain.changelog.section import (
    HEADER,
    carry_section,
    changed_sections,
    insert_section,
    read_sections,
    remove_section,
)
from release_tools.domain.version import Version, parse_version

ONE, TWO = parse_version("1.0.0"), parse_version("1.1.0")
SECTION = "## [1.1.0] - 2026-11-22\n\n### Added\n\n- login (abc1234)\n"
RELEASED = "## [1.0.0] - 2026-01-01\n\n### Fixed\n\n- begin\n"
NOTES = "<!-- notes -->\nRead *this*.\n\n## Upgrade\n\nFirst stop it.\n<!-- /notes -->"
STYLES = [
    "## [1.0.0] - 2026-01-01",
    "## v1.0.0",
    "# 1.0.0 (2026-01-01)",
    "### [1.0.0](https://x/y) (2026-01-01)",
    "## 1.0.0",
]

PIECES = st.sampled_from(
    (
        "# Changelog",
        "## [Unreleased]",
        "## [1.0.0] - 2026-01-01",
        "## v0.9.0",
        "# 0.8.0 (old)",
        "### 0.7.1",
        "## [2.0.0]",
        "## [1.1.0] - pending",
        "### Added",
        "### 1.0.0 migration",
        "## Archive",
        "- entry",
        "prose",
        "```",
        "````md",
        "~~~",
        "<!--",
        "-->",
        "<!-- notes -->",
        "<!-- /notes -->",
        "[1.0.0]: https://example.com",
        "",
        "",
        "\x0b\x85\u2028",
        "\r",
    )
)
TEXTS = st.builds(
    lambda lines, end: "".join(line + end for line in lines),
    st.lists(PIECES, max_size=14),
    st.sampled_from(("\n", "\r\n")),
)
VERSIONS = st.sampled_from([parse_version(text) for text in ("0.7.5", "1.0.1", "1.1.0", "2.0.0", "3.0.0")])


def rendered(version: Version, line: str = "- new") -> str:
    return f"## [{version}] - 2026-11-22\n\n### Added\n\n{line}\n"


def section_texts(text: str, besides: Version) -> list[str]:
    return [text[found.start : found.end] for found in read_sections(text) if found.version != besides]


def test_new_section_goes_below_unreleased_and_above_the_newest() -> None:
    """The unreleased block keeps its text."""
    before = f"# Changelog\n\nProse.\n\n## [Unreleased]\n\n### Added\n\n- waiting\n\n{RELEASED}"
    expected = f"# Changelog\n\nProse.\n\n## [Unreleased]\n\n### Added\n\n- waiting\n\n{SECTION}\n{RELEASED}"
    assert insert_section(before, TWO, SECTION) == expected


@pytest.mark.parametrize("heading", STYLES)
def test_headings_of_other_styles_are_understood(heading: str) -> None:
    """A file that another tool began goes on."""
    text = f"{heading}\n\n## Features\n\n- begin\n" if heading.startswith("# ") else f"{heading}\n\n- begin\n"
    after = insert_section(text, TWO, SECTION)
    assert after == f"{SECTION}\n{text}"
    assert [str(found.version) for found in read_sections(after)] == ["1.1.0", "1.0.0"]
    assert after[read_sections(after)[1].start :] == text


def test_hotfix_goes_below_a_higher_pending_version() -> None:
    """Sections stand in the order of versions, whatever is released first."""
    text = insert_section(f"{SECTION}\n{RELEASED}", parse_version("1.0.1"), rendered(parse_version("1.0.1")))
    assert [str(found.version) for found in read_sections(text)] == ["1.1.0", "1.0.1", "1.0.0"]
    lowest = insert_section(text, parse_version("0.9.0"), rendered(parse_version("0.9.0")))
    assert lowest.startswith(text)
    assert str(read_sections(lowest)[-1].version) == "0.9.0"


def test_first_section_of_a_new_file() -> None:
    """Header, unreleased block and section stand apart by blank lines; an empty file holds the section alone."""
    assert insert_section(HEADER, TWO, SECTION) == HEADER + SECTION
    assert insert_section("", TWO, SECTION) == SECTION


def test_links_at_the_end_stay_at_the_end() -> None:
    """Link definitions belong to no section."""
    links = "[Unreleased]: https://x/compare\n[0.9.0]: https://x/0.9.0\n"
    text = insert_section(f"{HEADER}{links}", TWO, SECTION)
    assert text == f"{HEADER}{SECTION}\n{links}"
    assert text[read_sections(text)[0].end :] == links


def test_file_whose_headings_name_no_version_gets_the_section_on_top() -> None:
    """The newest section never ends up below older ones that cannot be read."""
    assert insert_section("# Changelog\n\n## March 2020\n\n- old\n", TWO, SECTION).index("1.1.0") < 30


def test_line_ends_follow_the_file() -> None:
    """A CRLF file gets a CRLF section."""
    text = insert_section(RELEASED.replace("\n", "\r\n"), TWO, SECTION)
    assert text.count("\n") == text.count("\r\n") == (SECTION + "\n" + RELEASED).count("\n")


def test_missing_final_newline_does_not_glue_lines() -> None:
    """A section never begins in the middle of a line."""
    assert insert_section("# Changelog", TWO, SECTION) == f"# Changelog\n{SECTION}"


def test_link_inside_a_comment_is_no_place_for_a_section() -> None:
    """A section is never written into a comment."""
    text = "# Log\n\n<!--\n[1.0.0]: https://x -->\n"
    assert insert_section(text, TWO, SECTION) == f"{text}{SECTION}"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_notes_survive_rendering(newline: str) -> None:
    """Hand-written text, headings in it too, is kept byte for byte, however often the section is rendered."""
    notes = NOTES.replace("\n", newline)
    pending = f"{SECTION}\n{notes}\n\n{RELEASED}".replace(newline, "\n").replace("\n", newline)
    text = insert_section(pending, TWO, rendered(TWO))
    assert notes in text
    assert "login" not in text
    assert insert_section(text, TWO, rendered(TWO)) == text
    assert section_texts(text, TWO) == [RELEASED.replace("\n", newline)]


def test_notes_that_are_never_closed_survive_too() -> None:
    """Text is kept up to the next heading rather than lost."""
    pending = f"## [1.1.0]\n\n<!-- notes -->\nby hand\n\n### Added\n\n- old\n\n{RELEASED}"
    text = insert_section(pending, TWO, SECTION)
    assert "by hand" in text
    assert "- old" not in text


@given(TEXTS, VERSIONS)
def test_any_file_takes_a_section_without_losing_a_byte(text: str, version: Version) -> None:
    """Taking the new section out again gives the original."""
    if any(found.version == version for found in read_sections(text)):
        return
    after = insert_section(text, version, rendered(version))
    assert remove_section(after, version) == text


@given(TEXTS, VERSIONS)
@example("<!--\n## [1.0.0]\n-->\n", TWO)
def test_inserting_twice_is_inserting_once(text: str, version: Version) -> None:
    """Rendering again changes nothing but what is new."""
    once = insert_section(text, version, rendered(version))
    assert insert_section(once, version, rendered(version)) == once
    assert "- newer" in insert_section(once, version, rendered(version, "- newer"))


@given(TEXTS, VERSIONS)
def test_other_sections_never_change(text: str, version: Version) -> None:
    """Released sections are immutable, whatever is inserted, replaced or taken out."""
    before = section_texts(text, version)
    after = insert_section(text, version, rendered(version))
    assert section_texts(after, version) == before
    assert set(changed_sections(text, after)) <= {version}


@given(TEXTS, TEXTS, VERSIONS)
def test_carried_section_is_the_same_in_both_files(into: str, source: str, version: Version) -> None:
    """The back-merge gives develop the section of main byte for byte; without one there is nothing to carry."""
    text = carry_section(into, source, version)
    found = next((found for found in read_sections(source) if found.version == version), None)
    if found is None:
        assert text == into
    else:
        assert source[found.start : found.end].rstrip("\r\n") in text


@given(st.text(), st.text(), VERSIONS)
def test_any_text_is_accepted(text: str, other: str, version: Version) -> None:
    """No text makes the functions fail, and sections never overlap."""
    places = [edge for found in read_sections(text) for edge in (found.start, found.end)]
    assert places == sorted(places)
    insert_section(text, version, other)
    carry_section(text, other, version)
    changed_sections(text, other)


def test_s7_feature_merged_after_the_cut_stays_unreleased() -> None:
    """S7: develop's own unreleased text stays where it is; the released section comes from main as it is."""
    main = f"# Changelog\n\n## [Unreleased]\n\n{SECTION}\n{RELEASED}"
    develop = f"# Changelog\n\n## [Unreleased]\n\n- after the cut\n\n{RELEASED}"
    text = carry_section(develop, main, TWO)
    assert text == f"# Changelog\n\n## [Unreleased]\n\n- after the cut\n\n{SECTION}\n{RELEASED}"
    assert carry_section(text, main, TWO) == text


def test_pending_copy_gives_way_to_the_released_section() -> None:
    """What develop has under the released heading is replaced."""
    stale = f"## [1.1.0] - pending\n\n- half\n\n{RELEASED}"
    assert carry_section(stale, f"{SECTION}\n{RELEASED}", TWO) == f"{SECTION}\n{RELEASED}"


def test_changed_and_lost_sections_are_named() -> None:
    """An edit and a deletion in released text are found; white space below a section is none."""
    before = f"{SECTION}\n{RELEASED}"
    assert changed_sections(before, before + "\n\n") == ()
    assert changed_sections(before, before.replace("begin", "began")) == (ONE,)
    assert changed_sections(before, RELEASED) == (TWO,)
