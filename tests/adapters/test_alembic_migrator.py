"""Alembic in the application's own environment, on real PostgreSQL: what goes wrong, and what is left behind then."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from alembic_project import AlembicProject
from scratch_databases import ScratchPostgres, ScratchSqlite, scratch_postgres

from release_tools.adapters.alembic_driver.sessions import LOCK
from release_tools.adapters.json_lines import JsonLines
from release_tools.errors import LockBusy, PreconditionFailed, ToolFailed, ToolTimedOut

pytestmark = pytest.mark.slow
CONCURRENTLY = """\
with op.get_context().autocommit_block():
    op.create_index("account_name", "account", ["name"], unique=True, postgresql_concurrently=True)
"""


@pytest.fixture
def database() -> ScratchPostgres:
    """Return an empty database."""
    return scratch_postgres()


@pytest.fixture
def project(tmp_path: Path) -> AlembicProject:
    """Return a project without a revision."""
    return AlembicProject(top=tmp_path / "project").write()


def unheard(revision: str) -> None:
    """Take no notice."""


def migrate(project: AlembicProject, database: ScratchPostgres | ScratchSqlite, target: str) -> list[str]:
    """Migrate, and return what was told."""
    told: list[str] = []
    project.migrator().migrate({"DATABASE_URL": database.url}, target, timeout=30, told=told.append)
    return told


@contextmanager
def holding(database: ScratchPostgres, statement: str) -> Iterator[int]:
    """Hold what a statement takes, in an open transaction of the application `report`; yield the session's pid."""
    with psycopg.connect(database.url, application_name="report") as connection:
        connection.execute(statement.encode())
        yield connection.info.backend_pid


def test_x46_a_tree_with_two_heads(project: AlembicProject, database: ScratchPostgres) -> None:
    """Both are named, and there is no target."""
    project.line().revision("r3b", "pass", down="r2")
    state = project.migrator().state({"DATABASE_URL": database.url})
    assert sorted(state.heads) == ["r3", "r3b"]
    assert state.target == ""


def test_x46_a_tree_that_lacks_a_revision(project: AlembicProject, database: ScratchPostgres) -> None:
    """What is missing, and which revision wants it, is said; nothing was changed."""
    project.line().revision("r4", "pass", down="r3z")
    with pytest.raises(PreconditionFailed, match=r"(?s)r3z referenced from.*r4.*Nothing was changed"):
        project.migrator().state({"DATABASE_URL": database.url})
    assert database.tables() == set()


def test_x46_a_recorded_revision_that_the_tree_lacks(project: AlembicProject, database: ScratchPostgres) -> None:
    """An older tree says that it does not know where the database stands, and offers nothing."""
    path = project.line().revision("r4", "pass", down="r3")
    migrate(project, database, "r4")
    path.unlink()
    state = project.migrator().state({"DATABASE_URL": database.url})
    assert (state.current, state.known, state.pending, state.applied) == ("r4", False, (), ())


def test_x46_an_applied_migration_that_was_edited(project: AlembicProject, database: ScratchPostgres) -> None:
    """Its digest differs from the one that was seen when it was pending; the others' do not."""
    migrator, environment = project.line().migrator(), {"DATABASE_URL": database.url}
    before = {one.revision: one.digest for one in migrator.state(environment).pending}
    migrate(project, database, "r3")
    project.revision("r2", 'op.add_column("account", sa.Column("title", sa.Text))', down="r1")
    after = {one.revision: one.digest for one in migrator.state(environment).applied}
    assert [revision for revision in before if before[revision] != after[revision]] == ["r2"]


