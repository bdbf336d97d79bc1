"""A deploy as production has it: by the role that owns the database, by whatever address the application has."""

from pathlib import Path

import pytest
from postgres_place import Place

from release_tools.adapters.postgres_database import PostgresDatabase
from release_tools.domain.deploy.database import contents_differences
from release_tools.domain.deploy.record import VersionRow

RECORD = VersionRow("1.0.0", "2026-01-01T00:00:00Z", "deploy a")


@pytest.fixture
def owned(place: Place) -> PostgresDatabase:
    """Return a database as its owner has it, who is no superuser; it has a table and a role that may read it."""
    owner, reader = place.role("LOGIN CREATEDB PASSWORD 'sesame-7'"), place.role("NOLOGIN")
    place.run(f"ALTER DATABASE {place.name} OWNER TO {owner}", f"GRANT CONNECT ON DATABASE {place.name} TO {reader}")
    place.run(
        f"SET ROLE {owner}", "CREATE TABLE t (id serial PRIMARY KEY, text text)", f"GRANT SELECT ON t TO {reader}"
    )
    place.run("INSERT INTO t (text) SELECT 'row' FROM generate_series(1, 50)")
    return place.as_role(owner, "sesame-7")


@pytest.mark.slow
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_the_owner_alone_can_dump_restore_and_swap(
    place: Place, owned: PostgresDatabase, tmp_path: Path, closed: bool
) -> None:
    """Also while the database is closed for everybody else; passwords of roles are not in the dump then."""
    assert owned.facts().may_create
    owned.admit(everybody=not closed)
    dump = owned.dump(tmp_path)
    assert "PASSWORD" not in (tmp_path / "globals.sql").read_text()
    fresh, kept = f"{place.name}__fresh", f"{place.name}__kept"
    owned.restore(tmp_path, fresh)
    owned.swap(fresh, kept)
    owned.record([RECORD], [])
    assert owned.versions() == (RECORD,)
    assert owned.growth({"public.t": 50}) == {"public.platform_versions": 1}
    assert list(contents_differences(dump.contents, owned.contents(kept, hashed=True))) == []
    owned.admit(everybody=True)
    owned.drop(kept)


@pytest.mark.slow
def test_the_superusers_dump_has_passwords_and_is_for_the_owner_of_the_directory_alone(
    place: Place, owned: PostgresDatabase, tmp_path: Path
) -> None:
    """They are hashes, and needed to bring a lost server back."""
    place.database.dump(tmp_path)
    text = (tmp_path / "globals.sql").read_text()
    assert "PASSWORD 'SCRAM-SHA-256$" in text
    assert (tmp_path / "globals.sql").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("form", ["socket", "keywords", "driver"])
def test_every_form_of_an_address_leads_there(place: Place, form: str) -> None:
    """And the program that gets the environment finds a copy by it."""
    cluster = place.cluster
    url = {
        "socket": cluster.socket_url(place.name),
        "keywords": f"host={cluster.socket} port={cluster.port} user=postgres dbname={place.name}",
        "driver": cluster.url(place.name, scheme="postgresql+psycopg"),
    }[form]
    database = PostgresDatabase(key="DATABASE_URL", url=url)
    assert database.scalar("SELECT current_database()") == place.name
    copy = f"{place.name}__copy"
    database.copy(copy)
    told = database.environment(copy, application="release-tools/7")["DATABASE_URL"]
    other = PostgresDatabase(key="DATABASE_URL", url=told)
    assert other.scalar("SELECT current_database()") == copy
    assert told.split("://")[0] == url.split("://")[0] or form == "keywords"


@pytest.mark.slow
def test_a_name_with_odd_signs_is_only_a_name(place: Place, tmp_path: Path) -> None:
    """Quotes, spaces and percent signs go through SQL, programs and addresses."""
    name = f'{place.name}_It\'s "100%" odd'
    quoted = name.replace('"', '""')
    place.run(f'CREATE DATABASE "{quoted}"', name="postgres")
    place.run('CREATE TABLE "Ta ble%s" ("co\'l" int)', name=name)
    place.run('INSERT INTO "Ta ble%s" VALUES (1)', 'CREATE SEQUENCE "Se\'q"', name=name)
    escaped = name.replace("'", "\\'")
    address = f"host={place.cluster.socket} port={place.cluster.port} user=postgres dbname='{escaped}'"
    database = PostgresDatabase(key="DATABASE_URL", url=address)
    dump = database.dump(tmp_path)
    database.restore(tmp_path, f"{name}__r")
    assert list(contents_differences(dump.contents, database.contents(f"{name}__r", hashed=True))) == []
    database.swap(f"{name}__r", f"{name}__k")
    database.drop(f"{name}__k")
    assert database.contents(hashed=True) == dump.contents
