"""What goes wrong with a PostgreSQL server is told by its place, once, and without a password."""

import time
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from postgres_place import Place
from postgres_rig import PASSWORD

from release_tools.adapters.postgres_database import PostgresDatabase
from release_tools.adapters.postgres_programs import PostgresPrograms
from release_tools.errors import PreconditionFailed, ToolFailed, ToolTimedOut

SPELLINGS = (PASSWORD, "p%40ss%2Fw%3Aord%3F%23%2541")
WRONG = "wr0ng/w:ord"


def test_a_wrong_password_is_tried_once_and_not_told(place: Place) -> None:
    """More attempts would lock an account."""
    before = place.cluster.log.count("password authentication failed")
    with pytest.raises(ToolFailed) as caught:
        PostgresDatabase(key="DATABASE_URL", url=place.cluster.url(place.name, password=WRONG)).facts()
    assert place.cluster.log.count("password authentication failed") == before + 1
    assert f"127.0.0.1:{place.cluster.port}" in str(caught.value)
    assert WRONG not in str(caught.value)


def test_a_server_that_is_down_is_named_by_host_and_port(place: Place) -> None:
    """By the address that was given, and quickly."""
    url = place.cluster.url(place.name).replace(f":{place.cluster.port}/", ":1/")
    begun = time.monotonic()
    with pytest.raises(ToolFailed) as caught:
        PostgresDatabase(key="DATABASE_URL", url=url).facts()
    assert time.monotonic() - begun < 5
    assert "127.0.0.1:1" in str(caught.value)
    assert not any(one in str(caught.value) for one in SPELLINGS)


def test_a_lost_connection_is_an_error_of_its_place(place: Place) -> None:
    """The server may go away in the middle of a question."""
    with pytest.raises(ToolFailed) as caught:
        place.database.scalar("SELECT pg_terminate_backend(pg_backend_pid())")
    assert f"127.0.0.1:{place.cluster.port}" in str(caught.value)


def test_a_query_that_takes_too_long_is_cancelled(place: Place) -> None:
    """On the server, too."""
    with pytest.raises(ToolTimedOut, match="timeout"):
        place.database.scalar("SELECT pg_sleep(60)::text", timeout=0.2)
    assert place.run("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%'") == [(0,)]


def test_two_statements_are_not_one_query(place: Place) -> None:
    """So none can end the read-only transaction and write."""
    place.run("CREATE TABLE t (a int)")
    for query in ("COMMIT; DROP TABLE t", "SET default_transaction_read_only = off; DROP TABLE t"):
        with pytest.raises(ToolFailed):
            place.database.scalar(query)
    assert place.database.contents().tables[0].name == "public.t"


def test_a_role_that_may_not_read_a_table_is_told_its_name(place: Place, tmp_path: Path) -> None:
    """Before anything is dumped, and by the dump itself."""
    role = place.role()
    place.run("CREATE TABLE open (a int)", "CREATE TABLE secret (a int)", f"GRANT SELECT ON open TO {role}")
    database = place.as_role(role, "sesame-7")
    assert database.facts().unreadable == ("public.secret",)
    assert database.facts().may_create is False
    for ask in (database.contents, lambda: database.dump(tmp_path)):
        with pytest.raises(ToolFailed, match="secret"):
            ask()


