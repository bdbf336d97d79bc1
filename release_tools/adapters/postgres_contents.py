"""What a PostgreSQL database holds: rows of tables, values of sequences, roles, and the hash of its schema.

Everything is asked in a snapshot that the caller holds. A table that this role may not read is an error, never a gap.
"""

from collections.abc import Iterator

from release_tools.adapters.postgres_connection import FORBIDDEN, PostgresSession, StatementFailed
from release_tools.adapters.postgres_names import qualified, quoted
from release_tools.adapters.postgres_properties import load_properties
from release_tools.adapters.postgres_schema import SETTINGS, schema_hash
from release_tools.adapters.postgres_sequences import read_sequences
from release_tools.domain.deploy.database import Contents, TableCount

SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ READ ONLY"

ROW_TEXT = (
    *SETTINGS,
    "row_security = off",
    "datestyle = ISO",
    "timezone = UTC",
    "intervalstyle = postgres",
    "extra_float_digits = 1",
    "bytea_output = hex",
    "lc_monetary = 'C'",
)
"""With these, a row has the same text in every session. Hidden rows are an error, as they are for a dump."""

# A member of an extension is there again with it, except for what the extension itself hands to dumps.
_TABLES = """
SELECT n.nspname, c.relname, has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
  AND NOT row_security_active(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
      AND NOT c.oid = ANY (coalesce(e.extconfig, '{}')))
ORDER BY n.nspname, c.relname"""

# The server notes who owns or may use something, except for the one role that it cannot be without.
_ROLES = """
SELECT DISTINCT r.rolname FROM pg_roles r WHERE
  EXISTS (SELECT FROM pg_shdepend s JOIN pg_database d ON d.datname = current_database()
    WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid
      AND (s.dbid = d.oid OR s.dbid = 0 AND s.classid = 'pg_database'::regclass AND s.objid = d.oid))
  OR EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid)
  OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relowner = r.oid AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
  OR EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
    WHERE d.datname = current_database() AND s.setrole = r.oid)
ORDER BY 1"""

_INVALID = """
SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i' ORDER BY 1"""

# The server can hash these as they are, and the same in every database; others (enums go by OID) are hashed as text.
_HASHABLE = """
bool int2 int4 int8 float4 float8 numeric text varchar bpchar name bytea uuid date time timetz timestamp timestamptz
interval jsonb inet cidr macaddr bit varbit _int4 _int8 _text _varchar _uuid"""

_COLUMNS = """
SELECT CASE WHEN t.typname = ANY (%s) AND n.nspname = 'pg_catalog' THEN '%%I' ELSE '%%I::text' END, a.attname
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""

LARGE_OBJECTS = "large objects"
"""Stands among the tables where there are any."""


def read_contents(session: PostgresSession, *, hashed: bool) -> Contents:
    """Return what the database of a session holds, in the snapshot of the session's transaction."""
    session.run(*(f"SET LOCAL {one}" for one in ROW_TEXT))
    properties = load_properties(session, str(session.value("SELECT current_database()")))
    return Contents(
        schema=schema_hash(session, properties.compared()),
        tables=tuple(count_tables(session, hashed=hashed)),
        sequences=tuple(read_sequences(session)),
        roles=tuple(row[0] for row in session.rows(_ROLES)),
        invalid_indexes=tuple(row[0] for row in session.rows(_INVALID)),
    )


def count_tables(session: PostgresSession, *, hashed: bool = False) -> Iterator[TableCount]:
    """Yield the tables with the numbers of their rows, ordered by name."""
    counts = []
    for name, written in tables(session):
        columns = _columns(session, written) if hashed else ""
        counts.append(_count(session, name, f"ONLY {written}", hashed=columns))
    if session.value("SELECT EXISTS (SELECT FROM pg_largeobject_metadata)"):
        every = "(SELECT oid, lo_get(oid) AS bytes FROM pg_largeobject_metadata)"
        counts.append(_count(session, LARGE_OBJECTS, every, hashed="oid, bytes" if hashed else ""))
    yield from sorted(counts)


def tables(session: PostgresSession) -> tuple[tuple[str, str], ...]:
    """Return the tables whose rows a dump has: by the name that is told, and as SQL writes it."""
    return tuple(
        (qualified(schema, name), f"{quoted(schema)}.{quoted(name)}") for schema, name, _ in session.rows(_TABLES)
    )


def unreadable_tables(session: PostgresSession) -> tuple[str, ...]:
    """Return the tables that this role may not read."""
    return tuple(qualified(schema, name) for schema, name, readable in session.rows(_TABLES) if not readable)


def _columns(session: PostgresSession, table: str) -> str:
    rows = session.rows(_COLUMNS, _HASHABLE.split(), table)
    return ", ".join(form.replace("%I", quoted(name)) for form, name in rows)


def _count(session: PostgresSession, name: str, source: str, *, hashed: str) -> TableCount:
    # Hashes of rows are added up: rows have no order, and equal ones do not cancel each other out. The one around it
    # binds a row's values together, since that of a record is a sum over its columns.
    total = f", coalesce(sum(hashint8extended(hash_record_extended(ROW({hashed}), 1), 2)), 0)" if hashed else ""
    try:
        rows, *sums = session.rows(f"SELECT count(*){total} FROM {source} t")[0]
    except StatementFailed as error:
        if error.code != FORBIDDEN:
            raise
        raise StatementFailed(
            f"{name} cannot be read whole. {error.failed}",
            code=FORBIDDEN,
            todo="Grant it SELECT on every table (the role pg_read_all_data has it), or use the owner's role.",
        ) from None
    return TableCount(name, rows, "".join(f"{int(one) % 2**64:016x}" for one in sums))