def test_what_is_pending_is_told_beforehand(project: AlembicProject, database: ScratchPostgres) -> None:
    """SQL where it can be told, nothing where it cannot; outside of a transaction where any of it is."""
    project.line()
    project.revision("r4", CONCURRENTLY, down="r3")
    project.revision("r5", 'op.get_bind().execute(sa.text("SELECT 1")).scalar_one()', down="r4")
    project.revision("r6", "op.execute(\"UPDATE account SET name = 'a:b%'\")", down="r5")
    pending = {one.revision: one for one in project.migrator().state({"DATABASE_URL": database.url}).pending}
    assert pending["r2"].sql == "ALTER TABLE account ADD COLUMN name VARCHAR(40);"
    assert "CREATE UNIQUE INDEX CONCURRENTLY account_name" in pending["r4"].sql
    assert pending["r5"].sql == ""
    assert pending["r6"].sql == "UPDATE account SET name = 'a:b%';"
    assert [one.revision for one in pending.values() if not one.transactional] == ["r4"]
    assert database.tables() == set(), "looking changes nothing, not even Alembic's own table"


def test_x47_a_migration_that_raises_in_the_middle(tmp_path: Path, database: ScratchPostgres) -> None:
    """Of the one that failed nothing remains; those before it stay where each has its own transaction."""
    project = AlembicProject(top=tmp_path / "project", options="transaction_per_migration=True").write().line()
    project.revision(
        "r4", 'op.create_table("half", sa.Column("id", sa.Integer))\nraise ValueError("halfway")', down="r3"
    )
    told: list[str] = []
    with pytest.raises(ToolFailed, match=r"(?s)Migration r4 failed: halfway.*r1, r2, r3; everything else was rolled"):
        project.migrator().migrate({"DATABASE_URL": database.url}, "r4", timeout=30, told=told.append)
    assert told == ["r1", "r2", "r3"]
    assert database.tables() == {"account", "note", "alembic_version"}
    assert database.rows("SELECT version_num FROM alembic_version") == [("r3",)]


def test_x49_an_index_that_stays_invalid(project: AlembicProject, database: ScratchPostgres) -> None:
    """It is tried once, since what it left is not rolled back, as the message says; its revision is not recorded."""
    project.line()
    migrate(project, database, "r3")
    database.rows("INSERT INTO account (name) VALUES ('ada'), ('ada')")
    project.revision("r4", CONCURRENTLY, down="r3")
    with pytest.raises(ToolFailed, match=r"(?s)r4 failed: could not create unique index.*was not rolled back"):
        migrate(project, database, "r4")
    invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    assert database.rows(invalid) == [("account_name",)]
    assert project.migrator().state({"DATABASE_URL": database.url}).current == "r3"


def test_x50_a_long_reader_in_the_way(project: AlembicProject, database: ScratchPostgres) -> None:
    """It is tried again until the time is up, never for longer at a time than the lock timeout; then it is named."""
    project.line()
    migrate(project, database, "r1")
    migrator, environment = project.migrator(lock_timeout=0.3), {"DATABASE_URL": database.url}
    with (
        holding(database, "SELECT count(*) FROM account") as pid,
        pytest.raises(LockBusy, match=rf"(?s)r2 waited 3 sec.*pid {pid} \(report\).*everything else was rolled back"),
    ):
        migrator.migrate(environment, "r3", timeout=3, told=unheard)
    assert migrator.state(environment).current == "r1"


def test_x50_a_reader_that_ends_in_time(project: AlembicProject, database: ScratchPostgres) -> None:
    """What was rolled back for a lock is tried again, and goes well; each revision is told of once."""
    project.line()
    migrate(project, database, "r1")
    told: list[str] = []
    with psycopg.connect(database.url) as reader:
        reader.execute("SELECT count(*) FROM account")
        ending = threading.Thread(target=_end_when_waited_for, args=(database, reader))
        ending.start()
        project.migrator(lock_timeout=0.3).migrate({"DATABASE_URL": database.url}, "r3", timeout=30, told=told.append)
        ending.join()
    assert told == ["r2", "r3"]


def _end_when_waited_for(database: ScratchPostgres, reader: "psycopg.Connection[tuple[object, ...]]") -> None:
    """End a reader's transaction after somebody waited for it and gave up."""
    _await(database, "SELECT 1 FROM pg_locks WHERE NOT granted")
    time.sleep(0.6)
    reader.rollback()


