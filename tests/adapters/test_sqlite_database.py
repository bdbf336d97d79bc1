"""What is special about SQLite: files beside the file, writers that nobody can keep out, swaps that were cut off."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from release_tools.adapters.sqlite_address import parse_sqlite_address
from release_tools.adapters.sqlite_database import SqliteDatabase
from release_tools.errors import ConfigError, ToolFailed, ToolTimedOut

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("INSERT INTO t VALUES (2)")
connection.commit()
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def database(tmp_path: Path) -> SqliteDatabase:
    """Return a database with one row, in WAL mode."""
    path = tmp_path / "app.db"
    write(path, "PRAGMA journal_mode = wal", "CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)")
    path.chmod(0o640)
    return SqliteDatabase(key="DATABASE_URL", url=f"sqlite:///{path}", home=tmp_path)


def write(path: Path, *statements: str) -> None:
    """Run statements on a file."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def rows(path: Path) -> list[int]:
    """Return what the table holds."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT a FROM t ORDER BY a")]


@contextlib.contextmanager
def held(path: Path) -> Iterator[int]:
    """Let another process have the file open, with a row in its log that is not in the file yet; yield its pid."""
    argv = (sys.executable, "-c", HOLD, str(path))
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process.pid
        process.communicate("", timeout=20)


def test_what_is_only_in_the_log_is_in_copies_and_dumps(database: SqliteDatabase, tmp_path: Path) -> None:
    """A copy of the file alone would lack it."""
    live, dump = tmp_path / "app.db", tmp_path / "dump"
    dump.mkdir()
    with held(live):
        assert (tmp_path / "app.db-wal").stat().st_size > 0
        database.copy("app.db__copy")
        assert database.dump(dump).contents.tables[0].rows == 2
    assert rows(tmp_path / "app.db__copy") == [1, 2]


def test_a_file_in_use_is_not_swapped_and_its_holder_is_named(database: SqliteDatabase, tmp_path: Path) -> None:
    """The process would go on writing into the file that was put away."""
    database.copy("app.db__fresh")
    with held(tmp_path / "app.db") as pid:
        assert [one.pid for one in database.sessions("python")] == [pid]
        assert [one.pid for one in database.terminate("", wait=0.1)] == [pid]
        with pytest.raises(ToolFailed, match=f"pid {pid}"):
            database.swap("app.db__fresh", "app.db__kept")
    database.swap("app.db__fresh", "app.db__kept")
    assert rows(tmp_path / "app.db") == [1]
    assert rows(tmp_path / "app.db__kept") == [1, 2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.db", "app.db__kept"]


def test_a_log_that_a_killed_writer_left_goes_with_its_file(database: SqliteDatabase, tmp_path: Path) -> None:
    """It belongs to the rows of the file that is put away, not to the fresh one."""
    live = tmp_path / "app.db"
    database.copy("app.db__fresh")
    argv = (sys.executable, "-c", HOLD + "\nimport os; os.kill(os.getpid(), 9)", str(live))
    subprocess.run(argv, check=False, input="", text=True, capture_output=True, timeout=20)
    assert (tmp_path / "app.db-wal").stat().st_size > 0
    database.swap("app.db__fresh", "app.db__kept")
    assert (rows(live), rows(tmp_path / "app.db__kept")) == ([1], [1, 2])


@pytest.mark.parametrize("how", ["linked", "renamed"])
def test_a_swap_that_was_cut_off_is_completed(database: SqliteDatabase, tmp_path: Path, how: str) -> None:
    """Whether the live file has two names by then or only the kept one."""
    live, kept = tmp_path / "app.db", tmp_path / "app.db__kept"
    database.copy("app.db__fresh")
    write(tmp_path / "app.db__fresh", "INSERT INTO t VALUES (7)")
    os.link(live, kept)
    if how == "renamed":
        live.unlink()
    database.swap("app.db__fresh", "app.db__kept")
    assert (rows(live), rows(kept)) == ([1, 7], [1])


def test_copies_have_the_mode_of_the_live_file(database: SqliteDatabase, tmp_path: Path) -> None:
    """The application must be able to open what becomes its file; a dump is for its owner alone."""
    dump = tmp_path / "dump"
    dump.mkdir()
    database.copy("app.db__copy")
    database.dump(dump)
    database.restore(dump, "app.db__fresh")
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("app.db__copy", "app.db__fresh")]
    assert modes == [0o640, 0o640]
    assert {path.stat().st_mode & 0o777 for path in dump.iterdir()} == {0o600}


def test_an_unfinished_copy_has_not_its_name(database: SqliteDatabase, tmp_path: Path) -> None:
    """It is replaced by the next attempt, and goes when the copy is dropped."""
    (tmp_path / "app.db__copy~").write_bytes(b"half")
    assert database.names("app.db__") == ("app.db__copy~",)
    database.copy("app.db__copy")
    (tmp_path / "app.db__copy~").write_bytes(b"half")
    database.drop("app.db__copy")
    assert database.names("app.db__") == ()


def test_a_database_elsewhere_is_refused(database: SqliteDatabase) -> None:
    """Names are those of files beside the live one."""
    for name in ("../other.db", "/etc/other.db", "sub/other.db"):
        with pytest.raises(ToolFailed, match="beside"):
            database.copy(name)


def test_a_damaged_file_is_an_error(database: SqliteDatabase, tmp_path: Path) -> None:
    """Not an empty database."""
    (tmp_path / "app.db").write_bytes(b"no database at all" * 100)
    for ask in (database.contents, database.facts):
        with pytest.raises(ToolFailed, match=r"app\.db"):
            ask()


def test_a_query_without_end_is_interrupted(database: SqliteDatabase) -> None:
    """At its deadline."""
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(ToolTimedOut):
        database.scalar(endless, timeout=0.1)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sqlite:///app.db", "/home/p/app.db"),
        ("sqlite:////var/lib/app.db", "/var/lib/app.db"),
        ("sqlite+pysqlite:///data/app.db?timeout=3", "/home/p/data/app.db"),
        ("data/app.db", "/home/p/data/app.db"),
        ("/var/lib/app.db", "/var/lib/app.db"),
    ],
)
def test_an_address_is_read_and_written_in_its_form(text: str, path: str) -> None:
    """A relative path counts from the platform's home, as a service started there takes it."""
    address = parse_sqlite_address(text, subject="DATABASE_URL", home=Path("/home/p"))
    assert str(address.path) == path
    again = parse_sqlite_address(address.render(Path("/srv/x.db")), subject="DATABASE_URL", home=Path("/home/p"))
    assert str(again.path) == "/srv/x.db"


@pytest.mark.parametrize("text", ["", "sqlite://", "sqlite:///:memory:", ":memory:", "mysql://a:secret@b/c"])
def test_what_is_no_file_is_refused_by_its_key(text: str) -> None:
    """A database in memory has nothing to back up."""
    with pytest.raises(ConfigError) as caught:
        parse_sqlite_address(text, subject="DATABASE_URL", home=Path("/home/p"))
    assert "DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)
