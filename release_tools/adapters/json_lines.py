"""JSON lines: a program that tells what happens while it runs, one object a line on its output.

What the events mean is not known here. The program's input stays open until we end, so that it can tell that we did.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from select import select
from typing import IO, Any

from release_tools.adapters.program import masked
from release_tools.errors import ToolFailed, ToolTimedOut
from release_tools.record import record

Event = dict[str, Any]
CHUNK = 1 << 16
LAST_WORDS = 4096
CLOSING = 10.0
"""Seconds between the end of a program's output and its own."""
FOR_PEOPLE = ("words", "what")
"""What an event has in the program's own words; all else are names, which masking would break."""


@record
class JsonLines:
    """A program to be run; what it says is masked."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    mask: Sequence[str] = ()

    def events(self, timeout: float) -> Iterator[Event]:
        """Yield the events as they come, the last one being `ended` with `code` and the last of stderr in `words`.

        At the deadline, and when the iteration is given up, the program is killed with all that it started.
        """
        with tempfile.TemporaryFile() as err:
            process = self._start(err)
            assert process.stdout is not None
            assert process.stdin is not None
            try:
                with closing(process.stdin), closing(process.stdout):
                    for line in self._lines(process.stdout.fileno(), time.monotonic() + timeout, timeout):
                        yield self._heard(json.loads(line))
                    code = process.wait(CLOSING)
            except subprocess.TimeoutExpired:
                raise self._too_late(timeout) from None
            finally:
                _kill(process)
            yield {"event": "ended", "code": code, "words": masked(_last_words(err), self.mask)}

    def _start(self, err: IO[bytes]) -> "subprocess.Popen[bytes]":
        pipe = subprocess.PIPE
        try:
            return subprocess.Popen(
                self.argv,
                env=dict(self.env),
                cwd=self.cwd,
                stdin=pipe,
                stdout=pipe,
                stderr=err,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise ToolFailed(
                f"`{self.argv[0]}` cannot be started in {self.cwd}: {error.strerror}.", state="Nothing was changed."
            ) from error

    def _heard(self, event: Event) -> Event:
        return event | {name: masked(event[name], self.mask) for name in FOR_PEOPLE if name in event}

    def _lines(self, output: int, end: float, timeout: float) -> Iterator[bytes]:
        kept = b""
        while True:
            ready, _, _ = select((output,), (), (), max(end - time.monotonic(), 0))
            if not ready:
                raise self._too_late(timeout)
            received = os.read(output, CHUNK)
            *lines, kept = (kept + received).split(b"\n")
            yield from lines
            if not received:
                return

    def _too_late(self, timeout: float) -> ToolTimedOut:
        return ToolTimedOut(f"`{self.argv[0]}` did not end within {timeout:g} seconds, and was killed.")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End a program with all that it started; a server that it talked to notices by itself."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_words(err: IO[bytes]) -> str:
    err.seek(max(err.seek(0, os.SEEK_END) - LAST_WORDS, 0))
    return err.read().decode("utf-8", "replace").strip()
