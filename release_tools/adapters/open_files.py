"""Which processes have a file open, as far as the system lets us see: those of our user, for root all of them.

Nobody is told to close it here.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROCESSES = Path("/proc")


class Holder(NamedTuple):
    """A process by its number, its program's name and its user's number."""

    pid: int
    name: str
    user: int


def holders(path: Path) -> tuple[Holder, ...]:
    """Return who has a file open, ourselves left out; nobody where the system has no `/proc`."""
    try:
        wanted = path.stat()
    except FileNotFoundError:
        return ()
    numbers = (int(one.name) for one in PROCESSES.glob("[0-9]*"))
    found = (pid for pid in numbers if pid != os.getpid() and _holds(pid, (wanted.st_dev, wanted.st_ino)))
    return tuple(sorted(holder for pid in found for holder in _told(pid)))


def _holds(pid: int, wanted: tuple[int, int]) -> bool:
    try:
        descriptors = list((PROCESSES / str(pid) / "fd").iterdir())
    except OSError:
        return False  # It ended meanwhile, or belongs to somebody else.
    return any(_opened(one) == wanted for one in descriptors)


def _opened(descriptor: Path) -> tuple[int, int] | None:
    try:
        opened = descriptor.stat()
    except OSError:
        return None
    return opened.st_dev, opened.st_ino


def _told(pid: int) -> Iterator[Holder]:
    place = PROCESSES / str(pid)
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        yield Holder(pid, (place / "comm").read_text().strip(), place.stat().st_uid)
