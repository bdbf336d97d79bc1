"""Databases beside the live one on a PostgreSQL server: listed, made, dropped, and swapped with it.

What is in them is not looked at here.
"""

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from release_tools.adapters.postgres_connection import PostgresServer, PostgresSession
from release_tools.adapters.postgres_names import quoted
from release_tools.adapters.postgres_properties import (
    Properties,
    applying,
    closing,
    creation,
    is_closed,
    load_properties,
    opening,
)
from release_tools.adapters.postgres_sessions import end_sessions, read_sessions
from release_tools.errors import ToolFailed
from release_tools.record import record

UNFINISHED = "~"
"""Ends the name of a database that is being made; only when it is whole it gets its own."""

LONGEST = 63
"""Bytes of a name; the server would cut a longer one off and go on."""

LEAVING_SECONDS = 1.0
"""For which a swap waits for sessions to end before it begins; who comes later is ended on the way."""

MOMENT = 0.5
PAUSE = 0.005
Moves = tuple[tuple[str, str], ...]


@record
class PostgresCopies:
    """The databases of one server, among them the live one."""

    server: PostgresServer

    @property
    def live(self) -> str:
        """Return the name of the live database."""
        return self.server.address.database

    def names(self, prefix: str) -> tuple[str, ...]:
        """Return the databases beside the live one whose names begin so, unfinished ones among them."""
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname <> %s"
        with self.server.maintain() as session:
            return tuple(sorted(row[0] for row in session.rows(query, prefix, self.live)))

    def copy(self, name: str, source: str, *, timeout: float) -> None:
        """Make a copy of a database to which nobody is connected."""
        with self.server.maintain() as session:
            properties = load_properties(session, source)
            self._guard_unused(session, source)
        with self.made(name, properties, template=source, timeout=timeout):
            pass

    @contextlib.contextmanager
    def made(self, name: str, properties: Properties, *, template: str, timeout: float) -> Iterator[str]:
        """Make a database in place of what an earlier attempt left; yield its name until it is filled."""
        self._guard_name(name)
        draft = name + UNFINISHED
        with self._alone(timeout=timeout) as session:
            self._drop(session, name)
            session.run(creation(properties, draft, template=template))
        yield draft
        with self._alone() as session, session.transaction():
            session.run(*applying(properties, draft), f"ALTER DATABASE {quoted(draft)} RENAME TO {quoted(name)}")

    def drop(self, name: str) -> None:
        """Remove a database and what an attempt at it left, sessions and all; the live one is refused."""
        with self._alone() as session:
            self._drop(session, name)

    def swap(self, fresh: str, kept: str) -> None:
        """Make `fresh` the live database and call the one that was live `kept`, both at once."""
        self._guard_name(kept)
        with self._alone() as session:
            there = {one for one in (self.live, fresh, kept) if _exists(session, one)}
            if there == {self.live, kept}:
                return
            if there not in ({self.live, fresh}, {fresh, kept}):
                raise ToolFailed(
                    f"{fresh} cannot become {self.live}: the server at {self.server.address.place} has "
                    f"{', '.join(sorted(there)) or 'none of them'}.",
                    state="Nothing was renamed.",
                    todo="See in pg_database which of them holds the data, and rename by hand.",
                )
            moves = ((self.live, kept), (fresh, self.live))
            self._rename(session, moves if self.live in there else moves[1:])

    @contextlib.contextmanager
    def _alone(self, *, timeout: float = 0.0) -> Iterator[PostgresSession]:
        """Yield a session that no other change to these databases runs beside.

        The statement of one of us that was killed runs on at the server, and holds this lock until it has ended.
        """
        with self.server.maintain(timeout=timeout) as session:
            session.value("SELECT pg_advisory_lock(hashtextextended(%s, 0))", f"release-tools {self.live}")
            yield session

    def _drop(self, session: PostgresSession, name: str) -> None:
        if name == self.live:
            raise ToolFailed(
                f"{name} at {self.server.address.place} is the live database and is not dropped.",
                state="Nothing was changed.",
            )
        for one in (name, name + UNFINISHED):
            session.run(f"DROP DATABASE IF EXISTS {quoted(one)} WITH (FORCE)")

    def _rename(self, session: PostgresSession, moves: Moves) -> None:
        """Rename databases in one transaction; whoever is connected is ended, whoever comes meanwhile has to wait.

        The server holds newcomers off from the first rename on, but it wants everybody else gone by themselves within
        five seconds; so a second session sends them away.
        """
        names = [name for name, _ in moves]
        with self.server.maintain() as usher, ThreadPoolExecutor(1) as beside:
            for name in names:
                end_sessions(usher, name, wait=LEAVING_SECONDS)
            renaming = beside.submit(self._rename_at_once, session, moves)
            while not renaming.done():
                for name in names:
                    end_sessions(usher, name, wait=0.0)
                time.sleep(PAUSE)
            renaming.result()

    def _rename_at_once(self, session: PostgresSession, moves: Moves) -> None:
        # Where the live one is away already, the copy takes over nothing but its own state.
        closed = is_closed(session, moves[0][0])
        before = {name: load_properties(session, name) for name, _ in moves}
        with session.transaction():
            for name, new in moves:
                session.run(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(new)}")
                door = closing if closed and new == self.live else opening
                session.run(*door(before[name], new))

    def _guard_unused(self, session: PostgresSession, source: str) -> None:
        """Give sessions a moment to end; the server itself would wait five seconds and not say for whom."""
        deadline = time.monotonic() + MOMENT
        while there := read_sessions(session, source):
            if time.monotonic() > deadline:
                named = ", ".join(sorted({one.application or f"pid {one.pid}" for one in there}))
                raise ToolFailed(
                    f"{source} at {self.server.address.place} cannot be copied: {named} is connected to it.",
                    state="Nothing was copied.",
                    todo="Stop what is connected, then repeat this.",
                )
            time.sleep(PAUSE)

    def _guard_name(self, name: str) -> None:
        if len((name + UNFINISHED).encode()) > LONGEST:
            raise ToolFailed(
                f"The name {name} is too long for a database: {LONGEST - len(UNFINISHED)} bytes are possible.",
                state="Nothing was changed.",
                todo="Give the live database a shorter name.",
            )


def _exists(session: PostgresSession, name: str) -> bool:
    return bool(session.rows("SELECT 1 FROM pg_database WHERE datname = %s", name))
