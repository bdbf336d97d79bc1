"""What a preflight wants to know of a PostgreSQL database and its server.

Nothing is judged here.
"""

import os
from pathlib import Path

from release_tools.adapters.postgres_connection import PostgresServer, PostgresSession
from release_tools.adapters.postgres_contents import unreadable_tables
from release_tools.domain.deploy.database import DatabaseFacts

# To rename a database takes both: the right to make some, and to own this one.
_MAY_CREATE = """
SELECT (r.rolcreatedb OR r.rolsuper) AND pg_has_role(d.datdba, 'USAGE')
FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()"""

_COLLATION = """
SELECT count(*) > 0 FROM pg_collation c
WHERE c.collversion IS NOT NULL AND c.collversion <> pg_collation_actual_version(c.oid)"""
_DATABASE_COLLATION = """
SELECT coalesce(datcollversion <> pg_database_collation_actual_version(oid), false)
FROM pg_database WHERE datname = current_database()"""

FIRST_WITH_COLLATION_OF_DATABASES = 15


def read_facts(session: PostgresSession, server: PostgresServer, *, tool: tuple[int, ...]) -> DatabaseFacts:
    """Return the facts of the live database, which the session is in."""
    version = server_version(session)
    return DatabaseFacts(
        engine="postgresql",
        name=server.address.database,
        place=server.address.place,
        server_version=version,
        tool_version=tool,
        size=int(str(session.value("SELECT pg_database_size(current_database())"))),
        free=_free(session) if server.address.local else None,
        may_create=bool(session.value(_MAY_CREATE)),
        unreadable=unreadable_tables(session),
        collation_mismatch=_has_other_collation(session, version),
    )


def server_version(session: PostgresSession) -> tuple[int, ...]:
    """Return major and minor version of a session's server."""
    return divmod(int(str(session.value("SHOW server_version_num"))), 10000)


def _free(session: PostgresSession) -> int | None:
    """Return the bytes free where the server keeps its data, None where it does not say or it is not on this disk."""
    query = "SELECT setting FROM pg_settings WHERE name = 'data_directory'"
    path = Path(str(session.value(query) or "/nowhere"))
    try:
        disk = os.statvfs(path)
    except OSError:
        return None
    return disk.f_bavail * disk.f_frsize


def _has_other_collation(session: PostgresSession, version: tuple[int, ...]) -> bool:
    if session.value(_COLLATION):
        return True
    return version[0] >= FIRST_WITH_COLLATION_OF_DATABASES and bool(session.value(_DATABASE_COLLATION))
