"""The hash of a PostgreSQL schema: every change changes it, and a dump that was restored does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgres_place import Place

from release_tools.adapters.postgres_connection import PostgresSession
from release_tools.adapters.postgres_properties import load_properties
from release_tools.adapters.postgres_schema import SETTINGS, schema_hash, schema_lines, settled
from release_tools.domain.deploy.database import contents_differences

RICH = """
CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('new', 'paid');
CREATE DOMAIN shop.amount AS numeric(10, 2) CHECK (VALUE >= 0);
CREATE TYPE shop.pair AS (a int, b text);
CREATE TYPE shop.span AS RANGE (subtype = float8);
CREATE TABLE shop.client (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL DEFAULT 'nobody',
    kind varchar(10) CHECK (kind IN ('one', 'two')),
    nick text COLLATE "C",
    double text GENERATED ALWAYS AS (name || name) STORED,
    gone int
);
ALTER TABLE shop.client DROP COLUMN gone;
CREATE TABLE shop."Order" (
    id serial PRIMARY KEY,
    client bigint REFERENCES shop.client ON DELETE CASCADE,
    state shop.state DEFAULT 'new',
    total shop.amount,
    place point,
    body json,
    EXCLUDE USING btree (total WITH =)
);
CREATE TABLE shop.log (at timestamptz NOT NULL, text text) PARTITION BY RANGE (at);
CREATE TABLE shop.log_2026 PARTITION OF shop.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX log_at ON shop.log (at);
CREATE TABLE shop.parent (a int); CREATE TABLE shop.child (b int) INHERITS (shop.parent);
CREATE UNIQUE INDEX client_name ON shop.client (lower(name)) WHERE kind IN ('one', 'two');
CREATE VIEW shop.paid AS SELECT * FROM shop."Order" WHERE state = 'paid';
CREATE VIEW shop.kinds AS SELECT id FROM shop.client WHERE kind IN ('one', 'two');
CREATE MATERIALIZED VIEW shop.totals AS SELECT client, sum(total) FROM shop."Order" GROUP BY client;
CREATE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE shop.nothing() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE shop.product(int) (SFUNC = int4mul, STYPE = int, INITCOND = '1');
CREATE TRIGGER touched BEFORE UPDATE ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE RULE quiet AS ON DELETE TO shop.client DO INSTEAD NOTHING;
ALTER TABLE shop.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.client USING (name = current_user);
CREATE SEQUENCE shop.odd START 5 INCREMENT 2; CREATE STATISTICS shop.both ON id, kind FROM shop.client;
COMMENT ON TABLE shop.client IS 'who buys'; COMMENT ON COLUMN shop.client.name IS 'in full';
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO {role};
GRANT USAGE ON SCHEMA shop TO {role}; GRANT SELECT ON shop.paid TO {role}; GRANT UPDATE (nick) ON shop.client TO {role};
GRANT EXECUTE ON FUNCTION shop.twice(int) TO {role}; REVOKE EXECUTE ON FUNCTION shop.twice(int) FROM PUBLIC;
ALTER TABLE shop.parent OWNER TO {role};
INSERT INTO shop.client (name, kind) VALUES ('Ada', 'one'), ('Bob', 'two');
INSERT INTO shop."Order" (client, state, total, place, body) VALUES (1, 'paid', 9.50, '(1,2)', '{{"a": 1}}');
INSERT INTO shop.log VALUES ('2026-05-05', 'x'); INSERT INTO shop.child VALUES (1, 2);
SELECT lo_from_bytea(0, 'large');
"""

CHANGES = (
    "CREATE TABLE shop.more (a int)",
    "DROP TABLE shop.child",
    "ALTER TABLE shop.client ADD COLUMN more int",
    "ALTER TABLE shop.client DROP COLUMN nick CASCADE",
    "ALTER TABLE shop.client RENAME COLUMN nick TO nack",
    "ALTER TABLE shop.client ALTER COLUMN nick TYPE varchar(99)",
    "ALTER TABLE shop.client ALTER COLUMN kind SET NOT NULL",
    "ALTER TABLE shop.client ALTER COLUMN name SET DEFAULT 'somebody'",
    "ALTER TABLE shop.client ALTER COLUMN name DROP DEFAULT",
    "ALTER TABLE shop.client ALTER COLUMN nick SET STORAGE EXTERNAL",
    "ALTER TABLE shop.client ALTER COLUMN nick SET STATISTICS 500",
    'ALTER TABLE shop.client ALTER COLUMN nick TYPE text COLLATE "POSIX"',
    "ALTER TABLE shop.client ADD CHECK (nick <> '')",
    "ALTER TABLE shop.client DROP CONSTRAINT client_kind_check",
    "ALTER TABLE shop.client DROP CONSTRAINT client_kind_check, ADD CHECK (kind IN ('two', 'one'))",
    'ALTER TABLE shop."Order" DROP CONSTRAINT "Order_client_fkey"',
    'ALTER TABLE shop."Order" ALTER CONSTRAINT "Order_client_fkey" DEFERRABLE',
    "ALTER DOMAIN shop.amount DROP CONSTRAINT amount_check",
    "ALTER DOMAIN shop.amount SET DEFAULT 1",
    "CREATE INDEX more ON shop.client (nick)",
    "DROP INDEX shop.client_name",
    "DROP INDEX shop.client_name; CREATE UNIQUE INDEX client_name ON shop.client (lower(name))",
    "CLUSTER shop.client USING client_pkey",
    "CREATE OR REPLACE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n + n'",
    "ALTER FUNCTION shop.twice(int) STABLE",
    "ALTER FUNCTION shop.twice(int) SECURITY DEFINER",
    "DROP FUNCTION shop.twice(int)",
    "CREATE FUNCTION shop.twice(n bigint) RETURNS int LANGUAGE sql AS 'SELECT 2'",
    "DROP AGGREGATE shop.product(int)",
    "ALTER TABLE shop.client DISABLE TRIGGER touched",
    "DROP TRIGGER touched ON shop.client",
    "DROP RULE quiet ON shop.client",
    "ALTER TABLE shop.client DISABLE ROW LEVEL SECURITY",
    "ALTER POLICY own ON shop.client USING (true)",
    "CREATE POLICY more ON shop.client FOR INSERT TO {role} WITH CHECK (true)",
    "GRANT INSERT ON shop.client TO {role}",
    "REVOKE SELECT ON shop.paid FROM {role}",
    "GRANT SELECT ON shop.paid TO {role} WITH GRANT OPTION",
    "GRANT SELECT (nick) ON shop.client TO {role}",
    "GRANT EXECUTE ON FUNCTION shop.twice(int) TO PUBLIC",
    "REVOKE USAGE ON SCHEMA shop FROM {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT INSERT ON TABLES TO {role}",
    "ALTER TABLE shop.client OWNER TO {role}",
    "ALTER SCHEMA shop OWNER TO {role}",
    "ALTER FUNCTION shop.twice(int) OWNER TO {role}",
    "CREATE SEQUENCE shop.more",
    "ALTER SEQUENCE shop.odd INCREMENT 3",
    "ALTER SEQUENCE shop.odd MAXVALUE 1000",
    "ALTER SEQUENCE shop.odd OWNED BY shop.child.b",
    "ALTER TYPE shop.state ADD VALUE 'sent'",
    "ALTER TYPE shop.state RENAME VALUE 'new' TO 'fresh'",
    "ALTER TYPE shop.pair ADD ATTRIBUTE c int",
    "CREATE OR REPLACE VIEW shop.paid AS SELECT * FROM shop.\"Order\" WHERE state <> 'paid'",
    "DROP MATERIALIZED VIEW shop.totals",
    "ALTER TABLE shop.log DETACH PARTITION shop.log_2026",
    "ALTER TABLE shop.child NO INHERIT shop.parent",
    "ALTER TABLE shop.client SET (fillfactor = 50)",
    "ALTER TABLE shop.parent SET UNLOGGED",
    "ALTER TABLE shop.client REPLICA IDENTITY FULL",
    "COMMENT ON TABLE shop.client IS NULL",
    "COMMENT ON COLUMN shop.client.name IS 'in short'",
    "DROP STATISTICS shop.both",
    "CREATE SCHEMA more",
    "CREATE CAST (shop.pair AS text) WITH INOUT",
    "CREATE PUBLICATION more FOR TABLE shop.client",
    'CREATE COLLATION shop.more FROM "C"',
    "ALTER DATABASE {name} SET work_mem = '7MB'",
    "ALTER DATABASE {name} OWNER TO {role}",
    "GRANT CREATE ON DATABASE {name} TO {role}",
    "ALTER ROLE {role} IN DATABASE {name} SET work_mem = '8MB'",
    "COMMENT ON DATABASE {name} IS 'live'",
)


@pytest.fixture
def rich(place: Place) -> tuple[Place, str]:
    """Return a database with something of everything, and the role that may use it."""
    role = place.role()
    place.run(*RICH.format(role=role).split(";\n"))
    return place, role


@contextmanager
def looking(place: Place, name: str = "") -> Iterator[PostgresSession]:
    """Yield a session in which definitions are written in full."""
    with place.database.server.connect(name) as session:
        session.run(*(f"SET {one}" for one in SETTINGS))
        yield session


def hashed(session: PostgresSession, name: str) -> str:
    """Return the hash of the database that a session is in."""
    return schema_hash(session, load_properties(session, name).compared())


@pytest.mark.slow
def test_every_change_of_a_schema_changes_its_hash(rich: tuple[Place, str]) -> None:
    """One by one, each of them rolled back again; no two lead to the same hash."""
    place, role = rich
    seen: dict[str, str] = {}
    with looking(place) as session:
        seen[hashed(session, place.name)] = "nothing"
        for change in CHANGES:
            session.run("BEGIN", change.format(role=role, name=place.name))
            after = hashed(session, place.name)
            session.run("ROLLBACK")
            assert after not in seen, f"{change}: not told from {seen[after]}"
            seen[after] = change
        assert seen[hashed(session, place.name)] == "nothing"


@pytest.mark.slow
def test_a_restored_schema_is_the_same_line_by_line(rich: tuple[Place, str], tmp_path: Path) -> None:
    """Though casts, OIDs and column numbers are not, and a copy of the copy is the same again."""
    place, role = rich
    place.run(f"ALTER DATABASE {place.name} SET work_mem = '7MB'", f"GRANT CREATE ON DATABASE {place.name} TO {role}")
    fresh, again = f"{place.name}__fresh", f"{place.name}__again"
    dump = place.database.dump(tmp_path)
    place.database.restore(tmp_path, fresh)
    place.database.copy(again, source=fresh)
    with looking(place) as live, looking(place, fresh) as restored:
        assert schema_lines(live) == schema_lines(restored)
    for name in (fresh, again):
        assert list(contents_differences(dump.contents, place.database.contents(name, hashed=True))) == []


@pytest.mark.slow
def test_an_invalid_index_is_told_and_not_compared(rich: tuple[Place, str], tmp_path: Path) -> None:
    """A dump loses it in silence, so it is named beforehand, and its absence afterwards is no difference."""
    place, _ = rich
    place.run("INSERT INTO shop.child VALUES (1, 2)")
    with (
        place.cluster.connection(place.name) as connection,
        pytest.raises(Exception, match="could not create unique index"),
    ):
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY twin ON shop.child (b)")
    dump = place.database.dump(tmp_path)
    assert dump.contents.invalid_indexes == ("shop.twin",)
    place.database.restore(tmp_path, f"{place.name}__fresh")
    restored = place.database.contents(f"{place.name}__fresh", hashed=True)
    assert list(contents_differences(dump.contents, restored)) == []
    assert restored.invalid_indexes == ()


@pytest.mark.parametrize(
    ("written", "second"),
    [
        (
            "((k)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying])::text[]))",
            "((k)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s'::character varying)::text]))",
        ),
        ("(a + b) * c", "(a + b) * c"),
        ("ARRAY['a'::text]", "ARRAY['a'::text]"),
    ],
)
def test_a_cast_around_an_array_is_one_around_its_elements(written: str, second: str) -> None:
    """The server writes it the second way once it has read the first; nothing else is touched."""
    assert settled(written) == second
    assert settled(second) == second
