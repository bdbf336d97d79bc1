"""History: the framing of the log, ancestry, and the unreleased part of a branch."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import Story, gitflow, shuffled

from release_tools.domain.history.ancestry import by_version, graph_of, reach, sort_commits
from release_tools.domain.history.log import LOG_FORMAT, parse_log
from release_tools.domain.version import Version, parse_version
from release_tools.errors import ToolFailed


def git(repository: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(("git", *arguments), cwd=repository, input=stdin, check=True, capture_output=True).stdout


def log(repository: Path) -> bytes:
    return git(repository, "log", "-z", "--topo-order", f"--format={LOG_FORMAT}")


def test_messages_that_real_git_records_come_back(tmp_path: Path) -> None:
    """Empty messages, bytes that look like our framing, Latin-1 and root commits survive the way through git."""
    git(tmp_path, "init", "-q", "-b", "main")
    messages = [b"feat: one\n", b"", b"fix: \x01\x1e\x1f\n\n%x00 %H\n\nlast\n", b"fix: caf\xe9\n"]
    for message in messages:
        git(
            tmp_path,
            "commit",
            "-q",
            "--allow-empty",
            "--allow-empty-message",
            "--cleanup=verbatim",
            "-F-",
            stdin=message,
        )
    commits = parse_log(log(tmp_path))
    assert [commit.message for commit in commits[:0:-1]] == messages[:3]
    assert [len(commit.parents) for commit in commits] == [1, 1, 1, 0]
    assert commits[0].subject.startswith("fix: caf")


def test_nul_in_a_forged_commit_does_not_break_the_framing(tmp_path: Path) -> None:
    """Git cuts such a message at the NUL, so the next record stays whole."""
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "feat: root")
    head, tree = (git(tmp_path, "rev-parse", name).decode().strip() for name in ("HEAD", "HEAD^{tree}"))
    raw = f"tree {tree}\nparent {head}\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nfix: a\0b\n\nc\n"
    forged = git(tmp_path, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw.encode())
    git(tmp_path, "reset", "-q", "--soft", forged.decode().strip())
    assert [commit.subject for commit in parse_log(log(tmp_path))] == ["fix: a", "feat: root"]


@pytest.mark.parametrize("stream", [b"a" * 40, b"a" * 40 + b"\0\0feat: x", b"a" * 39 + b"\0\0feat: x\0", b"\0"])
def test_output_that_was_cut_off_is_refused(stream: bytes) -> None:
    """A record is read whole or not at all."""
    with pytest.raises(ToolFailed):
        parse_log(stream)


def test_empty_output_is_an_empty_history() -> None:
    """A range without commits is no error."""
    assert parse_log(b"") == ()


@given(st.binary(max_size=200))
def test_any_stream_parses_or_is_refused(stream: bytes) -> None:
    """No other error than the one that is meant to be read."""
    try:
        parse_log(stream)
    except ToolFailed as error:
        assert error.todo


def test_commit_belongs_to_the_lowest_of_incomparable_versions() -> None:
    """A fix that two release lines contain is listed under the lower one."""
    story = Story()
    fix = story.commit("fix: shared", story.tag("1.0.0", story.commit("feat: root")))
    story.tag("2.0.0", story.commit("feat!: new line", fix))
    story.tag("1.0.1", story.commit("chore: old line", fix))
    assert str(versions_of(story)[fix]) == "1.0.1"


def test_ancestry_beats_numbers_when_numbering_was_started_again() -> None:
    """What 2015.1.0 contains stays there although later tags are lower and contain it, too."""
    story = Story()
    early = story.commit("feat: early")
    calendar = story.tag("2015.1.0", story.commit("chore: calendar", early))
    side = story.commit("fix: side", early)
    again = story.tag("1.0.0", story.merge(calendar, side))
    late = story.commit("feat: late", again)
    story.tag("1.1.0", story.commit("chore: on", late))
    story.tag("1.2.0", story.commit("chore: on and on", late))
    versions = versions_of(story)
    assert [str(versions[sha]) for sha in (early, side, late)] == ["2015.1.0", "1.0.0", "1.1.0"]


def test_tag_on_a_merge_counts_for_its_branch() -> None:
    """Release tags sit on merge commits; the branch's commits belong to them."""
    story = Story()
    root = story.commit("chore: root")
    work = story.commit("feat: work", root)
    story.tag("1.0.0", story.merge(root, work))
    groups = by_version(story.log, story.tags)
    assert [str(version) for version in groups] == ["None", "1.0.0"]
    assert {commit.sha for commit in groups[parse_version("1.0.0")]} >= {root, work}


