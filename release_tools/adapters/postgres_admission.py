"""Who may connect to a PostgreSQL database: everybody who might before, or nobody but us.

A closed database has a limit of no connections at all, which superusers pass; the limit it had stands in its comment.
"""

import contextlib
from collections.abc import Iterator

from release_tools.adapters.postgres_connection import PostgresServer
from release_tools.adapters.postgres_names import quoted
from release_tools.adapters.postgres_properties import closing, is_closed, load_properties, opening


def admit(server: PostgresServer, *, everybody: bool) -> None:
    """Open or close the live database; sessions that are there stay."""
    live = server.address.database
    with server.maintain() as session, session.transaction():
        properties = load_properties(session, live)
        session.run(*(opening if everybody else closing)(properties, live))


@contextlib.contextmanager
def let_in(server: PostgresServer, name: str, *, sessions: int = 1) -> Iterator[None]:
    """Let so many of our own sessions into a closed database while this lasts; superusers need no such door."""
    with server.maintain() as session:
        superuser = session.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        door = not superuser and is_closed(session, name)
        if door:
            session.run(f"ALTER DATABASE {quoted(name)} CONNECTION LIMIT {sessions}")
    try:
        yield
    finally:
        if door:
            with server.maintain() as session:
                session.run(f"ALTER DATABASE {quoted(name)} CONNECTION LIMIT 0")
