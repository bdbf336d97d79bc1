"""An outside program: run without a shell, in its own environment, with a deadline, its output capped and masked.

What a program means, and which exit codes are good, is up to those who run it.
"""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from release_tools.errors import ToolFailed, ToolTimedOut

KEPT = 1 << 20
"""Bytes of each output that are kept, the last ones."""
HIDDEN = "***"


class Finished(NamedTuple):
    """How a program ended, and the last of what it wrote, masked."""

    code: int
    out: str
    err: str


def run_program(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    timeout: float,
    stdin: bytes | None = None,
    mask: Sequence[str] = (),
) -> Finished:
    """Run a program to its end; at the deadline its whole process group is killed.

    `ToolFailed` where it cannot be started, `ToolTimedOut` at the deadline; any exit code is the caller's to judge.
    """
    shown = masked(argv[0], mask)
    # Files instead of pipes: a grandchild that keeps an output open cannot hold us up.
    with tempfile.TemporaryFile() as fed, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        fed.write(stdin or b"")
        fed.seek(0)
        try:
            process = subprocess.Popen(
                argv, env=dict(env), cwd=cwd, stdin=fed, stdout=out, stderr=err, start_new_session=True
            )
        except OSError as error:
            raise ToolFailed(f"`{shown}` cannot be started in {cwd}: {error.strerror}.") from error
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            words = masked(_tail(err), mask).strip()
            raise ToolTimedOut(f"`{shown}` did not end within {timeout:g} seconds. {words}".rstrip()) from None
        finally:
            kill_group(process)
        return Finished(code, masked(_tail(out), mask), masked(_tail(err), mask))


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """End a program that leads a process group, with all that it started; one that ended already is waited for."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def masked(text: str, mask: Sequence[str]) -> str:
    """Return a text with each secret hidden, the longest first."""
    for secret in sorted(filter(None, mask), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _tail(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(size - KEPT, 0))
    return output.read().decode("utf-8", "replace")
