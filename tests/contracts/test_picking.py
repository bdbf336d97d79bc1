"""What every draft makes of single commits of others: their changes, their messages and their authors."""

import pytest
from fakes.repository import CARL
from fakes.subject import Subject

from release_tools.domain.refs import Signature
from release_tools.errors import ToolFailed

ADA = Signature(name="Ada Lovelace", email="ada@example.com", epoch=1234567890, offset="-0330")
OLD = Signature(name="Ken Ø", email="ken@example.com", epoch=86400, offset="+0000")
NOWHERE = "0123456789012345678901234567890123456789"


@pytest.fixture
def first(subject: Subject) -> str:
    """Make a first commit."""
    return subject.commit({"a": "1", "b": "1"})


def found(subject: Subject, tree: str) -> dict[str, str]:
    """Return the files a, b and c of a tree."""
    return {path: blob.data.decode() for path, blob in subject.draft_reader.files(tree, ["a", "b", "c"]).items()}


def test_a_picked_commit_brings_its_own_change_alone(subject: Subject, first: str) -> None:
    """What the commits before it changed stays where it is."""
    before = subject.commit({"a": "1", "b": "before"}, first)
    topic = subject.commit({"a": "topic", "b": "before"}, before)
    main = subject.commit({"a": "1", "b": "1", "c": "main"}, first)
    picked = subject.draft.pick(topic, main)
    assert picked.conflicts == ()
    assert found(subject, picked.tree) == {"a": "topic", "b": "1", "c": "main"}


def test_a_picked_commit_conflicts_where_both_sides_changed(subject: Subject, first: str) -> None:
    """The paths are named as a merge names them."""
    topic, main = subject.commit({"a": "topic", "b": "1"}, first), subject.commit({"a": "main", "b": "1"}, first)
    assert subject.draft.pick(topic, main).conflicts == ("a",)


def test_a_picked_root_brings_all_its_files(subject: Subject, first: str) -> None:
    """A commit without parents changes what no file was."""
    root = subject.commit({"c": "root"})
    picked = subject.draft.pick(root, first)
    assert (picked.conflicts, found(subject, picked.tree)) == ((), {"a": "1", "b": "1", "c": "root"})


def test_a_commit_that_is_there_already_changes_nothing(subject: Subject, first: str) -> None:
    """The tree stays the same, by which a caller knows that the commit is to be left out."""
    topic, main = subject.commit({"a": "2", "b": "1"}, first), subject.commit({"a": "2", "b": "main"}, first)
    assert subject.draft.pick(topic, main).tree == subject.reader.tree(main)


def test_a_picked_commit_may_be_of_the_draft(subject: Subject, first: str) -> None:
    """Commits are replayed one on another before any of them is the repository's."""
    one, two = subject.commit({"a": "2", "b": "1"}, first), subject.commit({"a": "1", "b": "2"}, first)
    new = subject.draft.commit(subject.draft.pick(one, two).tree, (two,), "feat: one\n")
    three = subject.commit({"a": "2", "b": "1", "c": "3"}, one)
    assert found(subject, subject.draft.pick(three, new).tree) == {"a": "2", "b": "2", "c": "3"}


def test_merges_and_strangers_cannot_be_picked(subject: Subject, first: str) -> None:
    """Which side a merge's change is against, nobody said."""
    second = subject.commit({"a": "2"}, first)
    merge = subject.commit({"a": "3"}, first, second)
    for commit, onto in ((merge, first), (NOWHERE, first), (second, NOWHERE)):
        with pytest.raises(ToolFailed):
            subject.draft.pick(commit, onto)


@pytest.mark.parametrize("author", [ADA, OLD], ids=["recent", "in the first days of the clock"])
def test_a_commit_keeps_its_author(subject: Subject, author: Signature) -> None:
    """Name, address and date, in the author's own zone; the message to the last byte."""
    message = "feat: über\n\n  indented\n\n\nbody: 🦊\n"
    written = subject.commit_by(author, message)
    assert (subject.reader.author(written), subject.reader.message(written)) == (author, message)
    copy = subject.draft.commit(subject.reader.tree(written), (), message, author=subject.reader.author(written))
    assert (subject.draft_reader.author(copy), subject.draft_reader.message(copy)) == (author, message)


def test_our_messages_are_text_whatever_people_write_in(subject: Subject, first: str) -> None:
    """The encoding that settings promise for the messages of people is not said of ours."""
    subject.configure("i18n.commitEncoding", "ISO-8859-1")
    made = subject.draft.commit(subject.reader.tree(first), (first,), "feat: über\n")
    assert subject.draft_reader.message(made) == "feat: über\n"


def test_a_commit_without_another_author_is_ours(subject: Subject, first: str) -> None:
    """The draft's own author stands in it."""
    made = subject.draft.commit(subject.reader.tree(first), (first,), "chore: x\n")
    assert subject.draft_reader.author(made) == CARL


def test_what_is_not_here_has_no_author(subject: Subject) -> None:
    """An unknown commit is a tool that failed."""
    for ask in (subject.reader.author, subject.reader.message, subject.reader.parents, subject.reader.tree):
        with pytest.raises(ToolFailed):
            ask(NOWHERE)
