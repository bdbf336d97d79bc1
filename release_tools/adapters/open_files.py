"""Which processes have a file open, as far as the system lets us see: those of our user, for root all of them.

Nobody is told to close it here.
"""

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
    numbers = (int(one.name) for one in PROCESSES.glob("[0-9]*") if int(one.name) != os.getpid())
    return tuple(sorted(holder for pid in numbers for holder in _holding(pid, (wanted.st_dev, wanted.st_ino))))


def _holding(pid: int, wanted: tuple[int, int]) -> Iterator[Holder]:
    place = PROCESSES / str(pid)
    try:
        for descriptor in os.scandir(place / "fd"):
            opened = descriptor.stat()
            if (opened.st_dev, opened.st_ino) == wanted:
                yield Holder(pid, (place / "comm").read_text().strip(), place.stat().st_uid)
                return
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return  # It ended meanwhile, closed the file, or belongs to somebody else.
