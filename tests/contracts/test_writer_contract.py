"""What every writer of a repository does to refs, all or nothing, on real git and in memory."""

from collections.abc import Callable

import pytest
from fakes.subject import Subject

from release_tools.domain.refs import ABSENT, HEADS, REMOTES, TAGS, Blob, RefUpdate
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
    with pytest.raises(ToolFailed):
        act()
    assert (subject.here(), subject.there()) == before


def test_push_creates_moves_and_deletes_in_one_go(subject: Subject, first: str, second: str) -> None:
    """Each kind of update, of branches and tags, in one push; local branches and tags stay as they are."""
    tag = subject.draft.tag("v1", second, "one\n")
    subject.writer.adopt(subject.objects)
    subject.publish(TOPIC, first)
    before = {name: sha for name, sha in subject.here().items() if not name.startswith(REMOTES)}
    subject.writer.push(
        "origin",
        (
            RefUpdate(MAIN, first, second),
            RefUpdate(TOPIC, first, ABSENT),
            RefUpdate(HEADS + "release/v1", ABSENT, second),
            RefUpdate(V1, ABSENT, tag),
        ),
    )
    assert subject.there() == {MAIN: second, HEADS + "release/v1": second, V1: tag}
    assert {name: sha for name, sha in subject.here().items() if not name.startswith(REMOTES)} == before


def test_push_moves_the_remote_tracking_branches_along(subject: Subject, first: str, second: str) -> None:
    """As git does it by itself, which is why these refs are mirrors and not compared."""
    subject.set_ref(REMOTES + "origin/main", first)
    subject.writer.push("origin", (RefUpdate(MAIN, first, second), RefUpdate(TOPIC, ABSENT, first)))
    assert subject.here() == {MAIN: first, REMOTES + "origin/main": second, REMOTES + "origin/topic": first}


def test_push_can_go_back_where_nobody_moved(subject: Subject, first: str, second: str) -> None:
    """The expected value decides, not whether the new commit contains the old one."""
    subject.publish(MAIN, second)
    subject.writer.push("origin", (RefUpdate(MAIN, second, first),))
    assert subject.there() == {MAIN: first}


LEASES = {
    "moved": lambda first, second: RefUpdate(TOPIC + "/moved", first, second),
    "there already": lambda first, second: RefUpdate(MAIN, ABSENT, second),
    "gone": lambda first, second: RefUpdate(HEADS + "gone", first, second),
    "gone before it is deleted": lambda first, second: RefUpdate(HEADS + "gone", first, ABSENT),
    "moved before it is deleted": lambda first, second: RefUpdate(MAIN, second, ABSENT),
}


@pytest.mark.parametrize("stray", LEASES.values(), ids=LEASES)
def test_push_of_an_unexpected_ref_pushes_nothing(
    subject: Subject, first: str, second: str, stray: Callable[[str, str], RefUpdate]
) -> None:
    """One lease that does not hold, and none of the other refs moves either, tags included."""
    subject.publish(TOPIC + "/moved", subject.commit({"a": "theirs"}, first))
    fine = (RefUpdate(HEADS + "fine", ABSENT, first), RefUpdate(V1, ABSENT, second))
    refused(subject, lambda: subject.writer.push("origin", (*fine, stray(first, second))))


def test_push_of_a_ref_that_is_there_already_moves_the_rest(subject: Subject, first: str, second: str) -> None:
    """What another run has pushed already is as wanted, whatever was expected before."""
    subject.writer.push("origin", (RefUpdate(MAIN, second, first), RefUpdate(V1, ABSENT, second)))
    assert subject.there() == {MAIN: first, V1: second}


def test_push_refused_by_the_server_pushes_nothing(subject: Subject, first: str, second: str) -> None:
    """The server's hook decides; its words are in the error."""
    subject.refuse_pushes()
    refused(subject, lambda: subject.writer.push("origin", (RefUpdate(MAIN, first, second),)))
    with pytest.raises(ToolFailed, match="closed today"):
        subject.writer.push("origin", (RefUpdate(MAIN, first, second),))


def test_push_to_a_remote_that_is_not_there(subject: Subject, first: str, second: str) -> None:
    """An unknown remote is a tool that failed."""
    refused(subject, lambda: subject.writer.push("nowhere", (RefUpdate(MAIN, first, second),)))


