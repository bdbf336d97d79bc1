"""An outside program: started with an explicit environment and a deadline, captured, ended with all its children.

What a program is asked and what its answer means is its own adapter's business.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import IO, NamedTuple

from release_tools.domain.deploy.masking import mask
from release_tools.errors import ToolFailed, ToolTimedOut

CAPTURED = 8 * 1024 * 1024
"""Bytes that are kept of each stream: of the output the first, of the complaints the last."""

TOLD = 12
"""Lines of a program's complaints that an error repeats."""

AFTERGLOW = 1.0
"""Seconds for which children of an ended program may still hold its streams."""


class Finished(NamedTuple):
    """How a program ended, and what it said; `err` is masked, `out` is as it came."""

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
    secrets: Iterable[str] = (),
    ok: tuple[int, ...] | None = (0,),
    umask: int = -1,
) -> Finished:
    """Run a program to its end; `ToolFailed` unless its exit code is in `ok` (None: any).

    `env` is all of its environment; no message repeats any of `secrets`. Its whole process group is killed at the
    deadline, which raises `ToolTimedOut`, when we are interrupted, and when it leaves children behind.
    """
    secrets = tuple(secrets)
    shown = mask(" ".join(argv), secrets)
    process = _start(argv, shown, env=env, cwd=cwd, feeds=stdin is not None, umask=umask)
    heard = bytearray(), bytearray()
    talk = _talk(process, stdin or b"", *heard)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise ToolTimedOut(
            f"`{shown}` did not end within {timeout:g} seconds, so it was killed.",
            todo="See what it waits for, or give it more time.",
        ) from None
    finally:
        _settle(process, talk)
    done = Finished(process.returncode, _text(heard[0]), mask(_text(heard[1]), secrets).strip())
    if ok is not None and done.code not in ok:
        words = "\n".join((done.err or "no message").splitlines()[-TOLD:])
        raise ToolFailed(f"`{shown}` failed with exit code {done.code}: {words}")
    return done


def _start(
    argv: Sequence[str], shown: str, *, env: Mapping[str, str], cwd: Path, feeds: bool, umask: int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            tuple(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE if feeds else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            umask=umask,
        )
    except OSError as error:
        raise ToolFailed(
            f"`{shown}` cannot be started: {error.strerror}.", todo="Install it, or say where it lies."
        ) from error


def _talk(process: subprocess.Popen[bytes], fed: bytes, out: bytearray, err: bytearray) -> tuple[Thread, ...]:
    assert process.stdout is not None
    assert process.stderr is not None
    talk = [
        Thread(target=_hear, args=(process.stdout, out), kwargs={"last": False}, daemon=True),
        Thread(target=_hear, args=(process.stderr, err), kwargs={"last": True}, daemon=True),
    ]
    if process.stdin is not None:
        talk.append(Thread(target=_feed, args=(process.stdin, fed), daemon=True))
    for one in talk:
        one.start()
    return tuple(talk)


def _hear(stream: IO[bytes], heard: bytearray, *, last: bool) -> None:
    """Read a stream to its end, however much it is, and keep the first or the last bytes of it."""
    with stream:
        while piece := os.read(stream.fileno(), 65536):
            heard += piece
            if len(heard) > CAPTURED:
                del heard[slice(0, len(heard) - CAPTURED) if last else slice(CAPTURED, None)]


def _feed(stream: IO[bytes], fed: bytes) -> None:
    # A program may end without reading everything; what that means, its exit code tells.
    with contextlib.suppress(BrokenPipeError), stream:
        stream.write(fed)


def _settle(process: subprocess.Popen[bytes], talk: Sequence[Thread]) -> None:
    """Hear what was still being said, and leave nothing running of the group."""
    if process.returncode is not None:
        _join(talk)
    # A child that outlives its leader keeps the group's number from being given away; without one, nothing is killed.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    _join(talk)


def _join(talk: Sequence[Thread]) -> None:
    deadline = time.monotonic() + AFTERGLOW
    for one in talk:
        one.join(max(0.0, deadline - time.monotonic()))


def _text(heard: bytearray) -> str:
    return heard.decode("utf-8", "surrogateescape")
