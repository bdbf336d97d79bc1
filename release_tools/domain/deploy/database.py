"""Databases as a deploy sees them: what one holds, who is connected, and whether two hold the same.

How a database is asked, dumped or renamed is its adapter's business.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Literal, NamedTuple

from release_tools.record import record

Engine = Literal["postgresql", "sqlite"]


class TableCount(NamedTuple):
    """A table by its qualified name, its number of rows, and a hash of its rows where one was asked for."""

    name: str
    rows: int
    content: str = ""


class SequenceValue(NamedTuple):
    """A sequence by its qualified name, with its last value; None where it was never used."""

    name: str
    last: int | None


@record
class Contents:
    """What a database holds, all seen in one snapshot."""

    schema: str
    """SHA-256 of the normalised schema: tables, columns, constraints, indexes, functions, grants, owners."""
    tables: tuple[TableCount, ...] = ()
    """Ordered by name."""
    sequences: tuple[SequenceValue, ...] = ()
    """Ordered by name."""
    roles: tuple[str, ...] = ()
    """The roles that own or may use anything in it, ordered; empty where the engine has none."""
    invalid_indexes: tuple[str, ...] = ()
    """Indexes that a dump would silently lose."""


@record
class DatabaseFacts:
    """What a preflight wants to know of a database before anything is done to it."""

    engine: Engine
    name: str
    """The database's name, or the file's path; never a password."""
    place: str
    """Host and port, or directory, for messages."""
    server_version: tuple[int, ...]
    tool_version: tuple[int, ...]
    """Version of the programs that dump and restore; equal to the server's where the engine needs none."""
    size: int
    """Bytes."""
    free: int | None = None
    """Bytes free where the database lies, None where that cannot be seen from here."""
    may_create: bool = True
    """Whether this role may create and rename databases, which a copy beside the live one needs."""
    unreadable: tuple[str, ...] = ()
    """Tables that this role may not dump."""
    collation_mismatch: bool = False


class Session(NamedTuple):
    """A connection to a database, as its server lists it."""

    pid: int
    application: str
    role: str
    state: str
    """`active`, `idle`, `idle in transaction`."""
    query: str
    """The statement that it runs or ran last; it may hold user data, so it is shown to nobody unasked."""


@record
class Dump:
    """What a dump wrote into its directory, and what the database held in the very snapshot that was dumped."""

    files: tuple[str, ...]
    """Relative paths, ordered."""
    contents: Contents
    method: str
    """How it was taken: `pg_dump -Fd`, `sqlite backup`."""
    position: str = ""
    """Where in the server's log the snapshot lies (PostgreSQL: the LSN); empty where there is none."""
    seconds: float = field(default=0.0, compare=False)


def contents_differences(before: Contents, after: Contents) -> Iterator[str]:
    """Yield a sentence for everything in which two contents differ; nothing means that they are the same."""
    if before.schema != after.schema:
        yield f"the schema differs: {before.schema[:12]} against {after.schema[:12]}"
    yield from _missing("table", [table.name for table in before.tables], [table.name for table in after.tables])
    yield from _missing("sequence", [one.name for one in before.sequences], [one.name for one in after.sequences])
    yield from _missing("role", before.roles, after.roles)
    yield from _other_rows(before.tables, {table.name: table for table in after.tables})
    values = {sequence.name: sequence.last for sequence in after.sequences}
    for name, last in before.sequences:
        if name in values and values[name] != last:
            yield f"sequence {name} stands at {values[name]} instead of {last}"


def _other_rows(tables: Sequence[TableCount], others: dict[str, TableCount]) -> Iterator[str]:
    for table in tables:
        other = others.get(table.name)
        if other and table.rows != other.rows:
            yield f"table {table.name} has {other.rows} rows instead of {table.rows}"
        elif other and table.content and other.content and table.content != other.content:
            yield f"table {table.name} has other rows"


def _missing(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    yield from (f"{what} {name} is missing" for name in before if name not in set(after))
    yield from (f"{what} {name} was not there before" for name in after if name not in set(before))
