"""Merging changelogs as laws: over any course of releases and hotfixes nothing is lost, doubled or reordered."""

from dataclasses import dataclass, field

from fakes.text_merging import merge_lines
from hypothesis import given, settings
from hypothesis import strategies as st

from release_tools.domain.changelog.entries import split_entries
from release_tools.domain.changelog.merge import Side, merge_changelogs
from release_tools.domain.changelog.parts import read_parts
from release_tools.domain.changelog.section import insert_section, read_sections
from release_tools.domain.changelog.unmergeable import Unmergeable
from release_tools.domain.version import Version, parse_version

NOTES = "<!-- notes -->\nBy hand.\n<!-- /notes -->"
STARTS = (
    "# Changelog\n\nAll that matters.\n\n## [Unreleased]\n\n## [1.0.0] - 2026-01-01\n\n- first\n",
    "# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-01-01\n\n- first\n\n## Archive\n\nOlder: ask.\n",
    "## Unreleased\n\n## v1.0.0\n\n- first\n\n[1.0.0]: https://x/1.0.0\n",
    "# 1.0.0 (2026-01-01)\n\n## Features\n\n- first",
)


@dataclass(frozen=True)
class Commit:
    """A commit of a changelog, with the numbers of all commits that it contains."""

    text: str
    seen: frozenset[int]


@dataclass
class Team:
    """A git-flow repository that has nothing but a changelog."""

    start: str
    commits: list[Commit] = field(default_factory=list)
    branches: dict[str, int] = field(default_factory=dict)
    tags: dict[Version, int] = field(default_factory=dict)
    released: dict[Version, str] = field(default_factory=dict)
    merges: list[tuple[str, str, str, dict[Version, Side]]] = field(default_factory=list)
    coming: Version | None = None
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = self.commit(self.start)
        self.branches = {"main": first, "develop": first}
        self.tags[parse_version("1.0.0")] = first

    def commit(self, text: str, *parents: int) -> int:
        """Add a commit and return its number."""
        number = len(self.commits)
        self.commits.append(Commit(text, frozenset({number}).union(*(self.commits[one].seen for one in parents))))
        return number

    def text(self, branch: str) -> str:
        """Return the changelog of a branch."""
        return self.commits[self.branches[branch]].text

    def change(self, branch: str, text: str) -> None:
        """Commit on a branch."""
        self.branches[branch] = self.commit(text, self.branches[branch])

    def merge(self, branch: str, source: int, version: Version) -> None:
        """Merge a commit that makes a version into a branch, by rule."""
        ours, theirs = self.branches[branch], source
        one, two = self.commits[ours].seen, self.commits[theirs].seen
        sides: dict[Version, Side] = {version: "theirs"}
        for tagged, at in self.tags.items():
            if (at in one) != (at in two):
                sides[tagged] = "ours" if at in one else "theirs"
            else:
                sides[tagged] = "both"
        texts = (self.commits[max(one & two)].text, self.commits[ours].text, self.commits[theirs].text)
        text = merge_changelogs(*texts, released=sides, merge_text=merge_lines)
        assert text is not None
        self.merges.append((*texts, sides))
        self.branches[branch] = self.commit(text, ours, theirs)

    def write(self) -> None:
        """Somebody writes an unreleased entry on develop."""
        entry = f"- entry {len(self.written)}"
        head, mark, rest = self.text("develop").partition("nreleased]\n\n")
        head, mark, rest = (head, mark, rest) if mark else self.text("develop").partition("nreleased\n\n")
        if mark:
            self.written.append(entry)
            self.change("develop", f"{head}{mark}{entry}\n{rest if rest.startswith('- ') else chr(10) + rest}")

    def start_release(self) -> None:
        """Cut a release from develop, or render the open one anew."""
        if "release" not in self.branches:
            newest = max(self.tags)
            self.coming = Version(major=newest.major, minor=newest.minor + 1, patch=0)
            self.branches["release"] = self.branches["develop"]
        assert self.coming is not None
        self.render("release", self.coming)

    def note(self) -> None:
        """Somebody writes notes into the open release's section."""
        if "release" in self.branches and NOTES not in self.text("release"):
            text, heading = self.text("release"), f"## [{self.coming}] - 2026-01-02\n"
            self.change("release", text.replace(heading, f"{heading}\n{NOTES}\n", 1))

    def merge_early(self) -> None:
        """Somebody merges the open release into develop before it is finished."""
        if "release" in self.branches and self.coming:
            self.merge("develop", self.branches["release"], self.coming)

    def finish_release(self) -> None:
        """Publish the open release."""
        if "release" in self.branches and self.coming:
            self.publish(self.branches.pop("release"), self.coming)

    def hotfix(self) -> None:
        """Publish a patch of main."""
        newest = max(self.tags)
        version = Version(major=newest.major, minor=newest.minor, patch=newest.patch + 1)
        self.branches["hotfix"] = self.branches["main"]
        self.render("hotfix", version)
        self.publish(self.branches.pop("hotfix"), version)

    def render(self, branch: str, version: Version) -> None:
        """Write a version's section, another one each time."""
        lines = f"- {version}\n- commit {len(self.commits)}"
        self.change(branch, insert_section(self.text(branch), version, f"## [{version}] - 2026-01-02\n\n{lines}\n"))

    def publish(self, topic: int, version: Version) -> None:
        """Merge a topic into main, tag that, and carry the tag to the open release and to develop."""
        self.merge("main", topic, version)
        self.released[version] = sections(self.text("main"))[version]
        self.tags[version] = self.branches["main"]
        for branch in self.branches.keys() - {"main"}:
            self.merge(branch, self.branches["main"], version)


