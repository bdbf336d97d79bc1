"""An SQLite database behind the ports: one file, copies of it beside it, its online backup as the dump.

There is no server: sessions are the processes that have the file open, and nobody can be kept out of a file. So what
must not meet a writer (`swap`) refuses while anybody has it open, and nobody is ever killed here.
"""

import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from release_tools.adapters.open_files import holders
from release_tools.adapters.sealed_dump import load_sealed, seal_dump
from release_tools.adapters.sqlite_address import SqliteAddress, parse_sqlite_address
from release_tools.adapters.sqlite_connection import connect, transaction, translated
from release_tools.adapters.sqlite_contents import count_tables, read_contents
from release_tools.adapters.sqlite_files import SqliteFiles
from release_tools.adapters.sqlite_record import read_versions, write_record
from release_tools.domain.deploy.database import Contents, DatabaseFacts, Dump, Session, contents_differences
from release_tools.domain.deploy.record import DeployRow, VersionRow
from release_tools.errors import ToolFailed
from release_tools.record import record

METHOD = "sqlite backup"
DATA = "database.sqlite"
CONTENTS_SECONDS = 3600.0
PAUSE = 0.05


@record
class SqliteDatabase:
    """One database, named as its application names it; both ports of a database."""

    key: str
    """Of the environment file, which holds the address."""
    url: str = field(repr=False)
    home: Path
    """From where a relative path counts."""

    @property
    def address(self) -> SqliteAddress:
        """Return the address; `ConfigError` where it is none."""
        return parse_sqlite_address(self.url, subject=self.key, home=self.home)

    @property
    def files(self) -> SqliteFiles:
        """Return the files in the database's directory."""
        return SqliteFiles(live=self.address.path)

    def facts(self) -> DatabaseFacts:
        """Return what a preflight wants to know."""
        path = self.address.path
        with connect(path) as connection, translated(path):
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            disk = os.statvfs(path.parent)
            return DatabaseFacts(
                engine="sqlite",
                name=str(path),
                place=str(path.parent),
                server_version=sqlite3.sqlite_version_info,
                tool_version=sqlite3.sqlite_version_info,
                size=path.stat().st_size,
                free=disk.f_bavail * disk.f_frsize,
                may_create=os.access(path.parent, os.W_OK),
            )

    def contents(self, name: str = "", /, *, hashed: bool = False) -> Contents:
        """Return what a database holds, by default the live one; `hashed`: with a hash of every table's rows."""
        with connect(self.files.path(name), timeout=CONTENTS_SECONDS) as connection, transaction(connection):
            return read_contents(connection, hashed=hashed)

    def names(self, prefix: str, /) -> tuple[str, ...]:
        """Return the databases beside the live one whose names begin so, ordered."""
        return self.files.names(prefix)

    def sessions(self, application: str = "", /) -> tuple[Session, ...]:
        """Return the processes that have the live file open, by their programs' names."""
        found = (Session(one.pid, one.name, str(one.user), "open", "") for one in holders(self.address.path))
        return tuple(one for one in found if one.application.startswith(application))

    def scalar(self, query: str, /, *, name: str = "", timeout: float = 5.0) -> str:
        """Return the one value that a read-only query gives, as text; `ToolFailed` for any other shape of answer."""
        path = self.files.path(name)
        with connect(path, timeout=timeout) as connection:
            rows = connection.execute(query).fetchmany(2)
        if len(rows) != 1 or len(rows[0]) != 1:
            raise ToolFailed(
                f"{path}: the query gives no single value: {query}",
                todo="Write it so that it gives one row with one column.",
            )
        return "" if rows[0][0] is None else str(rows[0][0])

    def growth(self, since: Mapping[str, int], /) -> Mapping[str, int]:
        """Return for each table how many rows it has more than `since` says, where a missing one had none."""
        with connect(self.address.path, timeout=CONTENTS_SECONDS) as connection, transaction(connection):
            now = {table.name: table.rows for table in count_tables(connection)}
        more = {name: now.get(name, 0) - since.get(name, 0) for name in sorted({*now, *since})}
        return {name: rows for name, rows in more.items() if rows}

    def environment(self, name: str = "", /, *, application: str = "") -> Mapping[str, str]:
        """Return the address of a database under the application's own key, in the form in which it was written."""
        return {self.key: self.address.render(self.files.path(name))}

    def versions(self, name: str = "", /) -> tuple[VersionRow, ...]:
        """Return the rows of `platform_versions`, oldest first; none where there is no such table."""
        with connect(self.files.path(name)) as connection:
            return read_versions(connection)

    def dump(self, directory: Path, /, *, jobs: int = 2, timeout: float = 3600.0) -> Dump:
        """Write a copy of the file, and what it held in the transaction in which it was copied."""
        begun, files = time.monotonic(), self.files
        like = files.live.stat()
        with files.made(directory / DATA, like=_private(like)) as draft, connect(files.live) as connection:
            with transaction(connection):
                contents = read_contents(connection, hashed=True)
                files.backup(connection, draft, timeout=timeout)
            self._guard_same(draft, contents)
        kept = {"mode": like.st_mode & 0o7777, "uid": like.st_uid, "gid": like.st_gid}
        sealed = seal_dump(directory, contents=contents, method=METHOD, position="", properties=kept)
        return replace(sealed, seconds=time.monotonic() - begun)

    def restore(self, directory: Path, name: str, /, *, jobs: int = 2, timeout: float = 3600.0) -> None:
        """Make a database from a dump, in place of an earlier attempt; `BackupRefused` for a damaged dump."""
        sealed = load_sealed(directory, method=METHOD)
        told = sealed.properties
        like = os.stat_result((told["mode"], 0, 0, 0, told["uid"], told["gid"], 0, 0, 0, 0))
        files = self.files
        path = files.path(name)
        self._guard_not_live(path)
        with files.made(path, like=like) as draft:
            files.copy_file(directory / DATA, draft)
            self._guard_same(draft, sealed.contents)

    def copy(self, name: str, /, *, source: str = "", timeout: float = 3600.0) -> None:
        """Make `name` a copy of `source`, by default of the live one."""
        files = self.files
        path = files.path(name)
        self._guard_not_live(path)
        with files.made(path) as draft, connect(files.path(source)) as connection, transaction(connection):
            files.backup(connection, draft, timeout=timeout)

    def swap(self, fresh: str, kept: str, /) -> None:
        """Make `fresh` the live file and call the one that was live `kept`; `ToolFailed` while one is open."""
        self.files.swap(self.files.path(fresh), self.files.path(kept))

    def drop(self, name: str, /) -> None:
        """Remove a database that is not the live one; one that is not there is no error."""
        self.files.drop(self.files.path(name))

    def admit(self, *, everybody: bool) -> None:
        """Change nothing: a file has no door. `sessions` tells who is in, and `swap` waits for nobody."""

    def terminate(self, application: str, /, *, wait: float = 10.0) -> tuple[Session, ...]:
        """Wait until the processes have closed the file, which nobody but their supervisor can make them do."""
        deadline = time.monotonic() + wait
        while (there := self.sessions(application)) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return there

    def record(self, versions: Sequence[VersionRow], deploys: Sequence[DeployRow], /) -> None:
        """Write rows into `platform_versions` and `platform_deploys`, making the tables; what is there stays once."""
        with connect(self.address.path, reads=False) as connection:
            write_record(connection, versions, deploys)

    def _guard_same(self, path: Path, contents: Contents) -> None:
        with connect(path) as connection:
            differences = tuple(contents_differences(contents, read_contents(connection, hashed=True)))
        if differences:
            raise ToolFailed(f"{path} does not hold what was dumped: {'; '.join(differences)}.")

    def _guard_not_live(self, path: Path) -> None:
        if path == self.address.path:
            raise ToolFailed(f"{path} is the live database and is not replaced.", state="Nothing was changed.")


def _private(like: os.stat_result) -> os.stat_result:
    return os.stat_result((0o600, 0, 0, 0, os.geteuid(), os.getegid(), 0, 0, 0, 0))
