"""The journal on disk: durable lines, a hash chain, and what a crash in the middle of a write leaves."""

import json
import os
import resource
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import clock_of

from release_tools.engine.journal import GENESIS, Journal
from release_tools.errors import HumanNeeded, ToolFailed


def journal_at(path: Path) -> Journal:
    """Return the journal of a file, read from disk."""
    return Journal(path, clock=clock_of())


def written(path: Path, count: int) -> bytes:
    """Write some lines and return the file's bytes."""
    journal = journal_at(path)
    for number in range(count):
        journal.append("started", step=number, text=f"größer {number}")
    return path.read_bytes()


def test_lines_come_back_as_they_were_written(tmp_path: Path) -> None:
    """Another process reads the values, the numbers and the times that were appended."""
    journal = journal_at(tmp_path / "journal")
    journal.append("run", intent={"flow": "try", "n": 1, "none": None})
    journal.append("done", step=0, found=False)
    again = journal_at(tmp_path / "journal")
    assert again.entries == journal.entries
    assert [entry["n"] for entry in again.entries] == [0, 1]
    assert [entry["at"] for entry in again.entries] == ["2026-01-02T03:04:00+00:00", "2026-01-02T03:04:01+00:00"]
    assert again.entries[0]["intent"] == {"flow": "try", "n": 1, "none": None}


def test_each_line_carries_the_hash_of_the_one_before(tmp_path: Path) -> None:
    """The chain begins with zeros and goes on with the SHA-256 of the whole line, newline included."""
    lines = written(tmp_path / "journal", 3).splitlines(keepends=True)
    chain = [GENESIS, *(sha256(line).hexdigest() for line in lines[:-1])]
    assert [json.loads(line)["prev"] for line in lines] == chain


def test_a_line_is_one_write_that_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One `write()` with the whole line, then fsync of the file; the directory only when the file is new."""
    calls: list[tuple[str, bytes | bool]] = []
    write, fsync = os.write, os.fsync

    def noted_write(handle: int, data: bytes) -> int:
        calls.append(("write", data))
        return write(handle, data)

    def noted_fsync(handle: int) -> None:
        calls.append(("fsync", is_directory(handle)))
        fsync(handle)

    monkeypatch.setattr(os, "write", noted_write)
    monkeypatch.setattr(os, "fsync", noted_fsync)
    data = written(tmp_path / "journal", 2)
    first, second = data.splitlines(keepends=True)
    assert calls == [("write", first), ("fsync", False), ("fsync", True), ("write", second), ("fsync", False)]


def is_directory(handle: int) -> bool:
    """Return whether a descriptor is a directory's."""
    return os.path.isdir(f"/proc/self/fd/{handle}")  # noqa: PTH112


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """A journal may hold a server's words, so it is born with mode 0600."""
    written(tmp_path / "journal", 1)
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


@cache
def three_lines() -> bytes:
    """Return the bytes of a journal of three lines."""
    with tempfile.TemporaryDirectory() as directory:
        return written(Path(directory) / "journal", 3)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_truncation_at_every_byte_keeps_the_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever a crash cuts off, the whole lines are read and the next line goes where the torn one began."""
    path = tmp_path_factory.mktemp("torn") / "journal"
    whole = three_lines()
    cut = data.draw(st.integers(0, len(whole)))
    check_cut(path, whole, cut)


def test_truncation_around_each_newline(tmp_path: Path) -> None:
    """A line without its newline is torn, however complete it looks."""
    path = tmp_path / "journal"
    whole = three_lines()
    ends = [index for index, byte in enumerate(whole) if byte == 10]
    for end in ends:
        for cut in (end - 1, end, end + 1):
            check_cut(path, whole, cut)


def check_cut(path: Path, whole: bytes, cut: int) -> None:
    """Cut the file, read it, append a line and read it again."""
    path.write_bytes(whole[:cut])
    kept = whole[:cut].count(b"\n")
    journal = journal_at(path)
    assert [entry["step"] for entry in journal.entries] == list(range(kept))
    journal.append("next", step=99)
    assert path.read_bytes().startswith(whole[: sum(len(line) for line in whole.splitlines(keepends=True)[:kept])])
    assert [entry["step"] for entry in journal_at(path).entries] == [*range(kept), 99]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_byte_breaks_the_chain_or_the_last_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """No byte before the last line can change unnoticed: the next line's hash tells."""
    path = tmp_path_factory.mktemp("flipped") / "journal"
    whole = three_lines()
    protected = len(whole) - len(whole.splitlines(keepends=True)[-1])
    at = data.draw(st.integers(0, protected - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    path.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
    with pytest.raises(HumanNeeded) as caught:
        journal_at(path)
    assert str(path) in caught.value.failed
    assert caught.value.state.startswith("Nothing was changed by this command")
    assert caught.value.todo


@pytest.mark.parametrize("gone", [0, 1])
def test_a_line_that_is_gone_breaks_the_chain(tmp_path: Path, gone: int) -> None:
    """Lines cannot be taken out of the middle or the beginning."""
    path = tmp_path / "journal"
    lines = written(path, 3).splitlines(keepends=True)
    path.write_bytes(b"".join(line for number, line in enumerate(lines) if number != gone))
    with pytest.raises(HumanNeeded, match=f"damaged at line {gone + 1}"):
        journal_at(path)


def test_a_full_disk_is_a_tool_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short write is exit 4 with what is recorded; the half line is gone once there is room again."""
    path = tmp_path / "journal"
    journal = journal_at(path)
    journal.append("run", step=0)
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
        with pytest.raises(ToolFailed, match="No space left on device") as caught:
            journal.append("plan", step=1)
    assert caught.value.exit_code == 4
    assert "1 lines" in caught.value.state
    assert "release-tools continue" in caught.value.todo
    assert len(journal.entries) == 1
    assert len(journal_at(path).entries) == 1
    journal.append("plan", step=2)
    assert [entry["step"] for entry in journal_at(path).entries] == [0, 2]


def test_a_real_limit_is_told_and_mended(tmp_path: Path) -> None:
    """The kernel itself cuts the write short (a limit on the file's size); nothing of the torn line is ever read."""
    path = tmp_path / "journal"
    journal = journal_at(path)
    journal.append("run", step=0)
    size = path.stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 9, limits[1]))
    try:
        with pytest.raises(ToolFailed):
            journal.append("plan", step=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.stat().st_size == size + 9, "the limit did not bite"
    assert len(journal_at(path).entries) == 1
    journal_at(path).append("plan", step=2)
    assert [entry["step"] for entry in journal_at(path).entries] == [0, 2]


def test_a_directory_that_is_gone_is_a_tool_that_failed(tmp_path: Path) -> None:
    """Whatever the system refuses is told in its own words."""
    with pytest.raises(ToolFailed, match="No such file or directory"):
        journal_at(tmp_path / "gone" / "journal").append("run")


def test_words_that_are_not_utf8_can_be_recorded(tmp_path: Path) -> None:
    """A server's hook may speak Latin-1; what it said arrives as surrogates and must not break the journal."""
    path = tmp_path / "journal"
    journal_at(path).append("failed", step=0, error=os.fsdecode(b"r\xe9fus\xe9"))
    assert os.fsencode(journal_at(path).entries[0]["error"]) == b"r\xe9fus\xe9"
