"""Connections to a PostgreSQL server: one attempt each, with deadlines, and errors that name the place and no secret.

What is asked by them belongs into the module of its noun.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from release_tools.adapters.postgres_address import Address
from release_tools.adapters.program import masked
from release_tools.errors import LockBusy, PreconditionFailed, ToolFailed, ToolTimedOut
from release_tools.record import record

if TYPE_CHECKING:
    import psycopg

APPLICATION = "release-tools"
"""What our own sessions are called on the server."""

CONNECT_SECONDS = 10
SILENCE_MS = 30_000
"""Milliseconds after which a network that acknowledges nothing counts as gone."""

OLDEST = 14
"""The first server that can hash a whole row."""

QUIET = "lock_timeout = '30s'", "idle_in_transaction_session_timeout = 0", "client_min_messages = error"

CANCELLED = "57014"
LOCKED = "55P03"
FORBIDDEN = "42501"


class StatementFailed(ToolFailed):
    """The server refused a statement, or was not to be had; `code` is its SQLSTATE, empty where it told none."""

    def __init__(self, failed: str, *, code: str, state: str = "", todo: str = "") -> None:
        super().__init__(failed, state=state, todo=todo)
        self.code = code


@record
class PostgresSession:
    """An open connection; `place` is where it leads, for messages."""

    raw: "psycopg.Connection[tuple[Any, ...]]"
    place: str
    secrets: tuple[str, ...]

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement, with values for its `%s`, and return its rows; without any, it need not double its `%`."""
        with self._translated():
            # Prepared: so the server takes one statement at a time, whatever is in the text.
            cursor = self.raw.execute(statement.encode(), values or None, prepare=True)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, *values: Any) -> Any:
        """Return the first column of the first row, None where there is no row."""
        rows = self.rows(statement, *values)
        return rows[0][0] if rows else None

    def run(self, *statements: str) -> None:
        """Run statements that have no values and no rows; those that may not be prepared as well."""
        with self._translated():
            for statement in statements:
                self.raw.execute(statement.encode())

    def text(self, query: str) -> str | None:
        """Return the one value that a query gives as the server writes it; None for any other shape, empty for NULL."""
        with self._translated():
            cursor = self.raw.execute(query.encode(), prepare=True)
            result = cursor.pgresult
            if result is None or (result.ntuples, result.nfields) != (1, 1):
                return None
            return (result.get_value(0, 0) or b"").decode()

    def cancel(self) -> None:
        """End the statement that runs now, if there is one, from another thread; it fails as one that took too long."""
        with contextlib.suppress(ToolFailed), self._translated():
            self.raw.cancel_safe(timeout=CONNECT_SECONDS)

    @contextlib.contextmanager
    def transaction(self, mode: str = "") -> Iterator[None]:
        """Hold a transaction, committed at the end and rolled back after an error."""
        self.run(f"BEGIN {mode}")
        try:
            yield
        except BaseException:
            with contextlib.suppress(ToolFailed):
                self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def _translated(self) -> contextlib.AbstractContextManager[None]:
        return _translated(self.place, self.secrets)


@record
class PostgresServer:
    """A server, reached as an application reaches its database there."""

    address: Address
    application: str = APPLICATION
    maintenance: str = "postgres"
    """A database that every server has, from which others can be made and renamed."""

    @contextlib.contextmanager
    def connect(self, name: str = "", *, timeout: float = 0.0) -> Iterator[PostgresSession]:
        """Yield a session in a database, by default the live one; a statement may take `timeout` seconds (0: any)."""
        database = name or self.address.database
        place = f"PostgreSQL at {self.address.place}, database {database}"
        with _translated(place, self.address.secrets):
            raw = self._open(database)
        with contextlib.closing(raw):
            if raw.info.server_version < OLDEST * 10000:
                raise PreconditionFailed(
                    f"{place}: version {raw.info.server_version // 10000} is too old.",
                    state="Nothing was changed.",
                    todo=f"Bring the server to PostgreSQL {OLDEST} or newer first.",
                )
            session = PostgresSession(raw=raw, place=place, secrets=self.address.secrets)
            session.run(*(f"SET {one}" for one in QUIET), f"SET statement_timeout = {int(timeout * 1000)}")
            yield session

    def maintain(self, *, timeout: float = 0.0) -> contextlib.AbstractContextManager[PostgresSession]:
        """Return a session that is in none of the application's databases."""
        return self.connect(self.maintenance, timeout=timeout)

    def _open(self, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
        import psycopg

        told: dict[str, Any] = {
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": SILENCE_MS,
            "client_encoding": "utf-8",
            **self.address.connecting(database, application=self.application),
        }
        return psycopg.connect("", autocommit=True, **told)


@contextlib.contextmanager
def _translated(place: str, secrets: Sequence[str]) -> Iterator[None]:
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        code = error.sqlstate or ""
        # The server's first sentence alone: its details repeat what rows hold.
        told = error.diag.message_primary or " ".join(str(error).split())
        words = masked(told, secrets).rstrip(".?")
        raise _error(f"{place}: {words}.", code) from None


def _error(failed: str, code: str) -> ToolFailed:
    if code == CANCELLED:
        return ToolTimedOut(failed, todo="Give it more time, or see in pg_stat_activity what it waited for.")
    if code == LOCKED:
        return LockBusy(failed, state="Nothing was changed.", todo="See in pg_locks who holds it, then repeat this.")
    todo = "" if code else "See that the server runs and that the address in the environment file is right."
    return StatementFailed(failed, code=code, todo=todo)
