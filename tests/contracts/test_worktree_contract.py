"""What every writer does to worktrees and configuration, all or nothing, on real git and in memory."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.subject import Subject

from release_tools.domain.refs import HEADS, REMOTES, TAGS, WorktreeStatus
from release_tools.errors import ToolFailed

MAIN, TOPIC, V1 = HEADS + "main", HEADS + "topic", TAGS + "v1"
NOWHERE = "0123456789012345678901234567890123456789"


@pytest.fixture
def first(subject: Subject) -> str:
    """Make a first commit on main, here and at the remote, checked out."""
    sha = subject.commit({"a": "1", "b": "1"})
    subject.set_ref(MAIN, sha)
    subject.publish(MAIN, sha)
    subject.checkout("main")
    return sha


@pytest.fixture
def second(subject: Subject, first: str) -> str:
    """Make a second commit that no ref names."""
    return subject.commit({"a": "2", "b": "1"}, first)


def refused(subject: Subject, act: Callable[[], None]) -> None:
    """Check that an act fails and that neither side has moved."""
    before = subject.here(), subject.there()
    with pytest.raises((ToolFailed, OSError)):
        act()
    assert (subject.here(), subject.there()) == before


def test_move_worktree_brings_files_and_index_along(subject: Subject, first: str, tmp_path: Path) -> None:
    """Changed, added and deleted files; untracked ones and the branch itself are left alone."""
    new = subject.commit({"a": "2", "c": "3"}, first)
    subject.set_ref(TOPIC, first)
    subject.link(tmp_path / "linked tree", "topic")
    for tree in (subject.top, tmp_path / "linked tree"):
        subject.write("untracked", "mine", tree)
        subject.writer.move_worktree(tree, first, new)
        assert subject.reader.index_matches(new, tree)
        assert [subject.text(path, tree) for path in ("a", "b", "c", "untracked")] == ["2", None, "3", "mine"]
    assert subject.here() == {MAIN: first, TOPIC: first}


@pytest.mark.parametrize("staged", [False, True], ids=["changed", "staged"])
def test_move_worktree_never_overwrites_local_changes(subject: Subject, first: str, second: str, staged: bool) -> None:
    """A changed file that would change is refused, and nothing of the worktree moves."""
    subject.write("a", "mine")
    if staged:
        subject.stage("a")
    status = subject.reader.status()
    refused(subject, lambda: subject.writer.move_worktree(subject.top, first, second))
    assert subject.text("a") == "mine"
    assert subject.reader.status() == status == WorktreeStatus(changed=("a",))


def test_move_worktree_keeps_changes_elsewhere(subject: Subject, first: str, second: str) -> None:
    """A local change in a file that both commits have alike is carried along."""
    subject.write("b", "mine")
    subject.writer.move_worktree(subject.top, first, second)
    assert (subject.text("a"), subject.text("b")) == ("2", "mine")


def test_move_worktree_never_overwrites_untracked_files(subject: Subject, first: str) -> None:
    """An untracked file where the new commit has one is refused, and nothing moves."""
    new = subject.commit({"a": "2", "b": "1", "c": "3"}, first)
    subject.write("c", "mine")
    refused(subject, lambda: subject.writer.move_worktree(subject.top, first, new))
    assert (subject.text("a"), subject.text("c")) == ("1", "mine")
    assert subject.reader.index_matches(first, subject.top)


def test_move_worktree_again_is_no_error(subject: Subject, first: str, second: str) -> None:
    """A crash after the move and before the record: doing it again changes nothing."""
    subject.writer.move_worktree(subject.top, first, second)
    subject.writer.move_worktree(subject.top, first, second)
    assert subject.text("a") == "2"
    assert subject.reader.index_matches(second, subject.top)


def test_switch_checks_a_branch_out(subject: Subject, first: str, second: str) -> None:
    """HEAD, index and files follow; untracked files stay."""
    subject.set_ref(TOPIC, second)
    subject.write("untracked", "mine")
    subject.writer.switch("topic")
    assert subject.reader.head() == "topic"
    assert (subject.text("a"), subject.text("untracked")) == ("2", "mine")
    assert subject.reader.status() == WorktreeStatus()


def test_switch_in_another_worktree(subject: Subject, first: str, second: str, tmp_path: Path) -> None:
    """The worktree that is named follows, this one stays."""
    subject.set_ref(TOPIC, first)
    subject.set_ref(HEADS + "other", second)
    subject.link(tmp_path / "linked", "topic")
    subject.writer.switch("other", tmp_path / "linked")
    assert subject.reader.head(tmp_path / "linked") == "other"
    assert subject.text("a", tmp_path / "linked") == "2"
    assert (subject.reader.head(), subject.text("a")) == ("main", "1")
    refused(subject, lambda: subject.writer.switch("other"))


def test_switch_never_overwrites_local_changes(subject: Subject, first: str, second: str) -> None:
    """Refused, and HEAD stays."""
    subject.set_ref(TOPIC, second)
    subject.write("a", "mine")
    refused(subject, lambda: subject.writer.switch("topic"))
    assert (subject.reader.head(), subject.text("a")) == ("main", "mine")


def test_switch_to_what_cannot_be_checked_out(subject: Subject, first: str, second: str, tmp_path: Path) -> None:
    """A branch that is absent (even when the remote has it) or checked out elsewhere is refused; HEAD stays."""
    subject.set_ref(REMOTES + "origin/remote-only", first)
    refused(subject, lambda: subject.writer.switch("remote-only"))
    subject.set_ref(TOPIC, second)
    subject.link(tmp_path / "linked", "topic")
    refused(subject, lambda: subject.writer.switch("topic"))
    assert subject.reader.head() == "main"


def test_track_and_forget_a_branch(subject: Subject, first: str) -> None:
    """The upstream is the branch of the same name; forgetting removes the whole section and nothing else."""
    subject.set_ref(REMOTES + "origin/main", first)
    subject.configure("branch.main-old.description", "other")
    subject.writer.track("main", "origin")
    settings = subject.reader.settings()
    assert (settings["branch.main.remote"], settings["branch.main.merge"]) == ("origin", MAIN)
    subject.writer.forget_branch("main")
    left = subject.reader.settings()
    assert not [key for key in left if key.startswith("branch.main.")]
    assert left["branch.main-old.description"] == "other"
    assert subject.here() == {MAIN: first, REMOTES + "origin/main": first}


def test_track_and_forget_what_is_not_there(subject: Subject, first: str) -> None:
    """No remote-tracking branch to follow, no section to remove: a tool that failed."""
    refused(subject, lambda: subject.writer.track("main", "origin"))
    refused(subject, lambda: subject.writer.forget_branch("main"))


def test_a_worktree_is_added_and_removed(subject: Subject, first: str, second: str, tmp_path: Path) -> None:
    """Detached at its commit; removed with whatever is in it, a merge with conflicts included."""
    path = tmp_path / "merge-main"
    subject.writer.add_worktree(path, second)
    assert subject.reader.head(path) is None
    assert subject.text("a", path) == "2"
    assert (str(path), None, second) in {(t.path, t.branch, t.head) for t in subject.reader.worktrees()}
    other = subject.commit({"a": "3", "b": "1"}, first)
    subject.writer.begin_merge(path, other, "Merge it")
    subject.write("untracked", "x", path)
    subject.writer.remove_worktree(path)
    assert [tree.path for tree in subject.reader.worktrees()] == [str(subject.top)]
    assert not path.exists()
    assert subject.here() == {MAIN: first}


def test_a_worktree_that_cannot_be_added_or_removed(subject: Subject, first: str, tmp_path: Path) -> None:
    """An unknown commit, no such directory: refused, and nothing is there afterwards."""
    refused(subject, lambda: subject.writer.add_worktree(tmp_path / "new", NOWHERE))
    refused(subject, lambda: subject.writer.remove_worktree(tmp_path / "gone"))
    assert [tree.path for tree in subject.reader.worktrees()] == [str(subject.top)]


def test_what_an_earlier_attempt_left_is_replaced(subject: Subject, first: str, second: str, tmp_path: Path) -> None:
    """A crash in the middle of making a worktree leaves half of it; making it again makes it whole."""
    (tmp_path / "merge").mkdir()
    (tmp_path / "merge" / "half").write_text("torn")
    subject.writer.add_worktree(tmp_path / "merge", second)
    assert subject.text("a", tmp_path / "merge") == "2"
    assert not (tmp_path / "merge" / "half").exists()


def test_a_merge_is_begun_and_never_finished(subject: Subject, first: str, second: str, tmp_path: Path) -> None:
    """Conflict or not, the commit is a person's; HEAD stays and the merge waits."""
    for name, other in (("clean", {"a": "1", "b": "2"}), ("conflict", {"a": "3", "b": "1"})):
        theirs = subject.commit(other, first)
        subject.writer.add_worktree(tmp_path / name, second)
        subject.writer.begin_merge(tmp_path / name, theirs, "Merge it")
        assert subject.reader.operation(tmp_path / name) == "a merge"
        assert subject.reader.status(tmp_path / name).unmerged == (("a",) if name == "conflict" else ())
        assert second in {tree.head for tree in subject.reader.worktrees() if tree.path == str(tmp_path / name)}


