"""Merging changelogs: each part as its rule says, or nothing is merged at all."""

from collections.abc import Callable

import pytest
from fakes.text_merging import merge_lines

from release_tools.domain.changelog.merge import Side, merge_changelogs
from release_tools.domain.changelog.section import read_sections
from release_tools.domain.changelog.unmergeable import Unmergeable
from release_tools.domain.version import Version, parse_version

TOP = "# Changelog\n\nAll that matters.\n\n"
NOTES = "<!-- notes -->\nRead *this*.\n<!-- /notes -->"


def section(version: str, *lines: str) -> str:
    """Return a section of entries."""
    return "\n".join((f"## [{version}] - 2026-01-01", "", *(lines or (f"- made {version}",)), "", ""))


def changelog(*sections: str, unreleased: str = "", links: str = "", top: str = TOP) -> str:
    """Return a file of sections."""
    block = f"## [Unreleased]\n\n{unreleased}\n\n" if unreleased else "## [Unreleased]\n\n"
    return f"{top}{block}{''.join(sections)}{links}".rstrip("\n") + "\n"


def merge(base: str, ours: str, theirs: str, **released: Side) -> str | None:
    """Merge with versions named like `v1_0_1="theirs"`."""
    sides = {parse_version(name.replace("_", ".")): side for name, side in released.items()}
    return merge_changelogs(base, ours, theirs, released=sides, merge_text=merge_lines)


ONE, HOT, TWO = section("1.0.0"), section("1.0.1"), section("1.1.0")
BASE = changelog(ONE)


def test_s16_hotfix_goes_below_the_pending_section() -> None:
    """The hotfix's section is in its place, the pending one stays above, whichever side is merged into the other."""
    release, hotfix = changelog(TWO, ONE), changelog(HOT, ONE)
    whole = changelog(TWO, HOT, ONE)
    assert merge(BASE, release, hotfix, v1_0_1="theirs") == whole
    assert merge(BASE, hotfix, release, v1_0_1="ours") == whole


def test_s7_unreleased_entries_do_not_slip_below_a_released_heading() -> None:
    """Develop's entry after the cut stays where it was written."""
    main, develop = changelog(TWO, ONE), changelog(ONE, unreleased="- late feature")
    assert merge(BASE, develop, main, v1_1_0="theirs") == changelog(TWO, ONE, unreleased="- late feature")


def test_released_section_is_that_of_the_side_that_released_it() -> None:
    """A copy that was touched on the other side gives way, byte for byte, even where only the copy changed."""
    pending = changelog(section("1.1.0", "- half"), ONE)
    touched = changelog(section("1.1.0", "- half", "- slipped in"), ONE)
    for theirs in (pending, changelog(section("1.1.0", "- whole"), ONE)):
        assert merge(pending, touched, theirs, v1_1_0="theirs") == theirs
        assert merge(pending, theirs, touched, v1_1_0="ours") == theirs


def test_edit_of_what_both_sides_have_released_survives() -> None:
    """Nobody released it after the fork: the side that mended a word is right, as git has it."""
    mended = changelog(section("1.0.0", "- made well"))
    expected = changelog(HOT, section("1.0.0", "- made well"))
    assert merge(BASE, mended, changelog(HOT, ONE), v1_0_0="both", v1_0_1="theirs") == expected
    assert merge(BASE, changelog(HOT, ONE), mended, v1_0_0="both", v1_0_1="ours") == expected


def test_released_section_that_one_side_lost_comes_back() -> None:
    """A released section is never lost; a pending one that was renumbered is gone."""
    both, without = changelog(HOT, ONE), changelog(HOT)
    assert merge(both, without, both, v1_0_0="both") == both
    assert merge(both, both, without, v1_0_0="both") == both
    renumbered = changelog(section("1.2.0"), ONE)
    assert merge(changelog(TWO, ONE), renumbered, changelog(TWO, ONE), v1_0_0="both") == renumbered


def test_pending_section_that_both_sides_changed_is_for_a_person() -> None:
    """Different places of it merge; the same place does not."""
    base = changelog(section("1.1.0", "- a", "", "- b", "", "- c"), ONE)
    ours = changelog(section("1.1.0", "- A", "", "- b", "", "- c"), ONE)
    theirs = changelog(section("1.1.0", "- a", "", "- b", "", "- C"), ONE)
    assert merge(base, ours, theirs) == changelog(section("1.1.0", "- A", "", "- b", "", "- C"), ONE)
    with pytest.raises(Unmergeable, match=r"both sides changed the section of 1\.1\.0"):
        merge(base, ours, changelog(section("1.1.0", "- X", "", "- b", "", "- c"), ONE))


