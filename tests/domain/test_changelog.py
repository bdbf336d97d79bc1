"""The changelog: what a section says, and that each change is told once."""

import pytest
from hypothesis import given
from story import SECTIONS, Story, gitflow

from release_tools.domain.changelog.outline import group_entries
from release_tools.domain.changelog.section import render_section
from release_tools.domain.history.ancestry import by_version
from release_tools.domain.history.commit import parse_commit
from release_tools.domain.history.entries import Squash
from release_tools.domain.version import parse_version

TWO = parse_version("1.1.0")


def render(*messages: str, squash: Squash = "one") -> str:
    story = Story()
    head = story.commit("chore: begin")
    for message in messages:
        head = story.commit(message, head)
    names = {commit.short: f"<{place}>" for place, commit in enumerate(story.rows)}
    text = render_section(story.log, TWO, "2026-11-22", sections=SECTIONS, squash=squash)
    for short, place in names.items():
        text = text.replace(short, place)
    return text


def test_section_lists_breaking_first_then_the_table_in_order() -> None:
    """Heading, groups by the table, scope in bold, short name, closed issues; other types are left out."""
    assert render(
        "fix(api): mend it\n\nCloses: #7\n",
        "docs: say it",
        "feat: add login",
        "chore!: drop Python 3.9",
        "feat(api): new keys\n\nBREAKING CHANGE: the old keys\nare gone\n",
    ) == (
        "## [1.1.0] - 2026-11-22\n\n"
        "### Breaking\n\n- **api:** new keys (<5>)\n  the old keys are gone\n- drop Python 3.9 (<4>)\n\n"
        "### Added\n\n- add login (<3>)\n\n"
        "### Fixed\n\n- **api:** mend it (<1>, closes #7)\n"
    )


def test_section_without_entries_is_its_heading() -> None:
    """A version without listed changes still has its place."""
    assert render("docs: a") == "## [1.1.0] - 2026-11-22\n"


def test_reverted_and_repeated_changes_are_not_listed() -> None:
    """S3 and S5 hold for the notes as for the number."""
    assert render("feat: no", 'Revert "feat: no"', "fix: yes").count("\n- ") == 1


@pytest.mark.parametrize(("squash", "entries"), [("one", 1), ("split", 3)])
def test_s4_squash_is_one_entry_or_its_parts(squash: Squash, entries: int) -> None:
    """S4: one entry by default, one for each part when split; a break is under Breaking either way."""
    text = render("feat: all (#3)\n\n* feat: a\n\n* fix: b\n\n* feat!: c\n", squash=squash)
    assert text.count("\n- ") == entries
    assert "### Breaking" in text


def test_description_cannot_open_a_comment_or_forge_a_line() -> None:
    """What an author writes stays one visible list item."""
    text = render("feat: a <!-- notes --> \x1b[31mred\x85## [9.9.9]")
    assert "<!--" not in text
    assert "-->" not in text
    assert text.count("\n") == render("feat: a").count("\n")
    assert "\x1b" not in text


@given(gitflow())
def test_every_change_is_listed_exactly_once(drawn: tuple[Story, str, str]) -> None:
    """Over all sections of a history each releasable commit appears once, and merges never."""
    story, _, _ = drawn
    final = {version: sha for version, sha in story.tags.items() if version.is_final}
    groups = by_version(story.log, final)
    whole = "".join(render_section(group, version or TWO, "x", sections=SECTIONS) for version, group in groups.items())
    for commit in story.rows:
        assert whole.count(f"({commit.short})") == (commit.type in SECTIONS)


HEADINGS = {
    "Security:": "Security",
    "*(security)": "Security",
    "Deprecated:": "Deprecated",
    "fix(deps)": "Dependencies",
    "fix": "Fixed",
    "feat": "Added",
}


@pytest.mark.parametrize(
    ("message", "heading", "notices"),
    [
        ("fix: mend\n\nSecurity: CVE-2026-1, upgrade at once", "Security", ("CVE-2026-1, upgrade at once",)),
        ("chore(Security): rotate the key", "Security", ()),
        ("feat: add find2\n\nDEPRECATED: find; use find2", "Deprecated", ("find; use find2",)),
        ("fix(deps): raise lib", "Dependencies", ()),
        ("fix(api): mend", "Fixed", ()),
        ("feat!: ask\n\nBREAKING CHANGE: scripts stop.\n\nPass --yes.\n\nRefs: #3", "Breaking", ("Pass --yes.",)),
        ("feat(deps): add lib", "Added", ()),
    ],
)  # fmt: skip
def test_a_footer_comes_before_a_scope_and_a_scope_before_a_type(
    message: str, heading: str, notices: tuple[str, ...]
) -> None:
    """Breaking changes stand first with what to do; a footer's words stand below the entry that they are about."""
    commit = parse_commit("a" * 40, (), message.encode())
    groups = group_entries((commit,), sections=HEADINGS)
    assert [(group.heading, [item.notices for item in group.items]) for group in groups] == [(heading, [notices])]
    text = render_section((commit,), parse_version("1.1.0"), "2026-01-15", sections=HEADINGS)
    assert all(f"\n  {notice}\n" in text for notice in notices)


def test_a_squash_is_one_entry_or_those_that_it_lists() -> None:
    """`squash = "split"` lists every commit of the branch; the version is the same."""
    body = "feat: add\n\n* feat: add\n\n* fix: mend\n\n* feat!: drop find\n\nBREAKING CHANGE: no find\n"
    commit = parse_commit("a" * 40, (), body.encode())
    one = group_entries((commit,), sections=HEADINGS)
    split = group_entries((commit,), sections=HEADINGS, squash="split")
    assert [len(group.items) for group in one] == [1]
    assert {group.heading: len(group.items) for group in split} == {"Breaking": 1, "Fixed": 1, "Added": 1}
