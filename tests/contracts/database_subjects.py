"""The subjects of the database contract: the same small database in memory, in an SQLite file and in PostgreSQL.

What the ports must do stands in the tests; here a test gets something to do it with.
"""

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from fakes.database import FakeData, FakeDatabase, FakeServer
from postgres_rig import Cluster, session_cluster

from release_tools.adapters.postgres_database import PostgresDatabase
from release_tools.adapters.sqlite_database import SqliteDatabase
from release_tools.domain.deploy.database import Session
from release_tools.ports.database import DatabaseReader, DatabaseWriter

ROWS = 20
NUMBERS = itertools.count(1)
SEED = (
    "CREATE ROLE reader",
    "CREATE TABLE notes (id serial PRIMARY KEY, text varchar(20) CHECK (text IN ('one', 'two')), at timestamptz)",
    f"INSERT INTO notes (text, at) SELECT 'one', '2026-01-01' FROM generate_series(1, {ROWS})",
    "CREATE TABLE tags (name text)",
    "GRANT SELECT ON notes TO reader",
)


class DatabaseSubject(Protocol):
    """A database with the tables `notes` (twenty rows, numbered by a sequence) and `tags` (no rows)."""

    reader: DatabaseReader
    writer: DatabaseWriter
    live: str
    has_server: bool
    """Whether there are sessions, roles and a door."""

    def table(self, name: str) -> str:
        """Return a table's name as the ports tell it."""
        ...

    def beside(self, word: str) -> str:
        """Return a name for a database beside the live one."""
        ...

    def add(self, count: int = 1, *, name: str = "") -> None:
        """Add rows to `notes`."""
        ...

    def remove(self, *, name: str = "") -> None:
        """Remove one row of `notes`."""
        ...

    def change(self, *, name: str = "") -> None:
        """Write something else into one row of `notes`."""
        ...

    def drop_table(self, *, name: str = "") -> None:
        """Remove the table `tags`."""
        ...

    def wind(self, *, name: str = "") -> None:
        """Set the sequence of `notes` to another value."""
        ...

    def connected(self, application: str) -> AbstractContextManager[None]:
        """Let somebody be connected to the live database for a while."""
        ...


class FakeSubject:
    """In memory."""

    has_server = True

    def __init__(self, home: Path) -> None:
        self.live = "app"
        data = FakeData(schema="1", tables={"notes": ["one"] * ROWS, "tags": []}, sequences={"notes_id_seq": ROWS})
        self.server = FakeServer(databases={self.live: data})
        self.server.answers = {"SELECT 41 + 1": "42"}
        database = FakeDatabase(self.server, self.live)
        self.reader: DatabaseReader = database
        self.writer: DatabaseWriter = database

    def table(self, name: str) -> str:
        """Return a table's name as the ports tell it."""
        return name

    def beside(self, word: str) -> str:
        """Return a name for a database beside the live one."""
        return f"{self.live}__{word}"

    def add(self, count: int = 1, *, name: str = "") -> None:
        """Add rows to `notes`."""
        data = self._data(name)
        data.tables["notes"] += ["two"] * count
        data.sequences["notes_id_seq"] = (data.sequences["notes_id_seq"] or 0) + count

    def remove(self, *, name: str = "") -> None:
        """Remove one row of `notes`."""
        self._data(name).tables["notes"].pop()

    def change(self, *, name: str = "") -> None:
        """Write something else into one row of `notes`."""
        self._data(name).tables["notes"][3] = "two"

    def drop_table(self, *, name: str = "") -> None:
        """Remove the table `tags`."""
        del self._data(name).tables["tags"]
        self._data(name).schema += " without tags"

    def wind(self, *, name: str = "") -> None:
        """Set the sequence of `notes` to another value."""
        self._data(name).sequences["notes_id_seq"] = 1000

    @contextlib.contextmanager
    def connected(self, application: str) -> Iterator[None]:
        """Let somebody be connected to the live database for a while."""
        session = Session(next(NUMBERS), application, "app", "active", "SELECT pg_sleep(600)")
        self.server.sessions.setdefault(self.live, []).append(session)
        yield
        with contextlib.suppress(ValueError):
            self.server.sessions.get(self.live, []).remove(session)

    def _data(self, name: str) -> FakeData:
        return self.server.databases[name or self.live]