def test_notes_are_never_lost() -> None:
    """Notes of either side are in the merge; where the released section lacks them, a person decides."""
    noted = changelog(section("1.1.0", "- half", "", NOTES), ONE)
    released = changelog(section("1.1.0", "- whole"), ONE)
    with pytest.raises(Unmergeable, match="lacks notes"):
        merge(BASE, noted, released, v1_1_0="theirs")
    kept = merge(BASE, released, noted, v1_1_0="theirs")
    assert kept is not None and NOTES in kept


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ("- a", "- a\n- b", "- a\n- c", "- a\n- b\n- c"),
        ("- a", "- a\n- b", "", "- b"),
        ("- a", "", "- a\n- c", "- c"),
        ("- a", "- a\n- b", "- a\n- b\n- c", "- a\n- b\n- c"),
        ("", "- a", "- a", "- a"),
        ("", "### Added\n\n- a", "### Added\n\n- b", "### Added\n\n- a\n- b"),
        ("", "### Added\n\n- a", "### Fixed\n\n- b", "### Added\n\n- a\n\n### Fixed\n\n- b"),
        ("### Added\n\n- a", "### Added\n\n- a\n- b", "", "### Added\n\n- b"),
        ("### Added\n\n- a", "", "### Added\n\n- a\n- b", "### Added\n\n- b"),
        ("### Added\n\n- a", "### Added\n\n- a\n\n### Fixed\n\n- f", "", "### Fixed\n\n- f"),
        ("", "- a\n  more", "- a\n\n  other", "- a\n  more\n- a\n\n  other"),
        (
            "### Added",
            "### Added\n\n### Fixed\n\n- f",
            "### Added\n\n- a\n- b\n\n### Fixed",
            "### Added\n\n- a\n- b\n\n### Fixed\n\n- f",
        ),
        (
            "### Added",
            "### Added\n\n### Fixed\n\n- f",
            "### Added\n\n### Old\n\n- o",
            "### Added\n\n### Fixed\n\n- f\n\n### Old\n\n- o",
        ),
        ("Prose.", "Prose.\n\n- a", "Prose, mended.", "- a\n\nProse, mended."),
        ("", f"- a\n\n{NOTES}", "```\n- no entry\n```", f"- a\n\n{NOTES}\n\n```\n- no entry\n```"),
    ],
)
def test_unreleased_entries_of_both_sides_are_united(base: str, ours: str, theirs: str, expected: str) -> None:
    """What they added is added, what they took out is taken out; a heading stays while it has entries."""
    sides = (changelog(ONE, unreleased=text) for text in (base, ours, theirs))
    assert merge(*sides, v1_0_0="both") == changelog(ONE, unreleased=expected)


def test_unreleased_block_that_became_a_section() -> None:
    """Entries that were released by renaming the heading are unreleased no more; later ones are."""
    base = changelog(ONE, unreleased="- a")
    theirs = TOP + section("1.1.0", "- a") + ONE.rstrip("\n") + "\n"
    ours = changelog(ONE, unreleased="- a\n- b")
    united = changelog(section("1.1.0", "- a"), ONE, unreleased="- b")
    assert merge(base, ours, theirs, v1_1_0="theirs") == united
    assert merge(base, base, theirs, v1_1_0="theirs") == theirs


def test_emptied_block_goes_with_its_heading() -> None:
    """One side released the entries by renaming the heading, the other took them out: nothing is left to announce."""
    theirs = changelog(ONE, top=TOP).replace("## [Unreleased]\n\n", "")
    assert merge(changelog(ONE, unreleased="- a"), BASE, theirs, v1_0_0="both") == theirs


def test_end_of_the_file_is_that_of_the_side_that_changed_it() -> None:
    """A newline more or less at the end is kept like any other change."""
    bare = BASE.rstrip("\n")
    assert merge(BASE, bare, changelog(HOT, ONE), v1_0_1="theirs") == changelog(HOT, ONE).rstrip("\n")
    assert merge(bare, bare, changelog(HOT, ONE), v1_0_1="theirs") == changelog(HOT, ONE)


Spoil = Callable[[bytes], bytes]
SPOILT: list[Spoil] = [
    lambda text: text.replace(b"- made 1.0.1", b"- made"),
    lambda text: text + HOT.encode(),
    lambda text: text.replace(HOT.encode(), b""),
    lambda text: text.replace(HOT.encode() + ONE.encode(), ONE.encode() + HOT.encode()),
    lambda text: text.replace(b"## [Unreleased]\n", b"## [Unreleased]\n\n- more\n"),
]