def versions_of(story: Story) -> dict[str, Version]:
    """Return the version of each commit that has one."""
    groups = by_version(story.log, story.tags)
    return {commit.sha: version for version, group in groups.items() if version for commit in group}


def expected_version(story: Story, sha: str) -> Version | None:
    """Say by brute force which version a commit belongs to."""
    inside = {version: reach(story.log, (commit,)) for version, commit in story.tags.items()}
    holding = [version for version in story.tags if sha in inside[version]]
    first = [
        v for v in holding if not any(story.tags[o] in inside[v] and story.tags[o] != story.tags[v] for o in holding)
    ]
    return min(first, default=None)


@given(gitflow())
def test_every_commit_is_listed_once_under_the_first_version_that_contains_it(drawn: tuple[Story, str, str]) -> None:
    """The pass agrees with the definition, and no commit is lost or listed twice."""
    story, _, _ = drawn
    versions = versions_of(story)
    assert {row.sha: versions.get(row.sha) for row in story.rows} == {
        row.sha: expected_version(story, row.sha) for row in story.rows
    }
    listed = [commit.sha for group in by_version(story.log, story.tags).values() for commit in group]
    assert sorted(listed) == sorted(row.sha for row in story.rows)


@given(st.data(), gitflow())
def test_order_of_siblings_changes_nothing(data: st.DataObject, drawn: tuple[Story, str, str]) -> None:
    """Any order gives the same versions, the same unreleased commits and the same next version."""
    story, develop, main = drawn
    before = versions_of(story), story.unreleased(develop, main), story.next(develop, main)
    story.rows = list(reversed(data.draw(shuffled(story.log))))
    assert versions_of(story) == before[0]
    after = story.unreleased(develop, main)
    assert {commit.sha for commit in after.commits} == {commit.sha for commit in before[1].commits}
    assert (after.baseline, after.missing, after.released) == (
        before[1].baseline,
        before[1].missing,
        before[1].released,
    )
    planned = story.next(develop, main)
    assert (planned.version, planned.level) == (before[2].version, before[2].level)


@given(st.data(), gitflow())
def test_sorting_puts_children_before_parents(data: st.DataObject, drawn: tuple[Story, str, str]) -> None:
    """Whatever order the commits come in, each stands above its parents, and a sorted list stays as it is."""
    mixed = data.draw(st.permutations(drawn[0].log))
    ordered = sort_commits(mixed)
    place = {commit.sha: index for index, commit in enumerate(ordered)}
    assert len(ordered) == len(mixed)
    assert all(place[parent] > place[commit.sha] for commit in ordered for parent in commit.parents)
    assert sort_commits(ordered) == ordered


@given(gitflow())
def test_merge_brings_what_only_its_branch_has(drawn: tuple[Story, str, str]) -> None:
    """What a merge brought is the second side without the first, by definition."""
    commits = drawn[0].log
    graph = graph_of(commits)
    for place, merge in enumerate(commits):
        if merge.is_merge:
            expected = reach(commits, merge.parents[1:]) - reach(commits, merge.parents[:1])
            found = graph.brought(place, graph.positions[merge.parents[0]])
            assert {commits[other].sha for other in found} == expected


@given(gitflow())
def test_unreleased_is_what_no_final_tag_contains(drawn: tuple[Story, str, str]) -> None:
    """The commits are the head's without those of any final tag; the baseline is the highest final tag in sight."""
    story, develop, main = drawn
    final = {version: sha for version, sha in story.tags.items() if version.is_final}
    found = story.unreleased(develop, main)
    expected = reach(story.log, (develop,)) - reach(story.log, final.values())
    assert {commit.sha for commit in found.commits} == expected
    assert found.baseline == max(final, default=None)
    assert set(found.missing) == {version for version, sha in final.items() if sha not in reach(story.log, (develop,))}


def test_support_line_counts_from_its_own_tags() -> None:
    """Without main in the question, a higher release elsewhere is no baseline."""
    story = Story()
    one = story.tag("1.0.0", story.commit("feat: one"))
    main = story.tag("2.0.0", story.commit("feat!: two", one))
    support = story.commit("fix: old line", one)
    assert str(story.unreleased(support).baseline) == "1.0.0"
    assert str(story.unreleased(support, main).baseline) == "2.0.0"
