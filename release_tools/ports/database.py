"""The port to one database: what it holds, copies of it beside it, and the swap that makes a copy the live one.

Names in `name` arguments are those of databases on the same server (PostgreSQL) or of files in the same directory
(SQLite); the live one has the name in `DatabaseFacts.name`. No method prints or returns a password.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from release_tools.domain.deploy.database import Contents, DatabaseFacts, Dump, Session
from release_tools.domain.deploy.record import DeployRow, VersionRow


class DatabaseReader(Protocol):
    """Questions to a database and its server; every method may raise `ToolFailed`, whose message names the place."""

    def facts(self) -> DatabaseFacts:
        """Return what a preflight wants to know."""
        ...

    def contents(self, name: str = "", /, *, hashed: bool = False) -> Contents:
        """Return what a database holds, by default the live one; `hashed`: with a hash of every table's rows."""
        ...

    def names(self, prefix: str, /) -> tuple[str, ...]:
        """Return the databases beside the live one whose names begin so, ordered."""
        ...

    def sessions(self, application: str = "", /) -> tuple[Session, ...]:
        """Return who is connected to the live database, ourselves left out; `application` is the name's beginning."""
        ...

    def scalar(self, query: str, /, *, name: str = "", timeout: float = 5.0) -> str:
        """Return the one value that a read-only query gives, as text; `ToolFailed` for any other shape of answer."""
        ...

    def growth(self, since: Mapping[str, int], /) -> Mapping[str, int]:
        """Return for each table how many rows it has more than `since` says (table to rows); unchanged left out.

        A table that `since` lacks had none; one with fewer rows, or gone, has a negative number.
        """
        ...

    def environment(self, name: str = "", /, *, application: str = "") -> Mapping[str, str]:
        """Return the variables by which a program reaches a database: the application's own URL key with its value.

        The values are secrets. `application` is how the program's sessions are to be called on the server; drivers that
        do not know that parameter (`asyncpg`, `pg8000` by SQLAlchemy's URLs) go without.
        """
        ...

    def versions(self, name: str = "", /) -> tuple[VersionRow, ...]:
        """Return the rows of `platform_versions`, oldest first; none where there is no such table."""
        ...


class DatabaseWriter(Protocol):
    """Changes to a database and its server, each one operation that may be repeated; `ToolFailed` when one fails.

    A database that is made has its name only when it is whole; until then, and after a crash, it has one that ends
    with `~`, which `names` tells as well.
    """

    def dump(self, directory: Path, /, *, jobs: int = 2, timeout: float = 3600.0) -> Dump:
        """Write a dump into an empty directory, with what the database held in the same snapshot, globals included.

        Tables are hashed. Its files are compressed as far as the engine does that, and carry a seal of their own.
        `PreconditionFailed` where the programs are missing or older than the server.
        """
        ...

    def restore(self, directory: Path, name: str, /, *, jobs: int = 2, timeout: float = 3600.0) -> None:
        """Make the database `name` from a dump's directory, in place of what an earlier attempt left.

        Every error of the restoring program is a failure, and so is a role that the server lacks. `BackupRefused` where
        the seal does not fit, before anything is written.
        """
        ...

    def copy(self, name: str, /, *, source: str = "", timeout: float = 3600.0) -> None:
        """Make `name` a copy of `source`, by default of the live one, to which nobody may be connected."""
        ...

    def swap(self, fresh: str, kept: str, /) -> None:
        """Make `fresh` the live database and call the one that was live `kept`; ends sessions on both.

        A swap that was cut off in the middle is completed: the world then has `kept` and no live database. One that is
        done already (a live one, `kept`, no `fresh`) changes nothing.
        """
        ...

    def drop(self, name: str, /) -> None:
        """Remove a database that is not the live one; one that is not there is no error."""
        ...

    def admit(self, *, everybody: bool) -> None:
        """Let everybody who may connect to the live database do so, or keep all out but us.

        Sessions that are there stay. Superusers are never kept out; a file (SQLite) has no door at all.
        """
        ...

    def terminate(self, application: str, /, *, wait: float = 10.0) -> tuple[Session, ...]:
        """End the sessions whose application's name begins so (empty: all but ours); return those that stayed.

        SQLite: processes that have the file open are waited for, never killed.
        """
        ...

    def record(self, versions: Sequence[VersionRow], deploys: Sequence[DeployRow], /) -> None:
        """Write rows into `platform_versions` and `platform_deploys`, making the tables; what is there stays once."""
        ...


class Database(DatabaseReader, DatabaseWriter, Protocol):
    """A database that may be asked and changed."""