@pytest.mark.parametrize("spoil", SPOILT, ids=["changed", "doubled", "lost", "out of order", "announced"])
def test_merge_that_harms_a_part_is_not_accepted(spoil: Spoil) -> None:
    """Whatever merges the text around: every part must come out as it was decided, in order."""

    def merge_text(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
        text, clean = merge_lines(base, ours, theirs)
        return spoil(text), clean

    released: dict[Version, Side] = {parse_version("1.0.1"): "theirs"}
    ours = changelog(TWO, ONE).replace("# Changelog", "# Changes")
    theirs = changelog(HOT, ONE).replace("All that", "What")
    with pytest.raises(Unmergeable, match="whole and in their order"):
        merge_changelogs(BASE, ours, theirs, released=released, merge_text=merge_text)


LINK = "[{0}]: https://x/compare/v{1}...{2}\n"
HEAD_LINK = "[Unreleased]: https://x/compare/v{0}...HEAD\n"


def test_links_are_united_by_label() -> None:
    """New labels stand in the order of versions; of two addresses for Unreleased the one of the newer version wins."""
    first = LINK.format("1.0.0", "0.9.0", "v1.0.0")
    base = changelog(ONE, links=HEAD_LINK.format("1.0.0") + first)
    two, hot = LINK.format("1.1.0", "1.0.0", "v1.1.0"), LINK.format("1.0.1", "1.0.0", "v1.0.1")
    release = changelog(TWO, ONE, links=HEAD_LINK.format("1.1.0") + two + first)
    hotfix = changelog(HOT, ONE, links=HEAD_LINK.format("1.0.1") + hot + first)
    united = changelog(TWO, HOT, ONE, links=HEAD_LINK.format("1.1.0") + two + hot + first)
    assert merge(base, release, hotfix, v1_0_1="theirs") == united
    assert merge(base, hotfix, release, v1_0_1="ours") == united


def test_first_links_of_a_file_stand_at_its_end() -> None:
    """Links that one side began go below the sections of both, a blank line apart; taken out, they are gone."""
    links = "[1.0.1]: https://x/1.0.1\n"
    linked, plain = changelog(HOT, ONE, links=links), changelog(TWO, ONE)
    assert merge(BASE, plain, linked, v1_0_1="theirs") == changelog(TWO, HOT, ONE, links=links)
    assert merge(linked, linked, changelog(TWO, HOT, ONE), v1_1_0="theirs") == changelog(TWO, HOT, ONE)


def test_link_that_leads_to_two_places_is_for_a_person() -> None:
    """Which host is right no rule can tell."""
    sides = (changelog(ONE, links=f"[1.0.0]: https://{host}/1.0.0\n") for host in "abc")
    with pytest.raises(Unmergeable, match=r"\[1\.0\.0\]"):
        merge(*sides, v1_0_0="both")


def test_text_around_the_sections_is_merged_by_lines() -> None:
    """One side's prose is taken; two sides' prose is for a person."""
    mended = changelog(ONE, top="# Changes\n\nAll that matters.\n\n")
    assert merge(BASE, mended, changelog(HOT, ONE), v1_0_1="theirs") == changelog(
        HOT, ONE, top="# Changes\n\nAll that matters.\n\n"
    )
    with pytest.raises(Unmergeable, match="around"):
        merge(BASE, mended, changelog(HOT, ONE, top="# History\n\nAll that matters.\n\n"), v1_0_1="theirs")


def test_file_that_both_sides_began() -> None:
    """Without a base the sections of both are there, if what surrounds them is the same."""
    assert merge("", changelog(TWO), changelog(HOT), v1_0_1="theirs") == changelog(TWO, HOT)


def test_second_section_of_a_version_stays() -> None:
    """A file of long ago may name a version twice; both stay, in their order."""
    twice = changelog(ONE, section("1.0.0", "- again"))
    assert merge(
        twice, changelog(TWO, ONE, section("1.0.0", "- again")), changelog(HOT, ONE, section("1.0.0", "- again"))
    ) == (changelog(TWO, HOT, ONE, section("1.0.0", "- again")))


def test_line_ends_are_kept_and_mixed_ones_are_left_to_git() -> None:
    """CRLF files are merged as CRLF; where sides differ in line ends, lines cannot be compared."""
    sides = (changelog(ONE), changelog(TWO, ONE), changelog(HOT, ONE))
    united = merge(*(side.replace("\n", "\r\n") for side in sides), v1_0_1="theirs")
    assert united == changelog(TWO, HOT, ONE).replace("\n", "\r\n")
    assert merge(sides[0], sides[1].replace("\n", "\r\n"), sides[2], v1_0_1="theirs") is None
    mixed = [side.replace("\n", "\r\n", 1) for side in sides]
    assert merge(*mixed, v1_0_1="theirs") is None


def test_bytes_that_are_no_text_survive() -> None:
    """A file in an old encoding is merged like any other."""
    odd = "caf\udce9"
    united = merge(
        BASE, changelog(TWO, ONE, top=f"# {odd}\n\nAll that matters.\n\n"), changelog(HOT, ONE), v1_0_1="theirs"
    )
    assert united is not None and odd in united and len(read_sections(united)) == 3
