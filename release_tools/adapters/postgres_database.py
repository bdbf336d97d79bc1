"""A PostgreSQL database behind the ports: questions to it, and changes to it and to its server.

Every question opens a session of its own and closes it. What each does is written in the module of its noun.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from release_tools.adapters.postgres_address import parse_address
from release_tools.adapters.postgres_admission import admit, let_in
from release_tools.adapters.postgres_connection import PostgresServer, PostgresSession, StatementFailed
from release_tools.adapters.postgres_contents import SNAPSHOT, count_tables, read_contents
from release_tools.adapters.postgres_copies import PostgresCopies
from release_tools.adapters.postgres_dump import PostgresDump
from release_tools.adapters.postgres_facts import read_facts
from release_tools.adapters.postgres_programs import PostgresPrograms
from release_tools.adapters.postgres_record import read_versions, write_record
from release_tools.adapters.postgres_sessions import end_sessions, read_sessions
from release_tools.domain.deploy.database import Contents, DatabaseFacts, Dump, Session
from release_tools.domain.deploy.record import DeployRow, VersionRow
from release_tools.errors import ToolFailed
from release_tools.record import record

CONTENTS_SECONDS = 3600.0
FACTS_SECONDS = 60.0
NOTICES_ITS_CLIENTS_END = "client_connection_check_interval"
"""The setting by which a server looks, in milliseconds, whether the client of a running statement is still there."""


@record
class PostgresDatabase:
    """One database, reached as its application reaches it; both ports of a database."""

    key: str
    """Of the environment file, which holds the URL."""
    url: str = field(repr=False)
    directory: Path | None = None
    """Where pg_dump and pg_restore lie; None: the newest installed, else PATH."""

    @property
    def server(self) -> PostgresServer:
        """Return the server that the URL leads to; `ConfigError` where it leads nowhere."""
        return PostgresServer(address=parse_address(self.url, subject=self.key))

    @property
    def programs(self) -> PostgresPrograms:
        """Return the programs that dump and restore."""
        return PostgresPrograms(server=self.server, directory=self.directory)

    @property
    def copies(self) -> PostgresCopies:
        """Return the databases of the server."""
        return PostgresCopies(server=self.server)

    def facts(self) -> DatabaseFacts:
        """Return what a preflight wants to know."""
        with self._session(timeout=FACTS_SECONDS) as session:
            return read_facts(session, self.server, tool=self.programs.version())

    def contents(self, name: str = "", /, *, hashed: bool = False) -> Contents:
        """Return what a database holds, by default the live one; `hashed`: with a hash of every table's rows."""
        with self._session(name, timeout=CONTENTS_SECONDS) as session, session.transaction(SNAPSHOT):
            return read_contents(session, hashed=hashed)

    def names(self, prefix: str, /) -> tuple[str, ...]:
        """Return the databases beside the live one whose names begin so, ordered."""
        return self.copies.names(prefix)

    def sessions(self, application: str = "", /) -> tuple[Session, ...]:
        """Return who is connected to the live database; `application` is the name's beginning."""
        with self.server.maintain(timeout=FACTS_SECONDS) as session:
            return read_sessions(session, self.server.address.database, application)

    def scalar(self, query: str, /, *, name: str = "", timeout: float = 5.0) -> str:
        """Return the one value that a read-only query gives, as text; `ToolFailed` for any other shape of answer."""
        with self._session(name, timeout=timeout) as session:
            session.run("SET default_transaction_read_only = on")
            text = session.text(query)
        if text is None:
            raise ToolFailed(
                f"{session.place}: the query gives no single value: {query}",
                todo="Write it so that it gives one row with one column.",
            )
        return text

    def growth(self, since: Mapping[str, int], /) -> Mapping[str, int]:
        """Return for each table how many rows it has more than `since` says, where a missing one had none."""
        with self._session(timeout=CONTENTS_SECONDS) as session, session.transaction(SNAPSHOT):
            now = {table.name: table.rows for table in count_tables(session)}
        names = sorted({*now, *since})
        more = {name: now.get(name, 0) - since.get(name, 0) for name in names}
        return {name: rows for name, rows in more.items() if rows}

    def environment(self, name: str = "", /, *, application: str = "") -> Mapping[str, str]:
        """Return the URL of a database under the application's own key, in the form in which it was written."""
        server = self.server
        with server.maintain(timeout=FACTS_SECONDS) as session:
            options = f"-c {NOTICES_ITS_CLIENTS_END}=1000" if _knows(session, NOTICES_ITS_CLIENTS_END) else ""
        address = server.address
        return {self.key: address.render(name or address.database, application=application, options=options)}

    def versions(self, name: str = "", /) -> tuple[VersionRow, ...]:
        """Return the rows of `platform_versions`, oldest first; none where there is no such table."""
        with self._session(name, timeout=FACTS_SECONDS) as session:
            return read_versions(session)

    def dump(self, directory: Path, /, *, jobs: int = 2, timeout: float = 3600.0) -> Dump:
        """Write a dump into an empty directory, with what the database held in the same snapshot, globals included."""
        return self._dumps.dump(directory, jobs=jobs, timeout=timeout)

    def restore(self, directory: Path, name: str, /, *, jobs: int = 2, timeout: float = 3600.0) -> None:
        """Make a database from a dump, in place of an earlier attempt; `BackupRefused` for a damaged dump."""
        self._dumps.restore(directory, name, jobs=jobs, timeout=timeout)

    def copy(self, name: str, /, *, source: str = "", timeout: float = 3600.0) -> None:
        """Make `name` a copy of `source`, by default of the live one, to which nobody may be connected."""
        self.copies.copy(name, source or self.server.address.database, timeout=timeout)

    def swap(self, fresh: str, kept: str, /) -> None:
        """Make `fresh` the live database and call the one that was live `kept`, in one transaction."""
        self.copies.swap(fresh, kept)

    def drop(self, name: str, /) -> None:
        """Remove a database that is not the live one; one that is not there is no error."""
        self.copies.drop(name)

    def admit(self, *, everybody: bool) -> None:
        """Let everybody who may connect to the live database do so, or keep all out but us."""
        admit(self.server, everybody=everybody)

    def terminate(self, application: str, /, *, wait: float = 10.0) -> tuple[Session, ...]:
        """End the sessions whose application's name begins so (empty: all but ours); return those that stayed."""
        with self.server.maintain() as session:
            return end_sessions(session, self.server.address.database, application, wait=wait)

    def record(self, versions: Sequence[VersionRow], deploys: Sequence[DeployRow], /) -> None:
        """Write rows into `platform_versions` and `platform_deploys`, making the tables; what is there stays once."""
        with self._session(timeout=FACTS_SECONDS) as session:
            write_record(session, versions, deploys)

    @property
    def _dumps(self) -> PostgresDump:
        return PostgresDump(server=self.server, programs=self.programs, copies=self.copies)

    @contextlib.contextmanager
    def _session(self, name: str = "", *, timeout: float) -> Iterator[PostgresSession]:
        server = self.server
        database = name or server.address.database
        with let_in(server, database), server.connect(database, timeout=timeout) as session:
            yield session


def _knows(session: PostgresSession, setting: str) -> bool:
    """Return whether a session may be given a setting; some are there on some systems only."""
    try:
        session.value("SELECT set_config(%s, '1000', false)", setting)
    except StatementFailed:
        return False
    return True
