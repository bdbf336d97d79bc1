"""Hooks that stop until a test lets them go on, so that things happen in the middle of a command for certain.

Nothing sleeps for a guessed time: both sides wait for a file, with a deadline that fails.
"""

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from repository import write_hook

DEADLINE = 30.0


@dataclass(frozen=True)
class Gate:
    """A hook that says it was reached, and then waits until it is opened."""

    home: Path

    def put(self, hook: Path, *, once: bool = False) -> None:
        """Make `hook` wait at this gate; `once`: only the first call does."""
        reached, opened = shlex.quote(str(self.home / "reached")), shlex.quote(str(self.home / "opened"))
        skip = f"test -e {reached} && exit 0\n" if once else ""
        wait = f"n=0; until test -e {opened}; do n=$((n+1)); test $n -lt 1500 || exit 9; sleep 0.02; done"
        write_hook(hook, f"{skip}: >{reached}\n{wait}")

    def wait(self) -> None:
        """Wait until the hook runs."""
        until((self.home / "reached").exists, f"nobody reached the gate {self.home}")

    def open(self) -> None:
        """Let the hook end."""
        (self.home / "opened").touch()


def until(true: Callable[[], bool], otherwise: str) -> None:
    """Wait until something is so; fail when it takes too long."""
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.01)
