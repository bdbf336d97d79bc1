"""The record of versions and deploys in a platform's own PostgreSQL database.

Writing the same rows again changes nothing; what they mean is the domain's business.
"""

from collections.abc import Sequence
from dataclasses import astuple, fields

from release_tools.adapters.postgres_connection import PostgresSession
from release_tools.domain.deploy.record import DeployRow, VersionRow

VERSIONS = """CREATE TABLE IF NOT EXISTS platform_versions (
    id SERIAL PRIMARY KEY,
    version VARCHAR(20) NOT NULL,
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    description TEXT
)"""

DEPLOYS = """CREATE TABLE IF NOT EXISTS platform_deploys (
    deploy_id UUID PRIMARY KEY,
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    from_version TEXT NOT NULL,
    to_version TEXT NOT NULL,
    git_commit TEXT NOT NULL,
    outcome TEXT NOT NULL,
    image_digests JSONB,
    plan_sha256 TEXT,
    env_sha256 TEXT,
    schema_from TEXT,
    schema_to TEXT,
    schema_ahead BOOLEAN NOT NULL DEFAULT false,
    backup_id TEXT,
    fallback_id TEXT,
    rollback_class TEXT,
    started_at TIMESTAMPTZ,
    opened_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    downtime_s DOUBLE PRECISION,
    actor TEXT,
    approved_by TEXT,
    journal_sha256 TEXT
)"""

# The column has no time zone, so what is written there is UTC whatever the session's is.
_ADD_VERSION = """
INSERT INTO platform_versions (version, applied_at, description)
SELECT %s, %s::timestamptz AT TIME ZONE 'UTC', %s
WHERE NOT EXISTS (SELECT FROM platform_versions WHERE version = %s AND description IS NOT DISTINCT FROM %s)"""

_VERSIONS = """
SELECT version, coalesce(rtrim(rtrim(to_char(applied_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z', ''),
  coalesce(description, '')
FROM platform_versions ORDER BY applied_at, id"""

_COLUMNS = tuple(field.name for field in fields(DeployRow))
_VALUES = ", ".join("nullif(%s, '')::timestamptz" if name.endswith("_at") else "%s" for name in _COLUMNS)
_ADD_DEPLOY = (
    f"INSERT INTO platform_deploys ({', '.join(_COLUMNS)}) VALUES ({_VALUES})"
    f" ON CONFLICT (deploy_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('release-tools record', 0))"
"""Two writers at once would both find a row missing, or both make a table."""


def write_record(session: PostgresSession, versions: Sequence[VersionRow], deploys: Sequence[DeployRow]) -> None:
    """Write rows in one transaction, making the tables where they are missing."""
    with session.transaction():
        session.rows(_LOCK)
        session.run(VERSIONS, DEPLOYS)
        for row in versions:
            session.rows(_ADD_VERSION, *row, row.version, row.description)
        for deploy in deploys:
            session.rows(_ADD_DEPLOY, *astuple(deploy))


def read_versions(session: PostgresSession) -> tuple[VersionRow, ...]:
    """Return the rows of `platform_versions`, oldest first; none where there is no such table."""
    if session.value("SELECT to_regclass('platform_versions')") is None:
        return ()
    return tuple(VersionRow(*row) for row in session.rows(_VERSIONS))
