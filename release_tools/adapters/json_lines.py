"""JSON lines: a program that is given orders and tells what comes of them, one object a line on its input and output.

What orders and events mean is not known here. The program's input stays open until we end, so that it can tell that.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from select import select
from typing import IO, Any
from weakref import finalize

from release_tools.domain.deploy.masking import mask as masked
from release_tools.errors import ToolFailed, ToolTimedOut

Event = dict[str, Any]
CHUNK = 1 << 16
LAST_WORDS = 4096
CLOSING = 10.0
"""Seconds between the end of a program's output and its own."""
FOR_PEOPLE = ("words", "what")
"""What an event has in the program's own words; all else are names, which masking would break."""


class JsonLines:
    """A program that takes orders, kept until nobody has it any more; what it says is masked.

    It is started by the first order, and again by the next one after it has ended. One order is given at a time.
    """

    def __init__(self, *, argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self._argv, self._env, self._cwd = tuple(argv), dict(env), cwd
        self._talk: _Talk | None = None

    def events(self, order: Mapping[str, Any], timeout: float, *, mask: Sequence[str] = ()) -> Iterator[Event]:
        """Give an order and yield the events as they come, up to `ended` with `code` and the last of stderr in `words`.

        At the deadline, and when the iteration is given up, the program is killed with all that it started.
        """
        kept, self._talk = self._talk, None
        talk = kept if kept and kept.process.poll() is None else self._start()
        try:
            for event in talk.answers(order, time.monotonic() + timeout):
                words = {name: masked(event[name], mask) for name in FOR_PEOPLE if name in event}
                if event["event"] == "ended" and talk.process.poll() is None:
                    self._talk = talk
                yield event | words
        except TimeoutError:
            raise ToolTimedOut(f"`{self._argv[0]}` did not end within {timeout:g} seconds, and was killed.") from None
        finally:
            if self._talk is not talk:
                talk.end()

    def _start(self) -> "_Talk":
        err = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the talk
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(
                self._argv,
                env=self._env,
                cwd=self._cwd,
                stdin=pipe,
                stdout=pipe,
                stderr=err,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            err.close()
            raise ToolFailed(
                f"`{self._argv[0]}` cannot be started in {self._cwd}: {error.strerror}.", state="Nothing was changed."
            ) from error
        return _Talk(process, err)


class _Talk:
    """A program that runs, with what it complains of; it ends when nobody has this any more."""

    def __init__(self, process: "subprocess.Popen[bytes]", err: IO[bytes]) -> None:
        self.process = process
        self._err = err
        self.end = finalize(self, _end, process, err)

    def answers(self, order: Mapping[str, Any], end: float) -> Iterator[Event]:
        """Yield what comes of an order; `TimeoutError` when that is not all of it at the end."""
        assert self.process.stdin is not None
        since = self._err.seek(0, os.SEEK_END)
        with suppress(BrokenPipeError):  # then it tells on its way out why it would not listen
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
        for line in self._lines(end):
            event = json.loads(line)
            if event["event"] == "ended":
                yield event | {"words": self._last_words(since)}
                return
            yield event
        try:
            code = self.process.wait(CLOSING)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        yield {"event": "ended", "code": code, "words": self._last_words(since)}

    def _lines(self, end: float) -> Iterator[bytes]:
        assert self.process.stdout is not None
        output, kept = self.process.stdout.fileno(), b""
        while True:
            ready, _, _ = select((output,), (), (), max(end - time.monotonic(), 0))
            if not ready:
                raise TimeoutError
            received = os.read(output, CHUNK)
            *lines, kept = (kept + received).split(b"\n")
            yield from lines
            if not received:
                return

    def _last_words(self, since: int) -> str:
        self._err.seek(max(self._err.seek(0, os.SEEK_END) - LAST_WORDS, since))
        return self._err.read().decode("utf-8", "replace").strip()


def _end(process: "subprocess.Popen[bytes]", err: IO[bytes]) -> None:
    """End a program with all that it started; a server that it talked to notices by itself."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, err):
        if stream is not None:
            stream.close()
