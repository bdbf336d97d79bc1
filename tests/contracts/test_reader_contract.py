"""What every reader of a repository answers, on real git and in memory."""

from pathlib import Path

import pytest
from fakes.subject import Subject

from release_tools.domain.refs import HEADS, TAGS, Tag, WorktreeStatus
from release_tools.errors import ToolFailed

NOWHERE = "0123456789012345678901234567890123456789"


@pytest.fixture
def first(subject: Subject) -> str:
    """Make a first commit on main, checked out."""
    sha = subject.commit({"a": "1", "dir/b": "2"}, message="feat: first")
    subject.set_ref(HEADS + "main", sha)
    subject.checkout("main")
    return sha


def test_refs_of_both_sides(subject: Subject, first: str) -> None:
    """Branches and tags by short name, slashes kept; a tag has its object and its commit; other refs are left out."""
    second = subject.commit({"a": "2"}, first)
    annotated = subject.draft.tag("v1.0.0", first, "one\n")
    subject.writer.adopt(subject.objects)
    for name, sha in (("release/v1.1.0", second), ("main", first)):
        subject.set_ref(HEADS + name, sha)
        subject.publish(HEADS + name, second)
    for name, sha in (("v1.0.0", annotated), ("light", second)):
        subject.set_ref(TAGS + name, sha)
        subject.publish(TAGS + name, sha)
    subject.set_ref("refs/notes/x", first)
    subject.set_ref("refs/remotes/origin/main", first)
    subject.set_ref("refs/remotes/other/main", second)
    tags = {
        "v1.0.0": Tag(name="v1.0.0", object=annotated, commit=first),
        "light": Tag(name="light", object=second, commit=second),
    }
    here, tracked = subject.reader.refs("origin")
    assert dict(here.branches) == {"main": first, "release/v1.1.0": second}
    assert dict(here.tags) == tags
    assert dict(tracked) == {"main": first}
    assert dict(subject.reader.refs(None)[1]) == {}
    there = subject.reader.remote_refs("origin")
    assert dict(there.branches) == {"main": second, "release/v1.1.0": second}
    assert dict(there.tags) == tags


def test_an_empty_remote_has_no_refs(subject: Subject, first: str) -> None:
    """No ref is no error."""
    there = subject.reader.remote_refs("origin")
    assert (dict(there.branches), dict(there.tags)) == ({}, {})


def test_a_remote_that_is_not_there_fails(subject: Subject, first: str) -> None:
    """Not to know is not the same as to know that there is nothing."""
    with pytest.raises(ToolFailed):
        subject.reader.remote_refs("nowhere")
    with pytest.raises(ToolFailed):
        subject.reader.remote_values("nowhere", [HEADS + "main"])


def test_values_of_full_names_only(subject: Subject, first: str) -> None:
    """A name stands for itself, not for what begins or ends like it; absent names are left out; no name, no value."""
    subject.set_ref(HEADS + "topic/one", first)
    subject.publish(HEADS + "topic/one", first)
    subject.publish("refs/other/refs/heads/main", first)
    asked = [HEADS + "topic", HEADS + "topic/one", HEADS + "gone"]
    assert dict(subject.reader.values(asked)) == {HEADS + "topic/one": first}
    assert dict(subject.reader.remote_values("origin", asked)) == {HEADS + "topic/one": first}
    assert dict(subject.reader.remote_values("origin", [HEADS + "main"])) == {}
    assert dict(subject.reader.values([])) == {}
    assert dict(subject.reader.remote_values("origin", [])) == {}


def test_values_of_tags_are_their_objects(subject: Subject, first: str) -> None:
    """What is swapped is the tag object, not the commit behind it."""
    tag = subject.draft.tag("v1", first, "one\n")
    subject.writer.adopt(subject.objects)
    subject.set_ref(TAGS + "v1", tag)
    subject.publish(TAGS + "v1", tag)
    assert dict(subject.reader.values([TAGS + "v1"])) == {TAGS + "v1": tag}
    assert dict(subject.reader.remote_values("origin", [TAGS + "v1"])) == {TAGS + "v1": tag}


def test_head_is_a_branch_or_detached(subject: Subject, first: str) -> None:
    """A branch by its short name, None while detached."""
    assert subject.reader.head() == "main"
    subject.detach()
    assert subject.reader.head() is None


def test_head_of_a_repository_without_commits(subject: Subject) -> None:
    """An unborn branch is a branch; it has no commit."""
    assert subject.reader.head() == "main"
    assert subject.reader.commit_of("HEAD") is None
    assert subject.reader.status() == WorktreeStatus()


def test_head_of_another_worktree(subject: Subject, first: str, tmp_path: Path) -> None:
    """Each worktree has its own HEAD and its own changes."""
    subject.set_ref(HEADS + "topic", first)
    subject.link(tmp_path / "linked tree", "topic")
    subject.write("a", "mine", tmp_path / "linked tree")
    assert subject.reader.head(tmp_path / "linked tree") == "topic"
    assert subject.reader.head() == "main"
    assert subject.reader.status(tmp_path / "linked tree").changed == ("a",)
    assert subject.reader.status() == WorktreeStatus()
    trees = {(tree.path, tree.branch, tree.head) for tree in subject.reader.worktrees()}
    assert trees == {(str(subject.top), "main", first), (str(tmp_path / "linked tree"), "topic", first)}


