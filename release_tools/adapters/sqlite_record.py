"""The record of versions and deploys in a platform's own SQLite database.

Writing the same rows again changes nothing; what they mean is the domain's business.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, fields

from release_tools.adapters.sqlite_connection import transaction
from release_tools.domain.deploy.record import DeployRow, VersionRow

# SQLite counts up by itself only what is declared as INTEGER PRIMARY KEY.
_VERSIONS = """CREATE TABLE IF NOT EXISTS platform_versions (
    id INTEGER PRIMARY KEY,
    version VARCHAR(20) NOT NULL,
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    description TEXT
)"""

_COLUMNS = tuple(field.name for field in fields(DeployRow))
_KINDS = {"deploy_id": "TEXT PRIMARY KEY", "schema_ahead": "BOOLEAN NOT NULL", "downtime_s": "REAL"}
_DEPLOYS = "CREATE TABLE IF NOT EXISTS platform_deploys ({})".format(
    ", ".join(f"{name} {_KINDS.get(name, 'TEXT')}" for name in _COLUMNS)
)

_ADD_VERSION = """
INSERT INTO platform_versions (version, applied_at, description) SELECT ?, ?, ?
WHERE NOT EXISTS (SELECT 1 FROM platform_versions WHERE version = ? AND description IS ?)"""

_ADD_DEPLOY = (
    f"INSERT INTO platform_deploys ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT (deploy_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)


def write_record(connection: sqlite3.Connection, versions: Sequence[VersionRow], deploys: Sequence[DeployRow]) -> None:
    """Write rows in one transaction, making the tables where they are missing."""
    with transaction(connection, "IMMEDIATE"):
        connection.execute(_VERSIONS)
        connection.execute(_DEPLOYS)
        for row in versions:
            connection.execute(_ADD_VERSION, (*row, row.version, row.description))
        connection.executemany(_ADD_DEPLOY, map(astuple, deploys))


def read_versions(connection: sqlite3.Connection) -> tuple[VersionRow, ...]:
    """Return the rows of `platform_versions`, oldest first; none where there is no such table."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'platform_versions'").fetchone():
        return ()
    query = """SELECT version, coalesce(applied_at, ''), coalesce(description, '') FROM platform_versions
        ORDER BY applied_at, id"""
    return tuple(VersionRow(*row) for row in connection.execute(query))