def test_files_are_settled_in_a_merge_that_waits(subject: Subject, first: str, second: str, tmp_path: Path) -> None:
    """A conflict is resolved by the tree's file, a file without one is replaced, and the rest waits as it was."""
    path = tmp_path / "merge"
    theirs = subject.commit({"a": "3", "b": "2"}, first)
    tree = subject.commit({"a": "4", "b": "5"}, first)
    subject.writer.add_worktree(path, second)
    subject.writer.begin_merge(path, theirs, "Merge it")
    assert not subject.reader.index_matches(tree, path, ("a",))
    for _ in range(2):
        subject.writer.settle(path, tree, ("a",))
        assert subject.reader.index_matches(tree, path, ("a",))
        assert not subject.reader.index_matches(tree, path, ("a", "b"))
        assert subject.reader.status(path).unmerged == ()
        assert (subject.text("a", path), subject.text("b", path)) == ("4", "2")
    subject.writer.settle(path, tree, ("b",))
    assert subject.text("b", path) == "5"
    assert subject.reader.operation(path) == "a merge"
    refused(subject, lambda: subject.writer.settle(path, tree, ("nowhere",)))


def test_a_merge_that_cannot_begin_fails(subject: Subject, first: str, second: str, tmp_path: Path) -> None:
    """A commit that is not here begins no merge, and that is said."""
    subject.writer.add_worktree(tmp_path / "merge", second)
    refused(subject, lambda: subject.writer.begin_merge(tmp_path / "merge", NOWHERE, "Merge it"))
    assert subject.reader.operation(tmp_path / "merge") == ""


def test_a_merge_over_local_changes_fails(subject: Subject, first: str, second: str, tmp_path: Path) -> None:
    """Changes in the worktree that the merge would overwrite keep it from beginning, and that is said."""
    theirs = subject.commit({"a": "1", "b": "2"}, first)
    subject.writer.add_worktree(tmp_path / "merge", second)
    subject.write("b", "mine", tmp_path / "merge")
    refused(subject, lambda: subject.writer.begin_merge(tmp_path / "merge", theirs, "Merge it"))
    assert subject.reader.operation(tmp_path / "merge") == ""
    assert subject.text("b", tmp_path / "merge") == "mine"


def test_a_worktree_that_is_gone_is_not_replaced_by_this_one(
    subject: Subject, first: str, second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git would run where the process stands: the worktree of whoever typed the command must stay as it is."""
    monkeypatch.chdir(subject.top)
    refused(subject, lambda: subject.writer.move_worktree(tmp_path / "gone", first, second))
    refused(subject, lambda: subject.writer.begin_merge(tmp_path / "gone", second, "Merge it"))
    assert subject.reader.status() == WorktreeStatus()
    assert subject.reader.operation() == ""
