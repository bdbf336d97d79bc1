"""Scratch databases: an empty one for a test, in PostgreSQL or SQLite, and a look into it.

Nothing of the product is used here.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from postgres_rig import session_cluster

NUMBERS = count()


class ScratchDatabase(Protocol):
    """An empty database."""

    @property
    def url(self) -> str:
        """Return the address as an application is given it."""
        ...

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        """Run a statement, and return its rows, if any."""
        ...

    def tables(self) -> set[str]:
        """Return the names of the tables."""
        ...


@dataclass(frozen=True)
class ScratchPostgres:
    """A database in this process's cluster."""

    name: str

    @property
    def url(self) -> str:
        """Return the address as an application is given it."""
        return session_cluster().url(self.name)

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        """Run a statement, and return its rows, if any."""
        return session_cluster().execute(query, dbname=self.name)

    def tables(self) -> set[str]:
        """Return the names of the tables."""
        return {name for (name,) in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


@dataclass(frozen=True)
class ScratchSqlite:
    """A file."""

    path: Path

    @property
    def url(self) -> str:
        """Return the address as an application is given it."""
        return f"sqlite:///{self.path}"

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        """Run a statement, and return its rows, if any."""
        connection = sqlite3.connect(self.path)
        try:
            with connection:
                return connection.execute(query).fetchall()
        finally:
            connection.close()

    def tables(self) -> set[str]:
        """Return the names of the tables."""
        return {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}


def scratch_postgres() -> ScratchPostgres:
    """Make an empty database."""
    name = f"scratch_{next(NUMBERS)}"
    session_cluster().execute(f"CREATE DATABASE {name}")
    return ScratchPostgres(name)
