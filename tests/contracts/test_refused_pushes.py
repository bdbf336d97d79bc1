"""What every writer tells of a push that the server did not take, on real git and in memory."""

from pathlib import Path

import pytest
from fakes.subject import Subject
from real_subject import RealSubject

from release_tools.domain.refs import ABSENT, HEADS, TAGS, RefUpdate
from release_tools.errors import PushRefused, ToolFailed

MAIN, DEVELOP, V1 = HEADS + "main", HEADS + "develop", TAGS + "v1"


@pytest.fixture
def first(subject: Subject) -> str:
    """Make a first commit on main and develop, here and at the remote."""
    sha = subject.commit({"a": "1"})
    for name in (MAIN, DEVELOP):
        subject.set_ref(name, sha)
        subject.publish(name, sha)
    return sha


@pytest.fixture
def updates(subject: Subject, first: str) -> tuple[RefUpdate, ...]:
    """Return updates of develop, main and a tag."""
    second = subject.commit({"a": "2"}, first)
    return (RefUpdate(DEVELOP, first, second), RefUpdate(MAIN, first, second), RefUpdate(V1, ABSENT, second))


def refused(subject: Subject, *updates: RefUpdate) -> ToolFailed:
    """Return the error of a push after which the remote is as it was."""
    before = subject.there()
    with pytest.raises(ToolFailed) as failed:
        subject.writer.push("origin", updates)
    assert subject.there() == before
    return failed.value


def test_the_protected_branch_is_named_alone(subject: Subject, updates: tuple[RefUpdate, ...]) -> None:
    """The others went down with it and could be pushed."""
    subject.protect(MAIN)
    error = refused(subject, *updates)
    assert isinstance(error, PushRefused)
    assert (error.refs, error.exit_code) == ((MAIN,), 4)
    assert error.failed.startswith("protected branch\n") or error.failed == "protected branch"
    subject.writer.push("origin", tuple(one for one in updates if one.name != MAIN))
    assert subject.there()[V1] == updates[0].new


def test_all_are_named_where_the_server_makes_no_difference(subject: Subject, updates: tuple[RefUpdate, ...]) -> None:
    """A pre-receive hook says yes or no to the whole push."""
    subject.refuse_pushes()
    error = refused(subject, *updates)
    assert isinstance(error, PushRefused)
    assert sorted(error.refs) == sorted(update.name for update in updates)
    assert error.failed.startswith("closed today")


def test_a_stale_lease_is_no_refusal(subject: Subject, first: str, updates: tuple[RefUpdate, ...]) -> None:
    """Git itself did not ask the server; somebody else was quicker, which is no matter of rights."""
    subject.protect(MAIN)
    subject.publish(DEVELOP, subject.commit({"a": "theirs"}, first))
    assert not isinstance(refused(subject, *updates), PushRefused)


def test_a_remote_that_is_not_there_is_no_refusal(subject: Subject, updates: tuple[RefUpdate, ...]) -> None:
    """Nobody has refused anything."""
    with pytest.raises(ToolFailed) as failed:
        subject.writer.push("nowhere", updates)
    assert not isinstance(failed.value, PushRefused)


def test_a_protected_branch_that_is_as_wanted_is_no_hindrance(subject: Subject, updates: tuple[RefUpdate, ...]) -> None:
    """What somebody else has brought there already is not pushed."""
    subject.publish(MAIN, updates[1].new)
    subject.protect(MAIN)
    subject.writer.push("origin", updates)
    assert subject.there()[V1] == updates[2].new


def test_deleting_a_protected_branch_is_refused_by_name(subject: Subject, first: str) -> None:
    """A deletion is an update like any other."""
    subject.protect(DEVELOP)
    error = refused(subject, RefUpdate(DEVELOP, first, ABSENT))
    assert isinstance(error, PushRefused)
    assert error.refs == (DEVELOP,)


def test_a_long_speech_is_cut(tmp_path: Path) -> None:
    """Ten lines of the server come first, colours left out, and the command with git's exit code comes last."""
    subject = RealSubject(tmp_path / "repo", tmp_path / "draft" / "objects")
    subject.configure("color.ui", "always")
    subject.hook("pre-receive", 'for i in $(seq 30); do echo "error: no $i" >&2; done; exit 1')
    lines = refused(subject, RefUpdate(MAIN, ABSENT, subject.commit({"a": "1"}))).failed.splitlines()
    assert lines[:9] == [f"error: no {number}" for number in range(1, 10)]
    assert lines[9] == "… and 21 more lines"
    assert "git " in lines[10] and "failed with exit code 1:" in lines[10]
    assert len(lines) == 11
