"""Outside programs: their deadline, their children, their words, and what of it is told."""

import os
import sys
import time
from pathlib import Path

import pytest

from release_tools.adapters.program import CAPTURED, run_program
from release_tools.errors import ToolFailed, ToolTimedOut

PATH = {"PATH": os.defpath}


def sh(script: str, tmp_path: Path, *, timeout: float = 10.0, **options: object) -> tuple[int, str, str]:
    """Run a shell script and return how it ended."""
    return run_program(("sh", "-c", script), env=PATH, cwd=tmp_path, timeout=timeout, **options)  # type: ignore[arg-type]


def test_a_program_is_heard_and_fed(tmp_path: Path) -> None:
    """Its environment is exactly what it was given."""
    assert sh("cat; echo wrong >&2; env | grep -c ^HOME=", tmp_path, stdin=b"fed ", ok=(1,)) == (1, "fed 0\n", "wrong")


def test_more_than_a_pipe_holds_goes_both_ways(tmp_path: Path) -> None:
    """Nobody waits for the other for ever."""
    fed = b"x" * 1_000_000
    done = run_program(("cat",), env=PATH, cwd=tmp_path, timeout=20, stdin=fed)
    assert done.out == fed.decode()


def test_a_program_that_reads_nothing_may_end(tmp_path: Path) -> None:
    """What it was to be fed is dropped."""
    assert sh("exit 0", tmp_path, stdin=b"x" * 1_000_000).code == 0  # type: ignore[attr-defined]


def test_a_failure_tells_the_last_words_without_secrets(tmp_path: Path) -> None:
    """Neither in the arguments nor in what it said."""
    with pytest.raises(ToolFailed) as caught:
        sh("echo my hunter2 is >&2; exit 3; : hunter2", tmp_path, secrets=("hunter2",))
    assert "exit code 3: my *** is" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """It names the program."""
    with pytest.raises(ToolFailed, match="no-such-program"):
        run_program(("no-such-program",), env=PATH, cwd=tmp_path, timeout=1)


def test_at_the_deadline_children_die_too(tmp_path: Path) -> None:
    """A grandchild would go on writing into what is restored next."""
    begun = time.monotonic()
    with pytest.raises(ToolTimedOut, match=r"0\.3 seconds"):
        sh("(sleep 30; touch late) & echo $! >child; wait", tmp_path, timeout=0.3)
    assert time.monotonic() - begun < 5
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _lives(child)


@pytest.mark.slow
def test_a_child_left_behind_does_not_hold_the_answer(tmp_path: Path) -> None:
    """It has inherited the streams, and is ended."""
    begun = time.monotonic()
    assert sh("sleep 30 & echo done", tmp_path) == (0, "done\n", "")
    assert time.monotonic() - begun < 10


@pytest.mark.slow
def test_a_talkative_program_does_not_fill_our_memory(tmp_path: Path) -> None:
    """Of its output the first bytes are kept, of its complaints the last."""
    both = "for _ in range(20000): sys.stdout.write(x); sys.stderr.write(x)"
    script = f"import sys; x = 'y' * 999 + chr(10)\n{both}\nsys.stderr.write('end')"
    done = run_program((sys.executable, "-c", script), env=PATH, cwd=tmp_path, timeout=60)
    assert len(done.out) == CAPTURED
    assert len(done.err) <= CAPTURED
    assert done.err.endswith("end")


def test_what_a_program_writes_can_be_born_for_us_alone(tmp_path: Path) -> None:
    """Whatever the mask of our own process is."""
    sh("echo secret >file", tmp_path, umask=0o077)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
