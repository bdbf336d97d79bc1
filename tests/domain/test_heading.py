"""Headings: what begins a section, and what only looks like it."""

from release_tools.domain.changelog.keepachangelog import read_sections
from release_tools.domain.version import parse_version

ONE, TWO = parse_version("1.0.0"), parse_version("1.1.0")
SECTION = "## [1.1.0] - 2026-11-22\n\n### Added\n\n- login (abc1234)\n"
RELEASED = "## [1.0.0] - 2026-01-01\n\n### Fixed\n\n- begin\n"


def test_headings_in_code_and_comments_are_no_sections() -> None:
    """Examples and templates in a changelog are text."""
    text = f"# Log\n\n<!--\n## [9.0.0]\n-->\n\n```md\n## [8.0.0]\n```\n\n~~~~\n## [7.0.0]\n~~~\n~~~~\n\n{RELEASED}"
    assert [found.version for found in read_sections(text)] == [ONE]


def test_unclosed_code_hides_nothing() -> None:
    """One forgotten fence must not make released sections invisible."""
    assert [found.version for found in read_sections(f"```\n<!-- open\n<!-- notes -->\n{RELEASED}")] == [ONE]


def test_fence_is_closed_by_bare_marks_only() -> None:
    """A line that opens another block of code does not close this one."""
    text = f"```\n## [8.0.0]\n```js\n## [7.0.0]\n```\n{RELEASED}"
    assert [found.version for found in read_sections(text)] == [ONE]


def test_notes_around_a_section_do_not_hide_it() -> None:
    """Marks that got out of place cost no released section."""
    text = f"<!-- notes -->\n{RELEASED}<!-- /notes -->\n"
    assert [found.version for found in read_sections(text)] == [ONE]


def test_sub_heading_that_begins_with_a_number_is_no_section() -> None:
    """`### 2.0.0 migration` inside a section belongs to it."""
    text = f"{SECTION}\n### 2.0.0 migration\n\n- hints\n\n{RELEASED}"
    assert [found.version for found in read_sections(text)] == [TWO, ONE]