def test_x51_a_foreign_session_has_the_migration_lock(project: AlembicProject, database: ScratchPostgres) -> None:
    """It is waited for until the time is up, then named; nothing was changed."""
    project.line()
    with (
        holding(database, f"SELECT pg_advisory_lock({LOCK})") as pid,
        pytest.raises(LockBusy, match=rf"(?s)the migration lock, held by pid {pid} \(report\).*Nothing was changed"),
    ):
        project.migrator().migrate({"DATABASE_URL": database.url}, "r3", timeout=1, told=unheard)
    assert database.tables() == set()


def test_a_driver_that_is_killed(project: AlembicProject, database: ScratchPostgres) -> None:
    """Its session is found by its name while the statement runs, and ended by the server soon after."""
    project.line().revision("r4", 'op.execute("SELECT pg_sleep(120)")', down="r3")
    started = threading.Thread(target=_expect_failure, args=(project, database))
    started.start()
    sleeping = "SELECT pid FROM pg_stat_activity WHERE application_name = 'release-tools/t1' AND query LIKE '%sleep%'"
    _await(database, f"{sleeping} AND state = 'active'")
    for pid in _drivers(project):
        os.kill(pid, signal.SIGKILL)
    started.join(20)
    _await(database, f"SELECT 1 WHERE NOT EXISTS ({sleeping})")
    assert "account" not in database.tables()


def test_one_interpreter_answers_all_questions(project: AlembicProject, database: ScratchPostgres) -> None:
    """Between them nobody is connected, and what the tree says is read anew."""
    drivers: dict[object, JsonLines] = {}
    migrator = replace(project.line().migrator(), drivers=drivers)
    environment = {"DATABASE_URL": database.url}
    assert migrator.state(environment).heads == ("r3",)
    (first,) = _drivers(project)
    project.revision("r4", 'op.execute("SELECT 1")', down="r3")
    replace(migrator, lock_timeout=1.0).migrate(environment, "r4", timeout=30, told=unheard)
    assert migrator.state(environment).current == "r4"
    assert _drivers(project) == [first]
    _await(database, "SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'release-%')")


def test_a_driver_that_has_ended_is_followed_by_another(project: AlembicProject, database: ScratchPostgres) -> None:
    """Whatever ended it while nobody asked: the next question finds an answer."""
    migrator, environment = project.line().migrator(), {"DATABASE_URL": database.url}
    migrator.state(environment)
    (first,) = _drivers(project)
    os.kill(first, signal.SIGKILL)
    _await_end(first)
    assert migrator.state(environment).heads == ("r3",)
    assert first not in _drivers(project)


def test_a_tree_that_was_laid_out_anew_gets_another_driver(project: AlembicProject, database: ScratchPostgres) -> None:
    """Its build may have installed other libraries."""
    migrator, environment = project.line().migrator(), {"DATABASE_URL": database.url}
    migrator.state(environment)
    project.top.rename(project.top.with_name("before"))
    shutil.copytree(project.top.with_name("before"), project.top)
    assert migrator.state(environment).heads == ("r3",)
    assert len(migrator.drivers) == 2


def test_a_driver_ends_with_its_migrator(project: AlembicProject, database: ScratchPostgres) -> None:
    """Nobody could ask it any more."""
    migrator = project.line().migrator()
    migrator.state({"DATABASE_URL": database.url})
    assert len(_drivers(project)) == 1
    del migrator
    assert _drivers(project) == []


