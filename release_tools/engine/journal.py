"""The journal: append-only JSON lines on disk, each carrying the hash of the one before.

It records what the runner did; what the lines mean for a run is `runs` and `runner`.
"""

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from release_tools.engine.codec import canonical
from release_tools.errors import HumanNeeded, ToolFailed

Entry = dict[str, Any]
GENESIS = "0" * 64


class Journal:
    """The lines of one run; reading checks the chain, appending is one durable `write()`.

    `clock` returns the current time as ISO 8601 text. A torn last line, left by a crash in the middle of a write, is
    dropped before the next line is appended; a broken chain stops everything.
    """

    def __init__(self, path: Path, *, clock: Callable[[], str]) -> None:
        self.path = path
        self._clock = clock
        self._entries, self._last, self._size = _read(path)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return all lines so far, oldest first."""
        return tuple(self._entries)

    def append(self, event: str, **values: Any) -> Entry:
        """Write one line and wait until it is on disk; `ToolFailed` when the disk refuses."""
        entry: Entry = {"n": len(self._entries), "at": self._clock(), "prev": self._last, "event": event, **values}
        # A program's message may hold bytes that are no UTF-8, as lone surrogates.
        line = canonical(entry).encode("utf-8", "surrogatepass") + b"\n"
        try:
            self._write(line)
        except OSError as error:
            raise ToolFailed(
                f"The journal {self.path} cannot be written: {error.strerror}.",
                state=f"Recorded so far: {len(self._entries)} lines; what they say was done is done.",
                todo="Make room or mend the permissions, then run `release-tools continue`.",
            ) from error
        self._entries.append(json.loads(line))
        self._last = sha256(line).hexdigest()
        self._size += len(line)
        return entry

    def _write(self, line: bytes) -> None:
        born = not self.path.exists()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(handle, self._size)
            if os.write(handle, line) != len(line):
                raise OSError(28, "No space left on device")
            os.fsync(handle)
        finally:
            os.close(handle)
        if born:
            sync_directory(self.path.parent)


def sync_directory(path: Path) -> None:
    """Wait until the names in a directory are on disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> tuple[list[Entry], str, int]:
    entries: list[Entry] = []
    last, size = GENESIS, 0
    data = path.read_bytes() if path.exists() else b""
    lines = data.split(b"\n")
    for line in lines[:-1]:
        entry = _parse(line)
        if entry is None or entry.get("prev") != last or entry.get("n") != len(entries):
            raise HumanNeeded(
                f"The journal {path} is damaged at line {len(entries) + 1}: its hash chain is broken.",
                state="Nothing was changed by this command; what the run did so far cannot be told from it.",
                todo="Compare the repository with the plan in that file by hand, then move the run's directory away.",
            )
        entries.append(entry)
        last = sha256(line + b"\n").hexdigest()
        size += len(line) + 1
    return entries, last, size


def _parse(line: bytes) -> Entry | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
