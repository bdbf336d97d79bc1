"""Pending work read by ranges: the same answers as a reading of everything, from what it asks."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from story import RULES, Story, gitflow
from whole_reading import find_unreleased

from release_tools.domain.history.ancestry import arrange, reach
from release_tools.domain.history.commit import Commit
from release_tools.domain.history.entries import select_entries
from release_tools.domain.history.log import LOG_FORMAT, NAME_FORMAT
from release_tools.domain.history.next_version import NextVersion, plan_next
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.version import parse_version
from release_tools.release.pending import COMING, read_pending


@dataclass
class StoryReader:
    """Answers as git does from a story, and counts the commits that it told."""

    story: Story
    told: list[str] = field(default_factory=list)

    def log(self, log_format: str, revisions: tuple[str, ...], /) -> bytes:
        """Return the log of a range."""
        assert log_format in (LOG_FORMAT, NAME_FORMAT)
        hidden = reach(self.story.log, (one[1:] for one in revisions if one.startswith("^")))
        shown = reach(self.story.log, (one for one in revisions if not one.startswith("^"))) - hidden
        rows = [commit for commit in self.story.log if commit.sha in shown]
        self.told += [commit.sha for commit in rows]
        if log_format == NAME_FORMAT:
            return b"".join(b"%s\0" % commit.sha.encode() for commit in rows)
        return b"".join(b"%s\0%s\0%s\0" % (c.sha.encode(), " ".join(c.parents).encode(), c.message) for c in rows)

    def missing(self, objects: tuple[str, ...], /) -> tuple[str, ...]:
        """Return the objects that the story does not know."""
        known = {commit.sha for commit in self.story.rows}
        return tuple(name for name in objects if name.removesuffix("^{commit}") not in known)


def read_whole(story: Story, head: str, main: str | None, into: str) -> Unreleased:
    """Return the answer from a reading of every commit."""
    log = (Commit(COMING, (into, head), b"Merge"), *story.log) if into else story.log
    return find_unreleased(log, story.tags, head=COMING if into else head, main=main)


def plan(story: Story, found: Unreleased) -> NextVersion:
    """Return the next version."""
    missing = [version.tag_name("v") for version in found.missing]
    return plan_next(
        found.commits,
        found.baseline,
        rules=RULES,
        taken=frozenset(story.tags),
        claimed=frozenset(),
        missing=missing,
        prereleases=found.prereleases,
        released=found.released,
    )


@st.composite
def busy(draw: st.DrawFn) -> tuple[Story, str, str]:
    """Draw a git-flow history that goes on with reverts, squashes of released work and tags on other lines."""
    story, develop, main = draw(gitflow())
    for number in range(draw(st.integers(0, 5))):
        target = draw(st.sampled_from(story.rows))
        messages = {
            "revert": f'Revert "{target.subject}"\n\nThis reverts commit {target.sha}.\n',
            "subject": f'Revert "{target.subject}"',
            "forge": f"chore: sync {number}\n\n* {target.subject}\n\n* fix: new {number}\n",
            "git": f"Squashed commit of the following:\n\ncommit {target.sha}\n\n    {target.subject}\n",
            "feat": f"feat: later {number}",
        }
        message = messages[draw(st.sampled_from(sorted(messages)))]
        place = draw(st.sampled_from(("develop", "main", "line")))
        if place == "develop":
            develop = story.commit(message, develop)
        elif place == "main":
            main = story.commit(message, main)
        else:
            version = draw(st.sampled_from(("0.0.9", "3.0.0", "3.1.0-rc.1", "0.2.7", "9.0.0")))
            story.tag(version, story.commit(message, draw(st.sampled_from(story.rows)).sha))
    return story, develop, main


@given(busy(), st.booleans(), st.sampled_from(("", "main", "any")), st.data())
def test_ranges_and_a_whole_reading_agree(
    drawn: tuple[Story, str, str], based: bool, joins: str, data: st.DataObject
) -> None:
    """Baseline, missing tags, pre-releases, entries and next version are those of a reading of all commits."""
    story, develop, main = drawn
    into = {"": "", "main": main, "any": data.draw(st.sampled_from(story.rows)).sha}[joins]
    found = read_pending(StoryReader(story), story.tags, head=develop, main=main if based else None, into=into)
    whole = read_whole(story, develop, main if based else None, into)
    assert (found.baseline, found.missing, found.prereleases) == (whole.baseline, whole.missing, whole.prereleases)
    assert {commit.sha for commit in found.commits} == {commit.sha for commit in whole.commits}
    ordered = arrange(whole.commits)
    assert select_entries(arrange(found.commits), released=found.released) == select_entries(
        ordered, released=whole.released
    )
    assert plan(story, found).version == plan(story, whole).version


def test_released_history_is_not_read() -> None:
    """What was released long ago costs nothing, however much it is."""
    story = Story()
    head = story.commit("feat: begin")
    for number in range(50):
        head = story.commit(f"feat: old {number}", head)
        story.tag(f"0.{number}.0", head)
    new = story.commit("fix: new", head)
    reader = StoryReader(story)
    assert read_pending(reader, story.tags, head=new).baseline == parse_version("0.49.0")
    assert reader.told == [new]