def test_what_failed_first_is_told(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the counting fails, its snapshot is gone, and what the dump says about that is no reason."""
    role = place.role()
    place.run("CREATE TABLE secret (a int)")
    database, run = place.as_role(role, "sesame-7"), PostgresPrograms.run

    def late(programs: PostgresPrograms, *argv: str, **how: Any) -> Any:
        if argv[0] != "pg_dump":
            return run(programs, *argv, **how)
        time.sleep(0.5)
        raise ToolFailed("could not import the requested snapshot")

    monkeypatch.setattr(PostgresPrograms, "run", late)
    with pytest.raises(ToolFailed, match="secret"):
        database.dump(tmp_path)


def test_hidden_rows_are_an_error_and_not_a_smaller_number(place: Place) -> None:
    """Row level security would let a role dump what it sees, and call that everything."""
    role = place.role()
    statements = ("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)", "ALTER TABLE t ENABLE ROW LEVEL SECURITY")
    place.run(*statements, f"GRANT SELECT ON t TO {role}")
    database = place.as_role(role, "sesame-7")
    assert database.facts().unreadable == ("public.t",)
    with pytest.raises(ToolFailed, match="row-level security"):
        database.contents()


@pytest.mark.parametrize("version", ["9.6.24", "14.2"])
def test_programs_older_than_the_server_are_refused_with_both_versions(
    place: Place, tmp_path: Path, version: str
) -> None:
    """They would fail half-way, or leave out what they do not know."""
    program = tmp_path / "pg_dump"
    program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
    program.chmod(0o755)
    database = PostgresDatabase(key="DATABASE_URL", url=place.cluster.url(place.name), directory=tmp_path)
    server = database.facts().server_version
    assert database.facts().tool_version[0] == int(version.split(".")[0])
    with pytest.raises(PreconditionFailed) as caught:
        database.dump(tmp_path / "dump")
    assert version.rsplit(".", version.count(".") - 1)[0] in str(caught.value)
    assert ".".join(map(str, server)) in str(caught.value)


def test_missing_programs_are_no_version(place: Place, tmp_path: Path) -> None:
    """And a dump says what to install."""
    database = PostgresDatabase(key="DATABASE_URL", url=place.cluster.url(place.name), directory=tmp_path)
    assert database.facts().tool_version == ()
    with pytest.raises(PreconditionFailed, match="There is no pg_dump"):
        database.dump(tmp_path)


@pytest.mark.slow
def test_a_failing_program_is_quoted_without_the_password(place: Place, tmp_path: Path) -> None:
    """Its arguments hold no secret, and its words lose what they hold of one."""
    real = place.database.programs.version()
    for name in ("pg_dump", "pg_restore", "pg_dumpall"):
        program = tmp_path / name
        version = f"{name} (PostgreSQL) {real[0]}.{real[1]}"
        told = 'test "$1" = --version && { echo "' + version + '"; exit; }\necho "args $*, $PGPASSWORD" >&2; exit 3\n'
        program.write_text(f"#!/bin/sh\n{told}")
        program.chmod(0o755)
    database = PostgresDatabase(key="DATABASE_URL", url=place.cluster.url(place.name), directory=tmp_path)
    with pytest.raises(ToolFailed, match=r"exit code 3: args .*, \*\*\*") as caught:
        database.dump(tmp_path / "..")
    assert not any(one in str(caught.value) for one in SPELLINGS)


@pytest.mark.slow
def test_a_disk_that_is_full_is_told_before_everything_is_counted(place: Place, tmp_path: Path) -> None:
    """Nobody waits for the numbers of a dump that has failed."""
    place.run("CREATE TABLE t AS SELECT g, repeat(md5(g::text), 9) AS text FROM generate_series(1, 200000) g")
    version = ".".join(map(str, place.database.programs.version()))
    program = tmp_path / "pg_dump"
    told = f'test "$1" = --version && {{ echo "pg_dump (PostgreSQL) {version}"; exit; }}'
    program.write_text(f"#!/bin/sh\n{told}\necho 'No space left on device' >&2; exit 1\n")
    program.chmod(0o755)
    with pytest.raises(ToolFailed, match="No space left on device"):
        PostgresDatabase(key="DATABASE_URL", url=place.cluster.url(place.name), directory=tmp_path).dump(tmp_path)
    assert place.run(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%hash_record%' AND pid <> pg_backend_pid()"
    ) == [(0,)]


@pytest.mark.slow
def test_a_dump_for_roles_that_are_missing_is_refused_by_their_names(place: Place, tmp_path: Path) -> None:
    """Restored without them, its owners and grants would be gone."""
    role = place.role()
    place.run("CREATE TABLE t (a int)", f"GRANT SELECT ON t TO {role}")
    place.database.dump(tmp_path)
    assert f"CREATE ROLE {role}" in (tmp_path / "globals.sql").read_text()
    place.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
    with pytest.raises(ToolFailed, match=role):
        place.database.restore(tmp_path, f"{place.name}__fresh")
    assert place.database.names(f"{place.name}__") == ()


@pytest.mark.slow
def test_a_restore_that_was_cut_off_leaves_no_database_of_that_name(place: Place, tmp_path: Path) -> None:
    """What is there under its name is whole; a second attempt begins anew."""
    place.run("CREATE TABLE t AS SELECT g, repeat(md5(g::text), 40) AS text FROM generate_series(1, 40000) g")
    database, fresh = place.database, f"{place.name}__fresh"
    database.dump(tmp_path)
    with pytest.raises(ToolTimedOut):
        database.restore(tmp_path, fresh, timeout=0.15)
    assert database.names(f"{place.name}__") in ((f"{fresh}~",), ())
    database.restore(tmp_path, fresh)
    assert database.names(f"{place.name}__") == (fresh,)


def test_a_swap_that_lost_its_live_database_is_completed(place: Place) -> None:
    """Whoever renames by hand can be cut off between the two renames; the next swap goes on from there."""
    database, fresh, kept = place.database, f"{place.name}__fresh", f"{place.name}__kept"
    database.copy(fresh)
    place.run(f"ALTER DATABASE {place.name} RENAME TO {kept}", name="postgres")
    database.swap(fresh, kept)
    assert database.names(f"{place.name}__") == (kept,)
    assert database.scalar("SELECT current_database()") == place.name


@pytest.mark.slow
def test_a_swap_sends_clients_away_that_keep_coming_back(place: Place) -> None:
    """They find the fresh database as soon as it is there, and no other state before."""
    place.run("CREATE TABLE t AS SELECT 'old' AS text")
    database, fresh, kept = place.database, f"{place.name}__fresh", f"{place.name}__kept"
    database.copy(fresh)
    place.run("UPDATE t SET text = 'new'", name=fresh)
    seen: list[str] = []

    def ask() -> None:
        while "new" not in seen:
            try:
                with psycopg.connect(place.cluster.socket_url(place.name), autocommit=True) as connection:
                    for _ in range(200):
                        row = connection.execute("SELECT text FROM t").fetchone()
                        seen.append(row[0] if row else "")
            except psycopg.OperationalError:
                continue

    clients = [Thread(target=ask, daemon=True) for _ in range(3)]
    for client in clients:
        client.start()
    while not seen:
        time.sleep(0.01)
    database.swap(fresh, kept)
    for client in clients:
        client.join(20)
    assert not any(client.is_alive() for client in clients)
    assert seen == ["old"] * seen.count("old") + ["new"] * seen.count("new") or set(seen) == {"old", "new"}
    assert database.scalar("SELECT text FROM t") == "new"


def test_a_closed_database_lets_us_in_and_its_own_role_not(place: Place) -> None:
    """Superusers pass the door, another role of ours is let through for one session; opened, it is as before."""
    role = place.role("LOGIN CREATEDB PASSWORD 'sesame-7'")
    place.run(f"ALTER DATABASE {place.name} OWNER TO {role}", f"ALTER DATABASE {place.name} CONNECTION LIMIT 7")
    database = place.as_role(role, "sesame-7")
    before = database.contents()
    database.admit(everybody=False)
    database.admit(everybody=False)
    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        psycopg.connect(place.cluster.url(place.name, user=role, password="sesame-7"))
    assert database.contents() == before
    assert place.database.contents() == before
    database.copy(f"{place.name}__fresh")
    database.swap(f"{place.name}__fresh", f"{place.name}__kept")
    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        psycopg.connect(place.cluster.url(place.name, user=role, password="sesame-7"))
    database.admit(everybody=True)
    assert database.contents() == before
    query = f"SELECT datconnlimit FROM pg_database WHERE datname IN ('{place.name}', '{place.name}__kept')"
    assert place.run(query) == [(7,), (7,)]


def test_a_name_that_the_server_would_cut_off_is_refused(place: Place) -> None:
    """A cut name could be another database's."""
    with pytest.raises(ToolFailed, match="too long"):
        place.database.copy(f"{place.name}__{'x' * 63}")


def test_the_environment_leads_a_program_there_under_its_name(place: Place) -> None:
    """And lets the server notice when the program is gone."""
    url = place.database.environment("postgres", application="release-tools/7")["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        query = (
            "SELECT current_database(), current_setting('application_name'), setting FROM pg_settings WHERE name = %s"
        )
        row = connection.execute(query, ("client_connection_check_interval",)).fetchone()
    assert row == ("postgres", "release-tools/7", "1000")