FEW = settings(max_examples=25)
"""For laws that merge all merges of a course again."""

ACTS = (Team.write, Team.start_release, Team.note, Team.merge_early, Team.finish_release, Team.hotfix)


@st.composite
def teams(draw: st.DrawFn) -> Team:
    """Return a team after a course of events."""
    team = Team(draw(st.sampled_from(STARTS)))
    for act in draw(st.lists(st.sampled_from(ACTS), max_size=10)):
        act(team)
    return team


def sections(text: str) -> dict[Version, str]:
    """Return what stands under each version; none stands there twice."""
    found = {one.version: text[one.start : one.end].rstrip() for one in read_sections(text)}
    assert len(found) == len(read_sections(text))
    return found


def swapped(sides: dict[Version, Side]) -> dict[Version, Side]:
    """Return where versions are released as the other side sees it."""
    other: dict[Side, Side] = {"ours": "theirs", "theirs": "ours", "both": "both"}
    return {version: other[side] for version, side in sides.items()}


@given(teams())
def test_released_sections_are_as_they_were_released(team: Team) -> None:
    """In every branch that contains a tag its section stands once, byte for byte, and the highest version first."""
    for number in team.branches.values():
        found = sections(team.commits[number].text)
        assert list(found) == sorted(found, reverse=True)
        for version, text in team.released.items():
            if team.tags[version] in team.commits[number].seen:
                assert found[version] == text


@given(teams())
def test_what_stands_around_the_sections_stays(team: Team) -> None:
    """Every entry that was written is still unreleased on develop, once; title, archive and links are there."""
    text = team.text("develop")
    entries = [entry.text for entry in split_entries(read_parts(text).unreleased or "")]
    assert sorted(entry for entry in entries if entry.startswith("- entry")) == sorted(team.written)
    for line in team.start.splitlines():
        assert line in text.splitlines()


@given(teams())
def test_pending_section_is_above_and_keeps_its_notes(team: Team) -> None:
    """What is carried into an open release leaves the section of its version alone."""
    if "release" in team.branches:
        texts = sections(team.text("release"))
        assert next(iter(texts)) == team.coming
        last = max(number for number in team.commits[team.branches["release"]].seen if _renders(team, number))
        assert texts[team.coming] == sections(team.commits[last].text)[team.coming]


def _renders(team: Team, number: int) -> bool:
    return team.coming in sections(team.commits[number].text)


@FEW
@given(teams())
def test_both_orders_yield_the_same_parts(team: Team) -> None:
    """Merging the other way round gives the same sections, entries and links."""
    for base, ours, theirs, sides in team.merges:
        one = merge_changelogs(base, ours, theirs, released=sides, merge_text=merge_lines)
        two = merge_changelogs(base, theirs, ours, released=swapped(sides), merge_text=merge_lines)
        assert one is not None and two is not None
        assert sections(one) == sections(two)
        here, there = read_parts(one), read_parts(two)
        assert here.links == there.links
        assert sorted((here.unreleased or "").split()) == sorted((there.unreleased or "").split())


@FEW
@given(teams())
def test_merging_again_changes_nothing(team: Team) -> None:
    """What is merged is contained: merged once more, from either side, the text stays."""
    for base, ours, theirs, sides in team.merges:
        once = merge_changelogs(base, ours, theirs, released=sides, merge_text=merge_lines)
        assert once is not None
        settled: dict[Version, Side] = dict.fromkeys(sides, "both")
        for side in (ours, theirs):
            assert merge_changelogs(side, once, side, released=settled, merge_text=merge_lines) == once
        assert merge_changelogs(base, once, once, released=sides, merge_text=merge_lines) == once


LINES = st.sampled_from(
    (
        *("# Changelog", "## [Unreleased]", "## [1.0.0]", "## v0.9.0", "# 0.8.0", "### 0.7.1", "## [2.0.0]"),
        *("### Added", "## Archive", "- a", "- b", "  more", "prose", "```", "<!--", "-->", "", "", "\r"),
        *("<!-- notes -->", "<!-- /notes -->", "[1.0.0]: https://x", "[1.0.0]: https://y", "\udce9", "<<<<<<< x"),
    )
)
TEXTS = st.builds("".join, st.lists(LINES.map(lambda line: line + "\n"), max_size=12)) | st.text(max_size=20)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(("ours", "theirs", "both")))
def test_any_texts_are_merged_whole_or_not_at_all(base: str, ours: str, theirs: str, side: Side) -> None:
    """Whatever people write: each released section of either side is there, that of its side as it was, or a person
    decides."""
    versions = [found.version for text in (ours, theirs) for found in read_sections(text)]
    released: dict[Version, Side] = dict.fromkeys(versions, side)
    try:
        merged = merge_changelogs(base, ours, theirs, released=released, merge_text=merge_lines)
    except Unmergeable:
        return
    if merged is not None:
        mine, other, result = (read_parts(text.replace("\r\n", "\n")).sections for text in (ours, theirs, merged))
        assert result.keys() == mine.keys() | other.keys()
        winner = {"ours": mine, "theirs": other, "both": {}}[side]
        assert {key: result[key] for key in winner} == winner
