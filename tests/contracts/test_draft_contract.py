"""What every draft makes: objects that nothing names, and nothing else, on real git and in memory."""

import pytest
from fakes.subject import Subject

from release_tools.domain.refs import HEADS, TAGS, Blob
from release_tools.errors import ToolFailed

MAIN = HEADS + "main"
NOWHERE = "0123456789012345678901234567890123456789"


@pytest.fixture
def first(subject: Subject) -> str:
    """Make a first commit on main, here and at the remote, checked out."""
    sha = subject.commit({"a": "1", "b": "1"})
    subject.set_ref(MAIN, sha)
    subject.publish(MAIN, sha)
    subject.checkout("main")
    return sha


def text(data: str, mode: str = "100644") -> Blob:
    """Return a file."""
    return Blob(mode=mode, data=data.encode())


def test_a_draft_is_seen_by_its_own_reader_alone(subject: Subject, first: str) -> None:
    """Trees, commits, merges and tags are in the draft; refs, index and files of the repository stay as they were."""
    before = subject.here(), subject.there()
    tree = subject.draft.tree(first, {"a": text("2")})
    commit = subject.draft.commit(tree, (first,), "chore: x\n")
    merge = subject.draft.merge(first, commit)
    tag = subject.draft.tag("v1", commit, "one\n")
    assert subject.draft_reader.missing([tree, commit, merge.tree, tag, first]) == ()
    assert subject.reader.missing([tree, commit, tag, first]) == (tree, commit, tag)
    assert (subject.here(), subject.there()) == before
    assert subject.reader.status().changed == ()
    assert subject.reader.index_matches(first, subject.top)


def test_a_tree_has_the_given_files_in_their_place(subject: Subject, first: str) -> None:
    """Replaced and added, bytes and modes as given; everything else of the base stays; a tree can be a base."""
    files = {"a": Blob(mode="100755", data=b"\r\n\0\xff"), "new dir/ä": text("3")}
    tree = subject.draft.tree(first, files)
    commit = subject.draft.commit(tree, (first,), "chore: x\n")
    everything = {**files, "b": text("1")}
    assert dict(subject.draft_reader.files(commit, [*everything, "gone"])) == everything
    assert subject.draft_reader.tree(commit) == tree
    again = subject.draft.tree(tree, {"b": text("2")})
    changed = subject.draft.commit(again, (commit,), "chore: y\n")
    assert dict(subject.draft_reader.files(changed, ["a", "b"])) == {"a": files["a"], "b": text("2")}


def test_a_tree_loses_the_files_that_are_taken_away(subject: Subject, first: str) -> None:
    """A directory without a file is gone; one that was never there is no error."""
    data = Blob(mode="100644", data=b"x")
    tree = subject.draft.tree(first, {"dir/b": None, "nowhere/x": None, "z": data})
    commit = subject.draft.commit(tree, (first,), "docs: less\n")
    assert dict(subject.draft_reader.files(commit, ["a", "dir/b", "z"])).keys() == {"a", "z"}
    assert subject.draft_reader.below(commit, "dir") == subject.draft_reader.below(commit, "nowhere") == ()


def test_a_commit_is_what_it_is_made_of(subject: Subject, first: str) -> None:
    """Parents in order; the same tree, parents, message and dates give the same name; another message another one."""
    tree = subject.draft.tree(first, {"a": text("2")})
    side = subject.draft.commit(tree, (first,), "chore: side\n")
    merge = subject.draft.commit(tree, (first, side), "Merge it\n")
    assert subject.draft_reader.parents(merge) == (first, side)
    assert subject.draft.commit(tree, (first, side), "Merge it\n") == merge
    assert subject.draft.commit(tree, (first, side), "Merge that\n") != merge
    assert subject.draft.commit(tree, (side, first), "Merge it\n") != merge


def test_a_merge_takes_both_sides(subject: Subject, first: str) -> None:
    """Changes of different files are joined; no commit is made."""
    ours, theirs = subject.commit({"a": "2", "b": "1"}, first), subject.commit({"a": "1", "b": "2", "c": "3"}, first)
    merge = subject.draft.merge(ours, theirs)
    assert merge.conflicts == ()
    made = subject.draft.commit(merge.tree, (ours, theirs), "Merge it\n")
    found = {path: blob.data for path, blob in subject.draft_reader.files(made, ["a", "b", "c"]).items()}
    assert found == {"a": b"2", "b": b"2", "c": b"3"}


def test_a_merge_of_what_is_contained_is_the_newer_side(subject: Subject, first: str) -> None:
    """A merge that could be a fast forward has the newer side's tree."""
    second = subject.commit({"a": "2", "b": "1"}, first)
    assert subject.draft.merge(first, second).tree == subject.reader.tree(second)
    assert subject.draft.merge(second, first).tree == subject.reader.tree(second)


def test_a_merge_with_conflicts_names_them(subject: Subject, first: str) -> None:
    """Every path once, and only those that conflict; a file that one side deleted and the other changed is one."""
    ours = subject.commit({"a": "2", "b": "2"}, first)
    theirs = subject.commit({"a": "3"}, first)
    assert sorted(subject.draft.merge(ours, theirs).conflicts) == ["a", "b"]


def test_a_merge_base_is_what_both_contain(subject: Subject, first: str) -> None:
    """The last common commit; the older one where it contains the other; nothing without a common history."""
    ours, theirs = subject.commit({"a": "2"}, first), subject.commit({"a": "3"}, first)
    assert subject.draft.merge_bases(ours, theirs) == (first,)
    assert subject.draft.merge_bases(ours, first) == (first,)
    assert subject.draft.merge_bases(ours, ours) == (ours,)
    assert subject.draft.merge_bases(ours, subject.commit({"a": "1"})) == ()


