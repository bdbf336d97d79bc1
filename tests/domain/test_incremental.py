"""A changelog written release by release: the same bytes as the one made from the whole history at its end."""

from hypothesis import given
from hypothesis import strategies as st
from story import SECTIONS, Story, gitflow
from test_pending import StoryReader

from release_tools.domain.changelog.differences import find_differences, find_gaps
from release_tools.domain.changelog.links import define_links
from release_tools.domain.changelog.outline import Outline, group_entries
from release_tools.domain.changelog.rendering import comparisons, render_document, render_outline
from release_tools.domain.changelog.section import HEADER, insert_section
from release_tools.domain.changelog.update import update_document
from release_tools.domain.history.timeline import cut_timeline
from release_tools.domain.version import Version, parse_version
from release_tools.domain.weblinks import Forge
from release_tools.release.pending import read_pending

FORGE = Forge(address="https://example.com/a/b", kind="gitlab")
DAY = "2026-01-15"


def released(story: Story) -> list[Version]:
    return sorted(version for version in story.tags if version.is_final)


def alone(story: Story, version: Version) -> Outline:
    """Return the outline of a version as its release makes it: nothing later is known, and its tag is to come."""
    earlier = {other: sha for other, sha in story.tags.items() if other < version}
    found = read_pending(StoryReader(story), earlier, head=story.tags[version])
    return Outline(
        version=str(version),
        date=DAY,
        tag=version.tag_name("v"),
        previous=found.baseline.tag_name("v") if found.baseline else "",
        groups=group_entries(found.commits, sections=SECTIONS, released=found.released),
    )


def whole(story: Story, head: str) -> tuple[Outline, ...]:
    """Return the outlines of the whole history."""
    finals = {version: sha for version, sha in story.tags.items() if version.is_final}
    parts = cut_timeline(story.log, finals, head=head)
    tags = [part.version.tag_name("v") if part.version else "" for part in parts]
    return tuple(
        Outline(
            version=str(part.version or ""),
            date=DAY if part.version else "",
            tag=tag,
            previous=before,
            groups=group_entries(part.commits, sections=SECTIONS, released=part.released),
        )
        for part, tag, before in zip(parts, tags, [*tags[1:], ""], strict=True)
    )


def grown(story: Story) -> str:
    """Return the changelog as it grows, one release after the other."""
    text = HEADER
    for version in released(story):
        outline = alone(story, version)
        text = insert_section(text, version, render_outline(outline, forge=FORGE))
        pending = Outline(version="", previous=outline.tag, groups=())
        text = define_links(text, dict(comparisons((pending, outline), FORGE)))
    return text


@given(gitflow())
def test_release_by_release_and_all_at_once_give_the_same_bytes(drawn: tuple[Story, str, str]) -> None:
    """Sections, their order, and the links at the end: of the same history there is one text."""
    story, _, main = drawn
    outlines = whole(story, main)
    full = render_document(outlines, forge=FORGE)
    if not released(story):
        return
    unreleased = render_outline(outlines[0], forge=FORGE).rstrip("\n")
    assert grown(story).replace("## [Unreleased]", unreleased, 1) == full


@given(gitflow(), st.data())
def test_bringing_a_file_up_changes_no_released_section(drawn: tuple[Story, str, str], data: st.DataObject) -> None:
    """Whatever a person wrote into a section stays, what is missing comes in, and doing it again changes nothing."""
    story, develop, _ = drawn
    outlines = whole(story, develop)
    kept = data.draw(st.lists(st.sampled_from(outlines), unique=True)) if outlines else []
    parts = [render_outline(one) for one in outlines if one in kept and one.version]
    old = "\n".join(["# History", "", "Words.", "", *(f"{part}- by hand\n" for part in parts)])
    text = update_document(old, outlines, forge=FORGE)
    assert "Words." in text and text.count("- by hand\n") == len(parts)
    assert all(f"## [{one.version}] - " in text for one in outlines if one.version)
    assert update_document(text, outlines, forge=FORGE) == text
    crlf = old.replace("\n", "\r\n")
    assert update_document(crlf, outlines, forge=FORGE) == text.replace("\n", "\r\n")


@given(gitflow())
def test_a_section_that_is_gone_is_found_between_its_neighbours(drawn: tuple[Story, str, str]) -> None:
    """A file may begin late and end early; a hole in the middle is none of both."""
    story, _, main = drawn
    outlines = [one for one in whole(story, main) if one.version]
    sections = {parse_version(one.version): render_outline(one) for one in outlines}
    texts = [render_outline(one) for one in outlines]
    assert find_gaps("\n".join(texts), sections) == find_differences("\n".join(texts), sections) == ()
    assert find_gaps("\n".join(texts[1:]), sections) == find_gaps("\n".join(texts[:-1]), sections) == ()
    if len(texts) > 2:
        del texts[1]
        assert find_gaps("\n".join(texts), sections) == (parse_version(outlines[1].version),)


def test_links_stand_newest_first_and_one_can_be_taken_away() -> None:
    """A label has one line, whatever its case; the text above stays, and the last line taken leaves no hole."""
    text = "# C\n\n## [1.0.0]\n"
    text = define_links(text, {"Unreleased": "u", "1.0.0": "a"})
    assert text == "# C\n\n## [1.0.0]\n\n[Unreleased]: u\n[1.0.0]: a\n"
    text = define_links(text, {"unreleased": "v", "1.1.0": "b"})
    assert text.endswith("\n\n[unreleased]: v\n[1.1.0]: b\n[1.0.0]: a\n")
    assert define_links(text, {"1.1.0": "b"}) == text
    assert define_links(text, {"unreleased": "", "1.0.0": "", "1.1.0": ""}) == "# C\n\n## [1.0.0]\n"
