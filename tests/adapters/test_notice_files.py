"""The box of notices on disk: nothing is lost with a process, and nothing is kept twice."""

import os
from pathlib import Path

import pytest

from release_tools.adapters.notice_files import REMEMBERED, NoticeFiles
from release_tools.ports.notices import Letter

A, B = Letter("a", "CHAT", '{"text": "ä"}'), Letter("b", "CHAT", "{}")


@pytest.fixture
def box(tmp_path: Path) -> NoticeFiles:
    """Return an empty box."""
    return NoticeFiles(directory=tmp_path / "notices")


def ages(box: NoticeFiles, seconds: float) -> None:
    """Make every file of the box older."""
    for path in box.directory.iterdir():
        moment = path.stat().st_mtime - seconds
        os.utime(path, (moment, moment))


def test_an_empty_box_has_nothing(box: NoticeFiles) -> None:
    """Looking makes no directory."""
    assert list(box.waiting()) == [] and not box.directory.exists()


def test_letters_wait_oldest_first(box: NoticeFiles) -> None:
    """Another process finds them as they were put; they are for their owner alone."""
    box.put(B)
    ages(box, 60.0)
    box.put(A)
    found = NoticeFiles(directory=box.directory).waiting()
    assert [one._replace(age=0.0) for one in found] == [B, A] and found[0].age >= 60.0
    assert {path.stat().st_mode & 0o777 for path in box.directory.iterdir()} == {0o600}
    assert box.directory.stat().st_mode & 0o777 == 0o700


def test_what_was_settled_is_not_kept_again(box: NoticeFiles) -> None:
    """A run that is recovered tells nothing twice."""
    box.put(A)
    box.put(A)
    box.settle("a")
    box.put(A)
    assert list(box.waiting()) == []


def test_names_are_forgotten_in_the_end(box: NoticeFiles) -> None:
    """The directory does not grow for ever."""
    box.put(A)
    box.settle("a")
    ages(box, REMEMBERED + 60.0)
    box.put(B)
    box.settle("b")
    assert [path.name for path in box.directory.iterdir()] == ["b.settled"]


def test_half_a_letter_is_none(box: NoticeFiles) -> None:
    """A process that is killed while it writes leaves nothing that is posted."""
    box.put(A)
    (box.directory / ".b.json.4711").write_text('{"rece')
    assert [one.name for one in box.waiting()] == ["a"]
