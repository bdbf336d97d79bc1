"""A conversation is one `git cat-file` that stays and answers one question about an object after the other.

It ends with us, whatever ends us, since its input closes then; what an object means is not known here.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from select import select
from typing import NamedTuple
from weakref import finalize

from release_tools.adapters.git_process import GitProcess, kill, too_late
from release_tools.errors import ToolFailed

ASKED = ("cat-file", "--batch-command")
CHUNK = 1 << 16


class Stored(NamedTuple):
    """An object as git keeps it: its full name, its kind, its bytes."""

    name: str
    kind: str
    data: bytes


class Conversation:
    """Starts git at the first question, and again at the first one after a failure."""

    def __init__(self, git: GitProcess) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Callable[[], object] = _nothing
        self._answer = bytearray()
        self._errors = bytearray()

    def kind(self, name: str) -> tuple[str, str] | None:
        """Return full name and kind of an object, None when it is not here."""
        with self._whole():
            found = self._asked(f"info {name}")
        return found and found[:2]

    def contents(self, name: str) -> Stored | None:
        """Return an object, None when it is not here."""
        with self._whole():
            found = self._asked(f"contents {name}")
            if found is None:
                return None
            full, kind, size = found
            return Stored(name=full, kind=kind, data=self._read(lambda: size + 1)[:size])

    def close(self) -> None:
        """End git now, not when we are forgotten; another question would start it again."""
        self._end()
        self._process = None

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """End git where its answer was not read whole, since the rest of it would be taken for the next one."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _asked(self, question: str) -> tuple[str, str, int] | None:
        if self._process is None:
            self._answer.clear()
            self._errors.clear()
            self._process, keeper = self._git.converse(*ASKED)
            # Whoever forgets us ends git. When we all end, it is told by its input, and nobody waits for it.
            self._end = end = finalize(self, _finish, self._process, keeper)
            end.atexit = False
        assert self._process.stdin is not None
        # A git that is gone is found out by reading, where it may have left its reason.
        with suppress(BrokenPipeError):
            os.write(self._process.stdin.fileno(), f"{question}\n".encode("ascii"))
        words = self._read(lambda: self._answer.find(b"\n") + 1).decode("ascii").split()
        return None if words[-1] == "missing" else (words[0], words[1], int(words[2]))

    def _read(self, wanted: Callable[[], int]) -> bytes:
        """Return as many bytes of the answer as are wanted, 0 as long as that is not known."""
        end = time.monotonic() + self._git.timeout
        while not 0 < (size := wanted()) <= len(self._answer):
            self._receive(end - time.monotonic())
        taken = bytes(self._answer[:size])
        del self._answer[:size]
        return taken

    def _receive(self, seconds: float) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        # Both are emptied: a git whose warnings nobody reads stops in the middle of an answer.
        ready, _, _ = select((process.stdout, process.stderr), (), (), max(seconds, 0))
        if not ready:
            raise too_late(ASKED, self._git.timeout)
        for stream, kept in ((process.stderr, self._errors), (process.stdout, self._answer)):
            if stream in ready:
                received = os.read(stream.fileno(), CHUNK)
                kept += received
                if not received and stream is process.stdout:
                    raise self._over()

    def _over(self) -> ToolFailed:
        """Return the error that git has ended by itself, in its own words."""
        assert self._process is not None
        assert self._process.stderr is not None
        if select((self._process.stderr,), (), (), 0)[0]:
            self._errors += os.read(self._process.stderr.fileno(), CHUNK)
        words = os.fsdecode(bytes(self._errors)).strip() or "no message"
        return ToolFailed(f"`git {' '.join(ASKED)}` ended in the middle of a conversation: {words}")


def _finish(process: "subprocess.Popen[bytes]", _: object) -> None:
    kill(process)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _nothing() -> None:
    """End nothing: no git was started yet."""
