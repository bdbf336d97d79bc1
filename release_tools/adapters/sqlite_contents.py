"""What an SQLite database holds, read in the transaction that the caller holds.

Tables that SQLite keeps for itself are left out, and so are virtual ones, whose rows lie in others.
"""

import hashlib
import sqlite3
from collections.abc import Iterator

from release_tools.domain.deploy.database import Contents, SequenceValue, TableCount

_SCHEMA = (
    r"SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY 1, 2"
)
PRAGMAS = ("user_version", "application_id", "encoding")
"""Numbers in the file's head in which applications keep what their schema is."""

WRAP = 2**64


def read_contents(connection: sqlite3.Connection, *, hashed: bool) -> Contents:
    """Return what a database holds; it has no roles, and no index of it can be invalid."""
    rows = connection.execute(_SCHEMA).fetchall()
    head = [connection.execute(f"PRAGMA {name}").fetchone() for name in PRAGMAS]
    return Contents(
        schema=hashlib.sha256(repr((rows, head)).encode()).hexdigest(),
        tables=tuple(count_tables(connection, hashed=hashed)),
        sequences=tuple(_sequences(connection)),
    )


def count_tables(connection: sqlite3.Connection, *, hashed: bool = False) -> Iterator[TableCount]:
    """Yield the tables with the numbers of their rows, ordered by name."""
    for kind, name, _, sql in connection.execute(_SCHEMA).fetchall():
        if kind == "table" and not sql.upper().startswith("CREATE VIRTUAL"):
            yield _count(connection, name, hashed=hashed)


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _count(connection: sqlite3.Connection, name: str, *, hashed: bool) -> TableCount:
    if not hashed:
        return TableCount(name, connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0])
    rows = total = 0
    # Hashes of rows are added up: rows have no order, and equal ones do not cancel each other out.
    for row in connection.execute(f"SELECT * FROM {quoted(name)}"):
        rows += 1
        total += int.from_bytes(hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return TableCount(name, rows, f"{total % WRAP:016x}")


def _sequences(connection: sqlite3.Connection) -> Iterator[SequenceValue]:
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").fetchone():
        rows = connection.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name")
        yield from (SequenceValue(name, last) for name, last in rows)
