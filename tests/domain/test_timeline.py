"""The timeline: whole history cut into releases, the same as each release read by its own range."""

import pytest
from hypothesis import given
from story import SECTIONS, Story
from test_pending import StoryReader, busy

from release_tools.domain.changelog.outline import group_entries
from release_tools.domain.history.ancestry import arrange, reach, sort_commits
from release_tools.domain.history.log import LOG_FORMAT, parse_chunks, parse_log
from release_tools.domain.history.timeline import Stretch, cut_timeline
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.version import Version
from release_tools.errors import ToolFailed
from release_tools.release.pending import read_pending, read_release


def finals(story: Story) -> dict[Version, str]:
    return {version: sha for version, sha in story.tags.items() if version.is_final}


def told(found: Stretch | Unreleased) -> object:
    return group_entries(found.commits, sections=SECTIONS, released=found.released)


@given(busy())
def test_a_release_read_alone_is_the_one_in_the_whole_history(drawn: tuple[Story, str, str]) -> None:
    """Incremental and full give the same entries in the same order, for every version and for what is unreleased."""
    story, develop, main = drawn
    reader = StoryReader(story)
    whole = {part.version: part for part in cut_timeline(story.log, finals(story), head=develop, main=main)}
    assert told(whole.pop(None)) == told(read_pending(reader, story.tags, head=develop, main=main))
    for version, part in whole.items():
        assert version is not None
        alone = read_release(reader, finals(story), version)
        if alone is not None:
            assert [commit.sha for commit in alone.commits] == [commit.sha for commit in part.commits]
            assert told(alone) == told(part)


@given(busy())
def test_a_commit_stands_in_the_first_version_that_contains_it(drawn: tuple[Story, str, str]) -> None:
    """Each commit of the branch stands in exactly one part: the lowest version of those that no other one precedes."""
    story, develop, main = drawn
    parts = cut_timeline(story.log, finals(story), head=develop, main=main)
    listed = [commit.sha for part in parts for commit in part.commits]
    assert len(listed) == len(set(listed))
    assert reach(story.log, (develop,)) <= set(listed)
    contained = {version: reach(story.log, (sha,)) for version, sha in finals(story).items()}
    for part in parts:
        for commit in part.commits:
            holders = {version: story.tags[version] for version, names in contained.items() if commit.sha in names}
            first = [
                version
                for version in holders
                if not any(holders[other] in contained[version] - {holders[version]} for other in holders)
            ]
            assert part.version == min(first, default=None)


def test_versions_of_another_line_are_left_out() -> None:
    """What a support line released later is no part of main's changelog."""
    story = Story()
    first = story.tag("1.0.0", story.commit("feat: begin"))
    story.tag("1.0.1", story.commit("fix: old line", first))
    main = story.tag("2.0.0", story.commit("feat: new", first))
    assert [str(part.version) for part in cut_timeline(story.log, finals(story), head=main)] == [
        "None",
        "2.0.0",
        "1.0.0",
    ]


def test_numbering_that_was_started_again_is_told_from_the_whole_history() -> None:
    """A version that contains a higher one cannot be read by a range of lower ones."""
    story = Story()
    old = story.tag("9.0.0", story.commit("feat: old"))
    new = story.tag("0.1.0", story.commit("feat: new", old))
    reader = StoryReader(story)
    assert [read_release(reader, finals(story), version) for version in story.tags] == [None, None]
    parts = cut_timeline(story.log, finals(story), head=new)
    assert [[commit.subject for commit in part.commits] for part in parts] == [[], ["feat: old"], ["feat: new"]]


@given(busy())
def test_arranging_does_not_depend_on_the_order_of_reading(drawn: tuple[Story, str, str]) -> None:
    """A branch with one tip comes out in one order, in whatever order git told it."""
    story, develop, _ = drawn
    ours = [commit for commit in story.log if commit.sha in reach(story.log, (develop,))]
    arranged = arrange(ours)
    assert arrange(sort_commits(tuple(reversed(ours)))) == arranged
    assert sort_commits(arranged) == arranged


@pytest.mark.parametrize("size", [1, 2, 7, 41, 42, 43, 1000])
def test_a_log_may_be_cut_into_pieces_anywhere(size: int) -> None:
    """The commits do not depend on where a pipe cuts the stream."""
    story = Story()
    first = story.commit("feat: one\n\nbody")
    story.merge(story.commit("fix: two", first), story.commit("docs: three", first))
    stream = StoryReader(story).log(LOG_FORMAT, (story.rows[-1].sha,))
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert tuple(parse_chunks(pieces)) == parse_log(stream) == story.log
    with pytest.raises(ToolFailed):
        tuple(parse_chunks(pieces[:-1] if size < 1000 else [stream[:-1]]))