class SqliteSubject:
    """In a file; in `wal` mode, as most applications have it."""

    has_server = False

    def __init__(self, home: Path, *, mode: str = "wal") -> None:
        self.live = str(home / "app.db")
        self._run(
            "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT, at TEXT)",
            *["INSERT INTO notes (text) VALUES ('one')"] * ROWS,
            "CREATE TABLE tags (name TEXT)",
            f"PRAGMA journal_mode = {mode}",
        )
        database = SqliteDatabase(key="DATABASE_URL", url="sqlite:///app.db?timeout=3", home=home)
        self.reader: DatabaseReader = database
        self.writer: DatabaseWriter = database

    def table(self, name: str) -> str:
        """Return a table's name as the ports tell it."""
        return name

    def beside(self, word: str) -> str:
        """Return a name for a database beside the live one."""
        return f"{Path(self.live).name}__{word}"

    def add(self, count: int = 1, *, name: str = "") -> None:
        """Add rows to `notes`."""
        self._run(*["INSERT INTO notes (text) VALUES ('two')"] * count, name=name)

    def remove(self, *, name: str = "") -> None:
        """Remove one row of `notes`."""
        self._run("DELETE FROM notes WHERE id = 7", name=name)

    def change(self, *, name: str = "") -> None:
        """Write something else into one row of `notes`."""
        self._run("UPDATE notes SET text = 'two' WHERE id = 7", name=name)

    def drop_table(self, *, name: str = "") -> None:
        """Remove the table `tags`."""
        self._run("DROP TABLE tags", name=name)

    def wind(self, *, name: str = "") -> None:
        """Set the sequence of `notes` to another value."""
        self._run("UPDATE sqlite_sequence SET seq = 1000", name=name)

    @contextlib.contextmanager
    def connected(self, application: str) -> Iterator[None]:
        """Nobody can be told apart here; see `has_server`."""
        yield

    def _run(self, *statements: str, name: str = "") -> None:
        with (
            contextlib.closing(sqlite3.connect(Path(self.live).parent / (name or self.live))) as connection,
            connection,
        ):
            for statement in statements:
                connection.execute(statement)


@cache
def seeded(cluster: Cluster) -> str:
    """Return the name of a database from which those of the tests are copied."""
    cluster.execute("CREATE DATABASE seed")
    cluster.execute(*SEED, dbname="seed")
    return "seed"


class PostgresSubject:
    """In a database of its own on the one server."""

    has_server = True

    def __init__(self, home: Path) -> None:
        self.cluster = session_cluster()
        self.live = f"app{next(NUMBERS)}"
        self.cluster.execute(f"CREATE DATABASE {self.live} TEMPLATE {seeded(self.cluster)}")
        database = PostgresDatabase(key="DATABASE_URL", url=self.cluster.url(self.live))
        self.reader: DatabaseReader = database
        self.writer: DatabaseWriter = database

    def table(self, name: str) -> str:
        """Return a table's name as the ports tell it."""
        return f"public.{name}"

    def beside(self, word: str) -> str:
        """Return a name for a database beside the live one."""
        return f"{self.live}__{word}"

    def add(self, count: int = 1, *, name: str = "") -> None:
        """Add rows to `notes`."""
        self.run(f"INSERT INTO notes (text) SELECT 'two' FROM generate_series(1, {count})", name=name)

    def remove(self, *, name: str = "") -> None:
        """Remove one row of `notes`."""
        self.run("DELETE FROM notes WHERE id = 7", name=name)

    def change(self, *, name: str = "") -> None:
        """Write something else into one row of `notes`."""
        self.run("UPDATE notes SET text = 'two' WHERE id = 7", name=name)

    def drop_table(self, *, name: str = "") -> None:
        """Remove the table `tags`."""
        self.run("DROP TABLE tags", name=name)

    def wind(self, *, name: str = "") -> None:
        """Set the sequence of `notes` to another value."""
        self.run("SELECT setval('notes_id_seq', 1000)", name=name)

    @contextlib.contextmanager
    def connected(self, application: str) -> Iterator[None]:
        """Let somebody be connected to the live database, in a statement that takes long."""
        with self.cluster.connection(self.live, application_name=application) as connection:
            connection.pgconn.send_query(b"SELECT pg_sleep(600)")
            try:
                yield
            finally:
                connection.close()
                with self.cluster.connection() as other:
                    query = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                    other.execute(query, (self.live,))

    def run(self, *statements: str, name: str = "") -> list[tuple[object, ...]]:
        """Run statements as the superuser."""
        return self.cluster.execute(*statements, dbname=name or self.live)

    def clear(self) -> None:
        """Remove the test's databases, whatever their names became."""
        for (name,) in self.cluster.execute(f"SELECT datname FROM pg_database WHERE datname ~ '^{self.live}(_|~|$)'"):
            self.cluster.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def made(kind: type[DatabaseSubject], home: Path) -> Iterator[DatabaseSubject]:
    """Yield a subject, and remove what of it would stay on a server."""
    subject = kind(home)  # type: ignore[call-arg]
    try:
        yield subject
    finally:
        if isinstance(subject, PostgresSubject):
            subject.clear()


QUICK = (FakeSubject, SqliteSubject, PostgresSubject)
THOROUGH = (FakeSubject, SqliteSubject, pytest.param(PostgresSubject, marks=pytest.mark.slow))
__all__ = ["QUICK", "THOROUGH", "DatabaseSubject", "PostgresSubject", "SqliteSubject", "made", "psycopg"]