def test_two_branches_that_merged_the_same_two_have_both_as_bases(subject: Subject, first: str) -> None:
    """A commit that stands in for them joined is what they are merged against then."""
    left, right = subject.commit({"a": "2", "b": "1"}, first), subject.commit({"a": "1", "b": "2"}, first)
    one = subject.commit({"a": "2", "b": "2", "c": "1"}, left, right)
    two = subject.commit({"a": "2", "b": "2", "d": "1"}, right, left)
    assert sorted(subject.draft.merge_bases(one, two)) == sorted((left, right))
    joined = subject.draft.stand_in(subject.draft.merge(left, right).tree, (left, right))
    assert dict(subject.draft_reader.files(joined, ["a", "b", "c"])) == {"a": text("2"), "b": text("2")}
    assert subject.draft_reader.parents(joined) == (left, right)
    assert subject.draft.stand_in(subject.draft.merge(left, right).tree, (left, right)) == joined


TEXT = b"a\nb\nc\nd\ne\n"
MERGED = [
    (TEXT, TEXT, TEXT, TEXT),
    (TEXT, TEXT.replace(b"a", b"A"), TEXT.replace(b"e", b"E"), b"A\nb\nc\nd\nE\n"),
    (TEXT, TEXT.replace(b"c", b"C"), TEXT.replace(b"c", b"C"), TEXT.replace(b"c", b"C")),
    (TEXT, TEXT, b"", b""),
    (TEXT, TEXT.replace(b"a\n", b""), TEXT + b"f", b"b\nc\nd\ne\nf"),
    (b"", b"a\r\n", b"a\r\n", b"a\r\n"),
    (b"\xff\n-\n.\n", b"\xff\n-\n.", b"\xfe\n-\n.\n", b"\xfe\n-\n."),
]
CONFLICTING = [
    (TEXT, TEXT.replace(b"c", b"C"), TEXT.replace(b"c", b"x")),
    (TEXT, TEXT.replace(b"c", b"C"), TEXT.replace(b"d", b"D")),
    (TEXT, TEXT.replace(b"c\n", b""), TEXT.replace(b"c", b"C")),
    (b"", b"a\n", b"b\n"),
    (b"a", b"a\0", b"b"),
]


@pytest.mark.parametrize(("base", "ours", "theirs", "merged"), MERGED)
def test_a_text_is_merged_by_lines(subject: Subject, base: bytes, ours: bytes, theirs: bytes, merged: bytes) -> None:
    """Changes that keep a line between them are joined, byte for byte; nothing is left behind."""
    assert subject.draft.merge_text(base, ours, theirs) == (merged, True)
    assert subject.draft.merge_text(base, theirs, ours) == (merged, True)
    assert [path.name for path in subject.objects.parent.iterdir() if path != subject.objects] == []


@pytest.mark.parametrize(("base", "ours", "theirs"), CONFLICTING)
def test_a_text_that_both_sides_changed_in_one_place_conflicts(
    subject: Subject, base: bytes, ours: bytes, theirs: bytes
) -> None:
    """Neighbouring lines are one place, and what is no text is not merged."""
    assert not subject.draft.merge_text(base, ours, theirs)[1]
    assert not subject.draft.merge_text(base, theirs, ours)[1]


def test_a_tag_names_its_commit(subject: Subject, first: str) -> None:
    """Annotated: an object of its own, behind which the commit is; a commit of the draft can be tagged."""
    commit = subject.draft.commit(subject.reader.tree(first), (first,), "chore: x\n")
    tag = subject.draft.tag("v1.0.0", commit, "Release v1.0.0\n")
    assert tag != commit
    assert subject.draft_reader.commit_of(tag) == commit
    assert subject.draft.tag("v1.0.0", commit, "Release v1.0.0\n") == tag
    assert subject.draft.tag("v1.0.1", commit, "Release v1.0.0\n") != tag


def test_objects_of_the_remote_are_fetched_into_the_draft(subject: Subject, first: str) -> None:
    """What only the remote has can be read and merged; no ref moves, remote-tracking ones included."""
    theirs = subject.commit({"a": "1", "b": "2"}, first)
    tag = subject.draft.tag("v1", theirs, "one\n")
    subject.writer.adopt(subject.objects)
    subject.publish(HEADS + "topic", theirs)
    subject.publish(TAGS + "v1", tag)
    subject.forget_objects(tag, theirs)
    before = subject.here()
    subject.draft.fetch("origin", (HEADS + "topic", TAGS + "v1"))
    assert subject.here() == before
    assert subject.draft_reader.parents(theirs) == (first,)
    assert subject.draft_reader.commit_of(tag) == theirs
    subject.writer.adopt(subject.objects)
    assert subject.reader.missing([theirs, tag]) == ()


def test_what_the_remote_does_not_have_cannot_be_fetched(subject: Subject, first: str) -> None:
    """An absent ref or remote is a tool that failed."""
    with pytest.raises(ToolFailed):
        subject.draft.fetch("origin", (HEADS + "gone",))
    with pytest.raises(ToolFailed):
        subject.draft.fetch("nowhere", (MAIN,))


def test_objects_that_are_not_there_cannot_be_used(subject: Subject, first: str) -> None:
    """An unknown base or commit is a tool that failed."""
    with pytest.raises(ToolFailed):
        subject.draft.tree(NOWHERE, {"a": text("1")})
    with pytest.raises(ToolFailed):
        subject.draft.tag("v1", NOWHERE, "one\n")


def test_a_side_that_is_not_there_cannot_be_merged(subject: Subject, first: str) -> None:
    """An unknown side is a tool that failed, not a merge without conflicts."""
    with pytest.raises(ToolFailed):
        subject.draft.merge(first, NOWHERE)