def test_commit_of_a_name(subject: Subject, first: str) -> None:
    """Branches, tags through their object, HEAD and full names; None for what is not there or no commit."""
    tag = subject.draft.tag("v1", first, "one\n")
    subject.writer.adopt(subject.objects)
    subject.set_ref(TAGS + "v1", tag)
    for name in ("main", "HEAD", "v1", HEADS + "main", first, tag):
        assert subject.reader.commit_of(name) == first
    assert subject.reader.commit_of("gone") is None


def test_status_names_tracked_changes_only(subject: Subject, first: str) -> None:
    """Changed in the files, staged, both; untracked files are not listed."""
    assert subject.reader.status() == WorktreeStatus()
    subject.write("untracked", "x")
    assert subject.reader.status() == WorktreeStatus()
    subject.write("dir/b", "changed")
    subject.write("new", "staged")
    subject.stage("new")
    status = subject.reader.status()
    assert set(status.changed) == {"dir/b", "new"}
    assert status.unmerged == ()


def test_a_merge_in_progress_is_named(subject: Subject, first: str, tmp_path: Path) -> None:
    """Whoever sees it knows the operation and the unmerged paths."""
    ours, theirs = subject.commit({"a": "2"}, first), subject.commit({"a": "3"}, first)
    subject.writer.add_worktree(tmp_path / "merge", ours)
    assert subject.reader.operation(tmp_path / "merge") == ""
    subject.writer.begin_merge(tmp_path / "merge", theirs, "Merge it")
    assert subject.reader.operation(tmp_path / "merge") == "a merge"
    assert subject.reader.status(tmp_path / "merge").unmerged == ("a",)
    assert subject.reader.operation() == ""


def test_a_whole_clone_is_not_shallow(subject: Subject, first: str) -> None:
    """Only a cut-off history is shallow."""
    assert subject.reader.shallow() is False


def test_settings_are_keys_and_last_values(subject: Subject) -> None:
    """The configuration as git gives it: section and key in lower case."""
    subject.configure("branch.main.remote", "origin")
    settings = subject.reader.settings()
    assert settings["branch.main.remote"] == "origin"
    assert settings["remote.origin.fetch"] == "+refs/heads/*:refs/remotes/origin/*"


def test_a_signature_has_a_date(subject: Subject) -> None:
    """Name, address, seconds and offset."""
    who = subject.reader.signature("COMMITTER")
    assert who is not None
    assert (who.name, who.email) == ("Carl Committer", "carl@example.com")
    assert who.epoch > 10**9
    assert who.offset == "+0000"


def test_files_of_one_name_are_found_in_every_directory(subject: Subject, first: str) -> None:
    """By their base name alone, wherever this worktree's prefix is; part of a name is another name."""
    commit = subject.commit({"m": "1", "x/m": "2", "x/y/m": "3", "am": "4", "b m": "5"}, first)
    assert subject.reader.named(commit, "m") == ("m", "x/m", "x/y/m")
    assert subject.reader.named(commit, "nowhere") == ()


def test_missing_objects(subject: Subject, first: str) -> None:
    """Those that are not here, in the order asked; a draft's objects are missing here until they are adopted."""
    drafted = subject.draft.commit(subject.reader.tree(first), (first,), "chore: x\n")
    assert subject.reader.missing([NOWHERE, first, drafted]) == (NOWHERE, drafted)
    assert subject.draft_reader.missing([NOWHERE, first, drafted]) == (NOWHERE,)
    assert subject.reader.missing([]) == ()


def test_index_matches_a_commit(subject: Subject, first: str) -> None:
    """The index counts, not the files; it is equal or it is not."""
    second = subject.commit({"a": "2", "dir/b": "2"}, first)
    assert subject.reader.index_matches(first, subject.top)
    assert not subject.reader.index_matches(second, subject.top)
    subject.write("a", "2")
    assert subject.reader.index_matches(first, subject.top)
    subject.stage("a")
    assert subject.reader.index_matches(second, subject.top)
    assert not subject.reader.index_matches(first, subject.top)


def test_untracked_files_in_the_way(subject: Subject, first: str) -> None:
    """Only untracked files that the other commit adds."""
    new = subject.commit({"a": "2", "dir/b": "2", "added": "3"}, first)
    assert subject.reader.untracked_in_the_way(first, new, subject.top) == ()
    subject.write("other", "mine")
    assert subject.reader.untracked_in_the_way(first, new, subject.top) == ()
    subject.write("added", "mine")
    assert subject.reader.untracked_in_the_way(first, new, subject.top) == ("added",)


def test_an_untracked_file_where_a_directory_comes_is_in_the_way(subject: Subject, first: str) -> None:
    """Git refuses to replace it, so it must be found before anything is published."""
    new = subject.commit({"a": "1", "dir/b": "2", "added/deep/x": "3"}, first)
    subject.write("added", "mine")
    with pytest.raises(ToolFailed):
        subject.writer.move_worktree(subject.top, first, new)
    assert subject.text("added") == "mine"
    assert subject.reader.untracked_in_the_way(first, new, subject.top) == ("added",)


def test_a_worktree_that_is_gone_fails(subject: Subject, first: str, tmp_path: Path) -> None:
    """A question to a place that does not exist is a tool that failed, not the answer of another place."""
    with pytest.raises(ToolFailed):
        subject.reader.status(tmp_path / "gone")
    with pytest.raises(ToolFailed):
        subject.reader.head(tmp_path / "gone")