def test_a_caller_that_is_killed(project: AlembicProject, database: ScratchPostgres) -> None:
    """The driver does not go on where nobody hears it."""
    project.line().revision("r4", 'op.execute("SELECT pg_sleep(120)")', down="r3")
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); from alembic_project import *\n"
        "AlembicProject(top=Path(sys.argv[2])).migrator().migrate("
        "{'DATABASE_URL': sys.argv[3]}, 'r4', timeout=60, told=print)"
    )
    words = (str(Path(__file__).parents[1]), str(project.top), database.url)
    with subprocess.Popen((sys.executable, "-c", script, *words)) as caller:
        _await(database, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(120)%'")
        caller.kill()
    _await(database, "SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(1%')")
    assert _drivers(project) == []
    assert "account" not in database.tables()


def test_a_migration_that_takes_too_long(
    project: AlembicProject, database: ScratchPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ended at its deadline."""
    monkeypatch.setattr("release_tools.adapters.alembic_migrator.GRACE", 0.0)
    project.revision("r1", 'op.execute("SELECT pg_sleep(120)")')
    with pytest.raises(ToolTimedOut, match="did not end within 8 seconds"):
        project.migrator().migrate({"DATABASE_URL": database.url}, "r1", timeout=8, told=unheard)


def test_models_that_are_ahead(project: AlembicProject, database: ScratchPostgres) -> None:
    """What no migration makes is named; the tables that a deploy leaves are not held against it."""
    project.line()
    migrate(project, database, "r3")
    database.rows("CREATE TABLE platform_versions (id SERIAL PRIMARY KEY)")
    models = project.top / "app_models.py"
    models.write_text(models.read_text().replace('sa.Column("name"', 'sa.Column("email", sa.Text), sa.Column("name"'))
    assert project.migrator().ahead({"DATABASE_URL": database.url}) == "add_column account email"


@pytest.mark.parametrize("driver", ["postgresql+asyncpg", "postgresql+psycopg"])
def test_an_application_with_an_asynchronous_driver(tmp_path: Path, database: ScratchPostgres, driver: str) -> None:
    """The configured driver is used, with an address that was made for another one."""
    project = AlembicProject(top=tmp_path / "project", kind="async", driver=driver).write().line()
    url = f"{database.url}?application_name=release-tools/a1&options=-c%20work_mem%3D5MB"
    project.migrator().migrate({"DATABASE_URL": url}, "r3", timeout=30, told=unheard)
    assert {"account", "note"} <= database.tables()


def test_an_interpreter_without_alembic(project: AlembicProject, tmp_path: Path) -> None:
    """It is said what cannot be imported, and where to put it right."""
    bare = project.migrator().__class__(python=_without_site_packages(tmp_path), directory=project.top)
    with pytest.raises(ToolFailed, match=r"(?s)No module named '(sqlalchemy|alembic)'.*migrations.python"):
        bare.state({"DATABASE_URL": "sqlite://"})


def test_a_database_that_is_down(project: AlembicProject) -> None:
    """The place is named, the password is not."""
    with pytest.raises(ToolFailed, match=r"127\.0\.0\.1") as caught:
        project.line().migrator().state({"DATABASE_URL": "postgresql://app:hunter22@127.0.0.1:1/app"})
    assert "hunter22" not in str(caught.value)


def test_nothing_is_written_into_the_release(project: AlembicProject, tmp_path: Path) -> None:
    """A release's tree is as it was laid out."""
    before = set(project.line().top.rglob("*"))
    migrate(project, ScratchSqlite(tmp_path / "app.db"), "r3")
    assert set(project.top.rglob("*")) == before


def _without_site_packages(top: Path) -> str:
    script = top / "bare-python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    script.chmod(0o755)
    return str(script)


def _expect_failure(project: AlembicProject, database: ScratchPostgres) -> None:
    with pytest.raises(ToolFailed):
        project.migrator().migrate({"DATABASE_URL": database.url}, "r4", timeout=60, told=unheard)


def _drivers(project: AlembicProject) -> list[int]:
    """Return the pids of the drivers that run in a project's directory."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and (entry / "cwd").readlink() == project.top:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _await_end(pid: int) -> None:
    """Wait until a child of ours has ended, and leave it to whoever started it."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def _await(database: ScratchPostgres, query: str) -> None:
    end = time.monotonic() + 40
    while not database.rows(query):
        assert time.monotonic() < end, query
        time.sleep(0.1)
