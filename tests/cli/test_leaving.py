"""Leaving: the console script ends a quick command without tidying the interpreter up, and loses nothing by it."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = "from release_tools.cli.main import {}; raise SystemExit({}())"


def call(name: str, *arguments: str, cwd: Path) -> tuple[int, bytes, bytes]:
    """Run a function of `cli.main` in a process of its own; return its exit code and what it said."""
    command = (sys.executable, "-c", SCRIPT.format(name, name), *arguments)
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--help",), 0),
        (("--version",), 0),
        (("check-commit", "good"), 0),
        (("check-commit", "bad"), 1),
        (("status", "--help"), 0),
        (("no-such-command",), 2),
    ],
)
def test_the_script_says_and_returns_what_main_does(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    """Whichever way the process ends, its output is whole and its exit code is the command's."""
    (tmp_path / "good").write_text("feat: add the parser\n")
    (tmp_path / "bad").write_text("faet: add the parser\n")
    said = call("run", *arguments, cwd=tmp_path)
    assert said == call("main", *arguments, cwd=tmp_path)
    assert said[0] == code


def test_a_quick_command_leaves_at_once(tmp_path: Path) -> None:
    """What would run while the interpreter is taken apart does not run."""
    code = "import atexit; atexit.register(print, 'tidying up'); " + SCRIPT.format("run", "run")
    command = (sys.executable, "-c", code, "--version")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert "tidying up" not in done.stdout
