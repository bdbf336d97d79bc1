"""A git that only answers: started without GitPython, its output read in pieces while it still works, with a deadline.

What is asked stands in `git_history`; commands that change something run through `git_process`.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import field
from select import select
from typing import IO

from release_tools.adapters.git_environment import LOCAL_ENVIRONMENT, QUICK
from release_tools.errors import PreconditionFailed, ToolFailed, ToolTimedOut
from release_tools.record import record

PIECE = 1 << 18
NOTHING: Mapping[str, str] = {}


def run_git(
    args: tuple[str, ...],
    stdin: bytes,
    *,
    ok: tuple[int, ...],
    timeout: float,
    bound: bool,
    more: Mapping[str, str] = NOTHING,
) -> Iterator[bytes]:
    """Yield git's output in pieces; `ToolFailed` with git's own words unless the exit code is in `ok`.

    `bound`: by the environment of a hook that calls us, which says where its repository is. `more` is added to it.
    """
    environment = {name: value for name, value in os.environ.items() if bound or name not in LOCAL_ENVIRONMENT}
    try:
        process = subprocess.Popen(
            ("git", *args),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pipesize=PIECE,
            env={**environment, **QUICK, "GIT_TERMINAL_PROMPT": "0", **more},
        )
    except FileNotFoundError:
        raise PreconditionFailed(
            "There is no git on PATH.",
            state="Nothing was changed.",
            todo="Install git 2.38 or newer, then run this again.",
        ) from None
    talk = _Talk(process=process, what=" ".join(("git", *args[2:])), end=time.monotonic() + timeout, timeout=timeout)
    try:
        yield from talk.pieces(stdin)
        words = talk.errors.decode("utf-8", "replace").strip()
        if process.wait() not in ok:
            raise ToolFailed(f"`{talk.what}` failed with exit code {process.returncode}: {words or 'no message'}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()


@record
class _Talk:
    """One git at work: what it is fed and what it says, whichever comes first, until `end`."""

    process: subprocess.Popen[bytes]
    what: str
    end: float
    timeout: float
    errors: bytearray = field(default_factory=bytearray)

    def pieces(self, stdin: bytes) -> Iterator[bytes]:
        """Yield stdout as it comes, while stdin is fed and stderr kept."""
        out, err, feed = self.process.stdout, self.process.stderr, self.process.stdin
        reading: list[IO[bytes]] = [pipe for pipe in (out, err) if pipe is not None]
        left = memoryview(stdin)
        if feed is not None:
            os.set_blocking(feed.fileno(), False)
        while reading:
            ready, fed, _ = select(reading, [feed] if feed and left else [], [], max(0.0, self.end - time.monotonic()))
            if not ready and not fed:
                raise self._too_late()
            if fed and feed is not None:
                left = self._feed(feed, left)
            for pipe in ready:
                piece = os.read(pipe.fileno(), PIECE)
                if not piece:
                    reading.remove(pipe)
                elif pipe is err:
                    self.errors.extend(piece)
                else:
                    yield piece

    def _feed(self, feed: IO[bytes], left: memoryview) -> memoryview:
        """Write what fits into the pipe and return the rest; git that has ended says why by itself."""
        try:
            left = left[os.write(feed.fileno(), left) :]
        except BlockingIOError:
            return left
        except BrokenPipeError:
            left = left[:0]
        if not left:
            feed.close()
        return left

    def _too_late(self) -> ToolTimedOut:
        return ToolTimedOut(
            f"`{self.what}` did not answer within {self.timeout:g} seconds.",
            state="Nothing was changed.",
            todo="Raise git.read_timeout or git.network_timeout in the configuration.",
        )