def test_update_refs_creates_moves_and_deletes_in_one_go(subject: Subject, first: str, second: str) -> None:
    """Each kind of update, remote-tracking refs among them; nothing is pushed; none is no error."""
    subject.set_ref(TOPIC, first)
    updates = (
        RefUpdate(MAIN, first, second),
        RefUpdate(TOPIC, first, ABSENT),
        RefUpdate(V1, ABSENT, second),
        RefUpdate(REMOTES + "origin/main", ABSENT, second),
    )
    subject.writer.update_refs(updates, "test")
    assert subject.here() == {MAIN: second, V1: second, REMOTES + "origin/main": second}
    assert subject.there() == {MAIN: first}
    subject.writer.update_refs((), "test")


@pytest.mark.parametrize("stray", LEASES.values(), ids=LEASES)
def test_update_refs_with_an_unexpected_value_moves_nothing(
    subject: Subject, first: str, second: str, stray: Callable[[str, str], RefUpdate]
) -> None:
    """One ref that is not as expected, and the whole transaction is refused."""
    subject.set_ref(TOPIC + "/moved", subject.commit({"a": "theirs"}, first))
    fine = (RefUpdate(HEADS + "fine", ABSENT, first), RefUpdate(V1, ABSENT, second))
    refused(subject, lambda: subject.writer.update_refs((*fine, stray(first, second)), "test"))


def test_update_refs_to_an_object_that_is_not_here_moves_nothing(subject: Subject, first: str) -> None:
    """No ref may name what is absent, such as a draft that was not adopted."""
    drafted = subject.draft.commit(subject.reader.tree(first), (first,), "chore: x\n")
    updates = (RefUpdate(V1, ABSENT, first), RefUpdate(TOPIC, ABSENT, drafted))
    refused(subject, lambda: subject.writer.update_refs(updates, "test"))
    refused(subject, lambda: subject.writer.push("origin", updates))


def test_adopted_objects_can_be_named(subject: Subject, first: str) -> None:
    """A draft becomes the repository's, whole, and no file of it is left; adopting twice is no error; refs stay."""
    files = {"a": Blob(mode="100755", data=b"\0\xff"), "c/d": Blob(mode="100644", data=b"new")}
    commit = subject.draft.commit(subject.draft.tree(first, files), (first,), "chore: x\n")
    tag = subject.draft.tag("v1", commit, "one\n")
    assert subject.reader.missing([commit, tag]) == (commit, tag)
    before = subject.here()
    assert [path for path in subject.objects.rglob("*") if path.is_file()]
    subject.writer.adopt(subject.objects)
    subject.writer.adopt(subject.objects)
    assert not [path for path in subject.objects.rglob("*") if path.is_file()]
    assert subject.here() == before
    assert subject.reader.missing([commit, tag]) == ()
    assert dict(subject.reader.files(commit, ["a", "c/d", "b"])) == files | {"b": Blob(mode="100644", data=b"1")}
    subject.writer.push("origin", (RefUpdate(V1, ABSENT, tag),))
    assert subject.there()[V1] == tag


def test_a_stamp_stands_on_a_commit_and_changes_nothing(subject: Subject, first: str) -> None:
    """Its tree is the same, its message ours, its date later than what went before; no ref moves."""
    before = subject.here(), subject.there()
    stamp = subject.writer.stamp(first, "claim: ä\n")
    reader = subject.reader
    assert (reader.parents(stamp), reader.tree(stamp)) == ((first,), reader.tree(first))
    assert reader.message(stamp) == "claim: ä\n" and reader.author(stamp).name == "release-tools"
    assert (subject.here(), subject.there()) == before


def test_fetched_objects_are_here_and_no_ref_is(subject: Subject, first: str) -> None:
    """Also those of a ref that is neither a branch nor a tag."""
    name = "refs/release-tools/deploys/production"
    stamp = subject.writer.stamp(first, "claim\n")
    subject.writer.push("origin", (RefUpdate(name, ABSENT, stamp),))
    assert subject.reader.remote_values("origin", (name,)) == {name: stamp}
    subject.forget_objects(stamp)
    assert subject.reader.missing([stamp]) == (stamp,)
    before = subject.here()
    subject.writer.fetch("origin", (name,))
    assert subject.reader.missing([stamp]) == () and subject.here() == before
    with pytest.raises(ToolFailed):
        subject.writer.fetch("origin", ("refs/release-tools/deploys/staging",))
