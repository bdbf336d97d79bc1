"""The files of SQLite databases: copied whole, made the live one in one rename, removed with what belongs to them.

What is in them is not looked at here. A file has its name only when it is whole.
"""

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from release_tools.adapters.open_files import holders
from release_tools.adapters.sqlite_connection import connect, transaction, translated
from release_tools.errors import ToolFailed, ToolTimedOut
from release_tools.record import record

UNFINISHED = "~"
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file: without its `-wal` a database has lost its last transactions."""

PAGES = 4096


@record
class SqliteFiles:
    """The live file and its copies in the same directory."""

    live: Path

    def path(self, name: str) -> Path:
        """Return the path of a database, by default of the live one; one in another directory is refused."""
        found = self.live.parent / (name or self.live.name)
        if found.parent != self.live.parent:
            raise ToolFailed(f"{name} does not lie beside {self.live}.", state="Nothing was changed.")
        return found

    def names(self, prefix: str) -> tuple[str, ...]:
        """Return the databases beside the live one whose names begin so, unfinished ones among them."""
        found = (path for path in self.live.parent.iterdir() if path.is_file() and not path.name.endswith(BESIDE))
        return tuple(sorted(path.name for path in found if path.name.startswith(prefix) and path != self.live))

    @contextlib.contextmanager
    def made(self, path: Path, *, like: os.stat_result | None = None) -> Iterator[Path]:
        """Yield an empty file of the live one's owner and mode, which gets its name when it is filled and synced."""
        like = like or self.live.stat()
        draft = path.with_name(path.name + UNFINISHED)
        with translated(path):
            _remove(draft)
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL, 0o600))
            yield draft
            with contextlib.suppress(PermissionError):
                os.chown(draft, like.st_uid, like.st_gid)
            draft.chmod(like.st_mode & 0o7777)
            _sync(draft)
            _remove(path)
            draft.replace(path)
            _sync(path.parent)

    def backup(self, connection: sqlite3.Connection, target: Path, *, timeout: float) -> None:
        """Copy the database of a connection, as it sees it, into a file."""
        deadline = time.monotonic() + timeout

        def tick(*_: int) -> None:
            if time.monotonic() > deadline:
                raise ToolTimedOut(f"{self.live} was not copied within {timeout:g} seconds.")

        with translated(target), contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
            connection.backup(copy, pages=PAGES, progress=tick)
            faults = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if faults != "ok":
            raise ToolFailed(f"The copy of {self.live} is damaged: {faults}.", state="The live file is as it was.")

    def copy_file(self, source: Path, target: Path) -> None:
        """Copy a file's bytes; the kernel does it without passing them by us."""
        with translated(source):
            shutil.copyfile(source, target)

    def drop(self, path: Path) -> None:
        """Remove a database with what an attempt at it left; the live one is refused."""
        if path == self.live:
            raise ToolFailed(f"{path} is the live database and is not removed.", state="Nothing was changed.")
        with translated(path):
            for one in (path, path.with_name(path.name + UNFINISHED)):
                _remove(one)
            _sync(path.parent)

    def swap(self, fresh: Path, kept: Path) -> None:
        """Make `fresh` the live file: the live one gets a second name first, so that there is never none."""
        live = self.live
        standing = live.exists(), fresh.exists(), kept.exists()
        if standing == (True, False, True):
            return
        linked = standing == (True, True, True) and live.samefile(kept)
        if standing not in ((True, True, False), (False, True, True)) and not linked:
            raise ToolFailed(
                f"{fresh} cannot become {live}: of {live.name}, {fresh.name} and {kept.name} there are "
                f"{', '.join(word for word, there in zip(('live', 'fresh', 'kept'), standing, strict=True) if there)}.",
                state="Nothing was renamed.",
            )
        for path in (one for one in (live, fresh) if one.exists()):
            settle(path)
        with translated(live):
            if not linked and live.exists():
                kept.hardlink_to(live)
            fresh.replace(live)
            _sync(live.parent)


def settle(path: Path) -> None:
    """Bring everything that lies beside a file into it; `ToolFailed` names who has it open."""
    if there := holders(path):
        named = ", ".join(f"{one.name} (pid {one.pid})" for one in there)
        raise _in_use(path, f"is open in {named}")
    with connect(path, reads=False) as connection:
        # Reading rolls back what a crash left in a journal; only where nobody else is connected we get the lock.
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        with transaction(connection, "EXCLUSIVE"):
            pass
    if busy or _size(path.with_name(path.name + "-wal")):
        raise _in_use(path, "is being written to")
    for end in BESIDE:
        path.with_name(path.name + end).unlink(missing_ok=True)


def _in_use(path: Path, how: str) -> ToolFailed:
    return ToolFailed(f"{path} {how}.", state="It was not touched.", todo="Stop who has it open, then repeat this.")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _remove(path: Path) -> None:
    for one in (path, *(path.with_name(path.name + end) for end in BESIDE)):
        one.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
