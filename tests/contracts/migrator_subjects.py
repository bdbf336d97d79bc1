"""The subjects of the migrator's contract: the same three steps in memory, by a command, and by Alembic.

What a migrator must do stands in the tests; here they get one, with a database to look into.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from alembic_project import AlembicProject, EnvKind
from fakes.migrator import FakeMigrator
from scratch_databases import ScratchDatabase, ScratchSqlite, scratch_postgres

from release_tools.domain.deploy.migration import Migration
from release_tools.ports.migrator import Migrator

BROKEN = "cannot divide by zero"
SECRET = "s3cret-passw%rd"
SCRIPT = """\
import os, sqlite3, sys

STEPS = ("CREATE TABLE account (id INTEGER)", "ALTER TABLE account ADD name TEXT", "CREATE TABLE note (id INTEGER)")
database = sqlite3.connect(os.environ["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None)
done = database.execute("PRAGMA user_version").fetchone()[0]
print("\\n".join(f"r{{number}} step {{number}}" for number in range(done + 1, 4)))
if sys.argv[1] == "check":
    sys.exit(done < 3)
broken = {broken!r}
for number in range(done + 1, 4):
    if broken and number == 2:
        sys.exit("step 2: " + broken + " at " + os.environ["DATABASE_URL"])
    database.execute(STEPS[number - 1])
    database.execute(f"PRAGMA user_version = {{number}}")
"""


@dataclass(frozen=True, kw_only=True)
class MigratorSubject:
    """A migrator of r1 (a table), r2 (a column) and r3 (another table), and an empty database."""

    migrator: Migrator
    environment: Mapping[str, str]
    tables: Callable[[], set[str]]
    """The application's tables."""
    revisions: bool = True
    """Whether it knows of revisions, or only of all or nothing."""
    atomic: bool = True
    """Whether a failure rolls back everything that the same call did."""


@dataclass
class FakeSchemas:
    """The tables that the migrator in memory makes, by URL."""

    tables: dict[str, set[str]] = field(default_factory=dict)

    def apply(self, url: str, migration: Migration) -> None:
        """Take over the tables of a migration."""
        self.tables.setdefault(url, set()).update({"r1": {"account"}, "r3": {"note"}}.get(migration.revision, ()))


def fake_subject(top: Path, *, broken: bool) -> MigratorSubject:
    """Return the migrator in memory."""
    schemas, url = FakeSchemas(), f"memory://user:{SECRET}@nowhere/{top.name}"
    tree = [Migration(f"r{number}", f"step {number}", digest=str(number)) for number in (1, 2, 3)]
    migrator = FakeMigrator(tree=tree, applied=schemas.apply, failing={"r2": BROKEN} if broken else {})
    return MigratorSubject(
        migrator=migrator,
        environment={"DATABASE_URL": url},
        tables=lambda: schemas.tables.get(url, set()),
        atomic=False,
    )


def command_subject(top: Path, *, broken: bool) -> MigratorSubject:
    """Return a command that migrates an SQLite file."""
    from release_tools.adapters.command_migrator import CommandMigrator

    script = top / "migrate.py"
    script.write_text(SCRIPT.format(broken=BROKEN if broken else ""))
    database = ScratchSqlite(top / "app.db")
    command = (sys.executable, "-S", str(script))
    return MigratorSubject(
        migrator=CommandMigrator(upgrade=(*command, "upgrade"), check=(*command, "check"), directory=top),
        environment={"DATABASE_URL": database.url},
        tables=lambda: database.tables(),
        revisions=False,
        atomic=False,
    )


def alembic_subject(top: Path, database: ScratchDatabase, kind: EnvKind, *, broken: bool) -> MigratorSubject:
    """Return Alembic on a database."""
    driver = database.url.partition(":")[0].replace("postgresql", "postgresql+psycopg")
    project = AlembicProject(top=top / "project", kind=kind, driver=driver).write().line()
    if broken:
        up = f'op.add_column("account", sa.Column("name", sa.String(40)))\nraise ValueError({BROKEN!r})'
        project.revision("r2", dedent(up), down="r1")
    return MigratorSubject(
        migrator=project.migrator(),
        environment={"DATABASE_URL": database.url},
        tables=lambda: database.tables() - {"alembic_version"},
        atomic=database.url.startswith("postgresql"),
    )


def on_postgres(kind: EnvKind) -> Callable[..., MigratorSubject]:
    """Return a maker of subjects that use PostgreSQL."""
    return lambda top, *, broken: alembic_subject(top, scratch_postgres(), kind, broken=broken)


def on_sqlite(top: Path, *, broken: bool) -> MigratorSubject:
    """Return Alembic on a file."""
    return alembic_subject(top, ScratchSqlite(top / "app.db"), "option", broken=broken)
