"""The run lock between real processes: who gets it, who is named, and what a crash leaves behind."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from release_tools.engine import lock as lock_module
from release_tools.engine.lock import run_lock
from release_tools.errors import Locked, PreconditionFailed

NOW = "2026-01-02T03:04:05+00:00"
AT_ONCE = lock_module.EFFECTS_GRACE / 2
"""Within so many seconds nothing was waited for, however busy the machine is."""

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from release_tools.engine.lock import run_lock
with run_lock(Path(sys.argv[1]), command="finish-release", now="yesterday") as effects:
    if sys.argv[2] == "child":
        child = subprocess.Popen(["sleep", "60"], pass_fds=(effects,), stdout=subprocess.DEVNULL)
        print(child.pid, flush=True)
    else:
        print("held", flush=True)
    sys.stdin.read() if sys.argv[2] != "leave" else None
"""


def holder(directory: Path, how: str) -> "subprocess.Popen[str]":
    """Start a process that holds the lock until its stdin closes."""
    command = (sys.executable, "-c", HOLDER, str(directory), how)
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def first_line(process: "subprocess.Popen[str]") -> str:
    """Wait until a holder holds, and return what it said."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, f"the holder ended with {process.wait()}"
    return line


def end(process: "subprocess.Popen[str]") -> None:
    """Kill a process of ours and close its pipes."""
    process.kill()
    process.communicate()


def test_the_second_process_hears_who_holds_the_lock(tmp_path: Path) -> None:
    """Exit 5 names the process, its command and since when; nothing is waited for."""
    process = holder(tmp_path, "hold")
    try:
        first_line(process)
        began = time.monotonic()
        with pytest.raises(Locked) as caught, run_lock(tmp_path, command="abort", now=NOW):
            pytest.fail("the lock was taken twice")
        assert time.monotonic() - began < AT_ONCE
        assert caught.value.exit_code == 5
        assert f"process {process.pid} (`finish-release`) since yesterday" in caught.value.failed
        assert caught.value.state == "Nothing was changed by this command."
        assert caught.value.todo
    finally:
        end(process)


def test_the_loser_leaves_the_holder_named(tmp_path: Path) -> None:
    """Being refused neither replaces nor removes the holder's name."""
    with run_lock(tmp_path, command="one", now=NOW):
        before = (tmp_path / "lock.holder").read_text()
        with pytest.raises(Locked), run_lock(tmp_path, command="two", now=NOW):
            pass
        assert (tmp_path / "lock.holder").read_text() == before
    assert json.loads(before) == {"pid": os.getpid(), "command": "one", "since": NOW}


def test_the_lock_is_free_after_the_block_and_its_file_stays(tmp_path: Path) -> None:
    """The holder's name goes, the lock file is never unlinked: unlinking would give two processes a lock each."""
    with run_lock(tmp_path / "state", command="one", now=NOW):
        inode = (tmp_path / "state" / "lock").stat().st_ino
    assert not (tmp_path / "state" / "lock.holder").exists()
    with run_lock(tmp_path / "state", command="two", now=NOW):
        assert (tmp_path / "state" / "lock").stat().st_ino == inode


def test_an_error_in_the_block_frees_the_lock(tmp_path: Path) -> None:
    """Whatever ends the block ends the lock."""
    with pytest.raises(ZeroDivisionError), run_lock(tmp_path, command="one", now=NOW):
        raise ZeroDivisionError
    with run_lock(tmp_path, command="two", now=NOW):
        assert not (tmp_path / "lock.holder.new").exists()


def test_sigkill_frees_the_lock(tmp_path: Path) -> None:
    """The kernel frees what a killed process held; its stale name does not keep anybody out."""
    process = holder(tmp_path, "hold")
    first_line(process)
    end(process)
    assert (tmp_path / "lock.holder").exists()
    began = time.monotonic()
    with run_lock(tmp_path, command="continue", now=NOW):
        assert json.loads((tmp_path / "lock.holder").read_text())["pid"] == os.getpid()
    assert time.monotonic() - began < AT_ONCE


def test_a_child_that_still_works_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After our crash a git that goes on holds the effects lock; the next run looks at the world only after its end."""
    process = holder(tmp_path, "child")
    child = int(first_line(process))
    end(process)
    pauses = []

    def pause(seconds: float) -> None:
        pauses.append(alive(child))
        if len(pauses) == 3:
            os.kill(child, 9)
        sleep(seconds)

    sleep = time.sleep
    monkeypatch.setattr("release_tools.engine.lock.time.sleep", pause)
    with run_lock(tmp_path, command="continue", now=NOW):
        assert not alive(child)
    assert pauses[:3] == [True, True, True]


def test_a_child_that_does_not_end_is_waited_for_in_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hanging child cannot lock everybody out: after the grace compare-and-swap has to hold."""
    monkeypatch.setattr(lock_module, "EFFECTS_GRACE", 0.2)
    process = holder(tmp_path, "child")
    child = int(first_line(process))
    end(process)
    try:
        began = time.monotonic()
        with run_lock(tmp_path, command="continue", now=NOW):
            waited = time.monotonic() - began
            assert alive(child)
        assert 0.2 <= waited < AT_ONCE
    finally:
        os.kill(child, 9)


def test_a_child_without_the_descriptor_holds_nothing(tmp_path: Path) -> None:
    """Readers do not inherit either lock: both descriptors are close-on-exec."""
    with run_lock(tmp_path, command="one", now=NOW) as effects:
        assert not os.get_inheritable(effects)
        child = subprocess.Popen(("sleep", "60"), close_fds=False)
    try:
        began = time.monotonic()
        with run_lock(tmp_path, command="two", now=NOW):
            assert time.monotonic() - began < AT_ONCE
    finally:
        child.kill()
        child.wait()


def test_a_holder_file_that_cannot_be_read_is_no_obstacle(tmp_path: Path) -> None:
    """In the moment between taking the lock and naming oneself the message says so."""
    with run_lock(tmp_path, command="one", now=NOW):
        (tmp_path / "lock.holder").write_text("{")
        with pytest.raises(Locked, match="has just started"), run_lock(tmp_path, command="two", now=NOW):
            pass


def test_a_state_directory_that_cannot_be_made_is_a_precondition(tmp_path: Path) -> None:
    """Exit 3 before anything: the path and the system's reason are named."""
    (tmp_path / "file").write_text("")
    lock = run_lock(tmp_path / "file" / "state", command="one", now=NOW)
    with pytest.raises(PreconditionFailed, match="Not a directory") as caught, lock:
        pass
    assert caught.value.state == "Nothing was changed."


def alive(pid: int) -> bool:
    """Return whether a process runs (a dead one that nobody has reaped yet does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
