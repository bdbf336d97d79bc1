"""What every reader answers about commits and how they hang together, on real git and in memory."""

import pytest
from fakes.subject import Subject

from release_tools.domain.history.log import LOG_FORMAT, NAME_FORMAT, parse_log, parse_names
from release_tools.domain.refs import HEADS, Blob
from release_tools.errors import ToolFailed

NOWHERE = "0123456789012345678901234567890123456789"


@pytest.fixture
def first(subject: Subject) -> str:
    """Make a first commit on main, checked out."""
    sha = subject.commit({"a": "1", "dir/b": "2"}, message="feat: first")
    subject.set_ref(HEADS + "main", sha)
    subject.checkout("main")
    return sha


def test_files_of_a_commit(subject: Subject, first: str) -> None:
    """Those asked for that are there, from the commit and not from the worktree; wildcards are names."""
    subject.write("a", "changed")
    found = subject.reader.files(first, ["a", "dir/b", "gone", "*"])
    assert dict(found) == {"a": Blob(mode="100644", data=b"1"), "dir/b": Blob(mode="100644", data=b"2")}
    assert dict(subject.reader.files(first, ["gone"])) == {}
    with pytest.raises(ToolFailed):
        subject.reader.files(NOWHERE, ["a"])


def test_no_path_asked_no_file_answered(subject: Subject, first: str) -> None:
    """A configuration without version files reads none."""
    assert dict(subject.reader.files(first, [])) == {}


def test_ancestry(subject: Subject, first: str) -> None:
    """A commit contains itself and what came before; distances count both sides; strangers share nothing."""
    left, right = subject.commit({"a": "l"}, first), subject.commit({"a": "r"}, first)
    deeper, stranger = subject.commit({"a": "d"}, left), subject.commit({"a": "s"})
    reader = subject.reader
    assert reader.is_ancestor(first, first)
    assert reader.is_ancestor(first, deeper)
    assert not reader.is_ancestor(deeper, first)
    assert not reader.is_ancestor(left, right)
    assert reader.merge_base(deeper, right) == first
    assert reader.merge_base(deeper, left) == left
    assert reader.merge_base(left, stranger) == ""
    assert reader.ahead_behind(deeper, right) == (2, 1)
    assert reader.ahead_behind(left, left) == (0, 0)
    with pytest.raises(ToolFailed):
        reader.is_ancestor(NOWHERE, first)


def test_parents_in_order(subject: Subject, first: str) -> None:
    """The first parent is the branch that was merged into."""
    other = subject.commit({"a": "2"}, first)
    merge = subject.commit({"a": "3"}, first, other)
    assert subject.reader.parents(first) == ()
    assert subject.reader.parents(merge) == (first, other)


def test_equal_files_have_equal_trees(subject: Subject, first: str) -> None:
    """A tree is a name for its files."""
    same, other = subject.commit({"dir/b": "2", "a": "1"}, first), subject.commit({"a": "1"}, first)
    assert subject.reader.tree(same) == subject.reader.tree(first) != subject.reader.tree(other)


def test_first_parent_containing(subject: Subject, first: str) -> None:
    """The merge that brought a commit in, or the commit itself where it stands on the line."""
    side = subject.commit({"a": "side"}, first)
    deeper = subject.commit({"a": "deeper"}, side)
    main = subject.commit({"a": "main"}, first)
    merge = subject.commit({"a": "merge"}, main, deeper)
    tip = subject.commit({"a": "tip"}, merge)
    find = subject.reader.first_parent_containing
    assert find(tip, side) == merge
    assert find(tip, deeper) == merge
    assert find(tip, main) == main
    assert find(tip, first) == first
    assert find(tip, tip) == tip
    assert find(merge, deeper) == merge


def test_log_in_our_format(subject: Subject, first: str) -> None:
    """Children before parents, hidden ones left out, raw messages; merges and first parents on demand."""
    side = subject.commit({"a": "s"}, first, message="fix: side\n\nbody")
    main = subject.commit({"a": "m"}, first, message="feat: main")
    merge = subject.commit({"a": "x"}, main, side, message="Merge branch 'side'")
    everything = parse_log(subject.reader.log(LOG_FORMAT, [merge]))
    assert {commit.sha for commit in everything} == {merge, main, side, first}
    assert (everything[0].sha, everything[-1].sha) == (merge, first)
    assert everything[0].parents == (main, side)
    assert next(commit for commit in everything if commit.sha == side).message == b"fix: side\n\nbody\n"
    log = subject.reader.log
    assert {c.sha for c in parse_log(log(LOG_FORMAT, [merge, f"^{side}"]))} == {merge, main}
    assert [c.sha for c in parse_log(log(LOG_FORMAT, ["--first-parent", "--no-merges", merge]))] == [main, first]
    assert [c.sha for c in parse_log(log(LOG_FORMAT, ["--first-parent", "--merges", merge]))] == [merge]
    assert parse_log(log(LOG_FORMAT, [first, f"^{first}"])) == ()
    assert parse_names(log(NAME_FORMAT, [merge, f"^{first}"])) == tuple(commit.sha for commit in everything[:-1])


def test_what_commits_change(subject: Subject, first: str) -> None:
    """Below the paths alone, against the first parent, for a merge and a root too; a name is no pattern."""
    branch = subject.commit({"a": "1", "dir/b": "3", "dir/c": "1"}, first)
    other = subject.commit({"a": "2", "dir/b": "2"}, first)
    merge = subject.commit({"a": "2", "dir/b": "3", "dir/c": "1"}, other, branch)
    gone = subject.commit({"a": "2"}, merge)
    found = subject.reader.changes((first, branch, other, merge, gone), ("dir", "*"))
    assert {name: [tuple(change) for change in changes] for name, changes in found.items()} == {
        first: [("A", "dir/b")],
        branch: [("M", "dir/b"), ("A", "dir/c")],
        merge: [("M", "dir/b"), ("A", "dir/c")],
        gone: [("D", "dir/b"), ("D", "dir/c")],
    }
    assert subject.reader.changes((), ("dir",)) == {}
    assert subject.reader.below(merge, "dir") == ("dir/b", "dir/c")
    assert subject.reader.below(gone, "dir") == ()


def test_picks_have_one_fingerprint(subject: Subject, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same change made at one time is told, whatever it was made on; another change, and none, is not."""
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-01-15T12:00:00+0000")
    on = subject.commit({"a": "1", "dir/b": "2", "c": "on"}, first)
    original = subject.commit({"a": "changed", "dir/b": "2"}, first)
    pick = subject.commit({"a": "changed", "dir/b": "2", "c": "on"}, on)
    other = subject.commit({"a": "1", "dir/b": "changed"}, first)
    nothing = subject.commit({"a": "1", "dir/b": "2"}, first, message="feat: nothing")
    found = subject.reader.fingerprints((pick, original, other, nothing))
    assert found[pick] == found[original] != found[other]
    assert nothing not in found
    assert subject.reader.fingerprints((original,)) == subject.reader.fingerprints(()) == {}


def test_what_is_missing(subject: Subject, first: str) -> None:
    """Asked for as a commit, a tree is not here."""
    tree = subject.reader.tree(first)
    assert subject.reader.missing((first, tree, NOWHERE)) == (NOWHERE,)
    asked = tuple(f"{name}^{{commit}}" for name in (first, tree, NOWHERE))
    assert subject.reader.missing(asked) == asked[1:]
