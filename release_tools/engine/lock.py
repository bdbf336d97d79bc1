"""The run lock: one changing command at a time, released by the kernel when its holder dies.

The lock file is never unlinked; who holds it stands in a file beside it, for the message only.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from release_tools.errors import Locked, PreconditionFailed

EFFECTS_GRACE = 10.0
"""Seconds to wait for the commands of a dead run to end; compare-and-swap holds beyond it."""


class Held(NamedTuple):
    """The descriptors of a lock that is held: the lock itself, and the one that effects inherit."""

    lock: int
    effects: int


@contextmanager
def run_lock(directory: Path, *, command: str, now: str) -> Iterator[int]:
    """Hold the lock of `directory`; yield a descriptor that effects inherit; `Locked` when another process holds it.

    The yielded descriptor belongs to a second lock file, passed on to every changing child process: after a crash of
    ours its lock lives as long as such a child, and the next run waits for it before it looks at the world.
    """
    with hold_lock(directory, command=command, now=now) as held:
        yield held.effects


@contextmanager
def hold_lock(directory: Path, *, command: str, now: str, inherited: Held | None = None) -> Iterator[Held]:
    """Hold the lock as `run_lock` does; yield both descriptors, so that a process may be started that holds it on.

    Such a process passes what it `inherited`: the kernel counts both as one holder until the last of them has ended.
    """
    lock = inherited.lock if inherited else _open(directory, "lock")
    holder = directory / "lock.holder"
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(holder) from None
        _replace(holder, json.dumps({"pid": os.getpid(), "command": command, "since": now}))
        effects = inherited.effects if inherited else _open(directory, "effects.lock")
        try:
            if inherited is None:
                _await_effects(effects)
            yield Held(lock, effects)
        finally:
            os.close(effects)
            _leave(holder)
    finally:
        os.close(lock)


def _open(directory: Path, name: str) -> int:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(directory, error) from error


def _unwritable(directory: Path, error: OSError) -> PreconditionFailed:
    return PreconditionFailed(
        f"The state directory {directory} cannot be written: {error.strerror}.",
        state="Nothing was changed.",
        todo="Mend its permissions or make room, then run the command again.",
    )


def _await_effects(handle: int) -> None:
    end = time.monotonic() + EFFECTS_GRACE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return
            time.sleep(0.02)
        else:
            return


def _locked(holder: Path) -> Locked:
    try:
        who = json.loads(holder.read_text())
        named = f"process {who['pid']} (`{who['command']}`) since {who['since']}"
    except (OSError, ValueError, KeyError):
        named = "a process that has just started or is about to end"
    return Locked(
        f"Another release-tools command is at work: {named}.",
        state="Nothing was changed by this command.",
        todo="Wait until it ends, then run this again; the lock goes with the process and needs no breaking by hand.",
    )


def _leave(holder: Path) -> None:
    """Take our name away, unless a process that goes on holding the lock has put its own there."""
    try:
        if json.loads(holder.read_text())["pid"] == os.getpid():
            holder.unlink(missing_ok=True)
    except (OSError, ValueError, KeyError):
        return  # it is for a message only


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(text)
        fresh.replace(path)
    except OSError as error:
        raise _unwritable(path.parent, error) from error
