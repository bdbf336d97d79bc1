"""Sessions on a PostgreSQL server: who is connected to a database, and an end to it.

A killed client does not end its statement; here it is found by the name that it gave its sessions.
"""

import time

from release_tools.adapters.postgres_connection import FORBIDDEN, PostgresSession, StatementFailed
from release_tools.domain.deploy.database import Session

LONGEST = 63
"""Bytes of an application's name that the server keeps."""

PAUSE = 0.005

_SESSIONS = """
SELECT pid, coalesce(application_name, ''), coalesce(usename, ''), coalesce(state, ''), coalesce(query, '')
FROM pg_stat_activity
WHERE datname = %s AND starts_with(application_name, %s) AND pid <> pg_backend_pid() AND backend_type = 'client backend'
ORDER BY pid"""


def read_sessions(session: PostgresSession, database: str, application: str = "") -> tuple[Session, ...]:
    """Return who is connected to a database, the asking session left out."""
    shown = application.encode()[:LONGEST].decode(errors="ignore")
    return tuple(Session(*row) for row in session.rows(_SESSIONS, database, shown))


def end_sessions(session: PostgresSession, database: str, application: str = "", *, wait: float) -> tuple[Session, ...]:
    """End sessions and wait until they are gone; return those that stayed, be it that this role may not end them."""
    deadline = time.monotonic() + wait
    forbidden: set[int] = set()
    while True:
        there = read_sessions(session, database, application)
        if not there or time.monotonic() > deadline or {one.pid for one in there} <= forbidden:
            return there
        for one in there:
            if one.pid not in forbidden and not _end(session, one.pid):
                forbidden.add(one.pid)
        time.sleep(PAUSE)


def _end(session: PostgresSession, pid: int) -> bool:
    try:
        session.value("SELECT pg_terminate_backend(%s)", pid)
    except StatementFailed as error:
        if error.code != FORBIDDEN:
            raise
        return False
    return True
