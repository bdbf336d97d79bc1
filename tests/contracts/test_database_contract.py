"""What every database does behind its ports: in memory, in an SQLite file, in PostgreSQL."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from database_subjects import QUICK, ROWS, THOROUGH, DatabaseSubject, made

from release_tools.domain.deploy.database import contents_differences
from release_tools.domain.deploy.record import DeployRow, VersionRow
from release_tools.errors import BackupRefused, ToolFailed

FIRST = VersionRow("1.0.0", "2026-01-01T00:00:00Z", "deploy a")
SECOND = VersionRow("1.1.0", "2026-01-02T00:00:00Z", "deploy b")
DEPLOY = DeployRow(
    deploy_id="0f8fad5b-d9cb-469f-a165-70867728950e",
    run="20260101T000000Z-deploy",
    kind="deploy",
    from_version="",
    to_version="1.0.0",
    git_commit="4c1a04d",
    outcome="committed",
    started_at="2026-01-01T00:00:00Z",
)
Change = Callable[..., None]


@pytest.fixture(params=QUICK)
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DatabaseSubject]:
    """Return a small database, for questions and changes that are quick everywhere."""
    with made(request.param, tmp_path) as one:
        yield one


@pytest.fixture(params=THOROUGH)
def dumped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DatabaseSubject]:
    """Return a small database, for what starts the server's programs."""
    with made(request.param, tmp_path) as one:
        yield one


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return an empty directory for a dump."""
    path = tmp_path / "dump"
    path.mkdir(mode=0o700)
    return path


def test_contents_are_rows_sequences_and_a_schema(subject: DatabaseSubject) -> None:
    """Tables come with their numbers of rows, ordered; without `hashed` there is no hash."""
    contents = subject.reader.contents()
    assert [(table.name, table.rows) for table in contents.tables] == [
        (subject.table("notes"), ROWS),
        (subject.table("tags"), 0),
    ]
    assert [one.last for one in contents.sequences] == [ROWS]
    assert {table.content for table in contents.tables} == {""}
    assert len(contents.schema) == 64


def test_the_hash_of_a_table_tells_one_value(subject: DatabaseSubject) -> None:
    """The number of rows is the same; the hash is not."""
    before = subject.reader.contents(hashed=True)
    assert before == subject.reader.contents(hashed=True)
    subject.change()
    assert list(contents_differences(before, subject.reader.contents(hashed=True))) == [
        f"table {subject.table('notes')} has other rows"
    ]


def test_a_database_that_is_not_there_is_an_error(subject: DatabaseSubject) -> None:
    """Not an empty answer."""
    for question in (subject.reader.contents, subject.reader.versions):
        with pytest.raises(ToolFailed):
            question(subject.beside("nowhere"))


def test_growth_counts_rows_since(subject: DatabaseSubject) -> None:
    """Tables that did not change are left out."""
    since = {table.name: table.rows for table in subject.reader.contents().tables}
    assert subject.reader.growth(since) == {}
    subject.add(3)
    assert subject.reader.growth(since) == {subject.table("notes"): 3}


def test_a_query_gives_its_one_value_as_text(subject: DatabaseSubject) -> None:
    """Anything that is no single value is an error."""
    assert subject.reader.scalar("SELECT 41 + 1") == "42"
    for query in ("SELECT 1, 2", "SELECT id FROM notes", "SELECT id FROM notes WHERE id < 0", "no SQL"):
        with pytest.raises(ToolFailed):
            subject.reader.scalar(query)


def test_a_query_changes_nothing(subject: DatabaseSubject) -> None:
    """A check that writes fails."""
    with pytest.raises(ToolFailed):
        subject.reader.scalar("DELETE FROM notes")
    assert subject.reader.contents().tables[0].rows == ROWS


def test_a_copy_holds_the_same_and_is_another(subject: DatabaseSubject) -> None:
    """What happens to the live one later does not reach it."""
    before = subject.reader.contents(hashed=True)
    copy = subject.beside("copy")
    subject.writer.copy(copy)
    subject.writer.copy(copy)
    assert subject.reader.names(subject.beside("")) == (copy,)
    subject.add()
    assert subject.reader.contents(copy, hashed=True) == before
    subject.writer.copy(subject.beside("second"), source=copy)
    assert subject.reader.contents(subject.beside("second"), hashed=True) == before


def test_a_dropped_copy_is_gone_and_the_live_one_never(subject: DatabaseSubject) -> None:
    """To drop what is not there is no error."""
    copy = subject.beside("copy")
    subject.writer.copy(copy)
    subject.writer.drop(copy)
    subject.writer.drop(copy)
    assert subject.reader.names(subject.beside("")) == ()
    with pytest.raises(ToolFailed):
        subject.writer.drop(subject.live)
    assert subject.reader.contents().tables[0].rows == ROWS


def test_a_swap_exchanges_what_the_names_mean(subject: DatabaseSubject) -> None:
    """The fresh one is live, the one that was live has the kept name, and to repeat it changes nothing."""
    copy, kept = subject.beside("copy"), subject.beside("kept")
    subject.writer.copy(copy)
    subject.add(5)
    subject.writer.swap(copy, kept)
    subject.writer.swap(copy, kept)
    assert subject.reader.names(subject.beside("")) == (kept,)
    assert subject.reader.contents().tables[0].rows == ROWS
    assert subject.reader.contents(kept).tables[0].rows == ROWS + 5


def test_a_swap_without_its_fresh_database_is_refused(subject: DatabaseSubject) -> None:
    """Nothing is renamed when there is nothing to put in its place."""
    with pytest.raises(ToolFailed):
        subject.writer.swap(subject.beside("copy"), subject.beside("kept"))
    assert subject.reader.contents().tables[0].rows == ROWS
    assert subject.reader.names(subject.beside("")) == ()


def test_the_record_is_written_once(subject: DatabaseSubject) -> None:
    """The journal may write its rows again and again; they stay once, in the order of their times."""
    assert subject.reader.versions() == ()
    subject.writer.record([FIRST], [DEPLOY])
    subject.writer.record([FIRST, SECOND], [DEPLOY, replace(DEPLOY, schema_ahead=True, downtime_s=1.5)])
    assert subject.reader.versions() == (FIRST, SECOND)


def test_a_dump_tells_what_it_holds_and_can_be_restored(dumped: DatabaseSubject, directory: Path) -> None:
    """What was written after it is not in it; the restored database holds the same, hash by hash, schema included."""
    before = dumped.reader.contents(hashed=True)
    dump = dumped.writer.dump(directory)
    assert dump.contents == before
    assert sorted(dump.files) == list(dump.files)
    assert {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()} == set(dump.files)
    dumped.add()
    fresh = dumped.beside("fresh")
    dumped.writer.restore(directory, fresh)
    dumped.writer.restore(directory, fresh)
    assert list(contents_differences(before, dumped.reader.contents(fresh, hashed=True))) == []
    assert dumped.reader.names(dumped.beside("")) == (fresh,)


@pytest.mark.parametrize("change", ["remove", "change", "drop_table", "wind", "add"])
def test_a_restored_database_that_lacks_something_is_told_from_the_dump(
    dumped: DatabaseSubject, directory: Path, change: str
) -> None:
    """A row, a value, a table or a sequence's value: each alone is a difference."""
    dump = dumped.writer.dump(directory)
    fresh = dumped.beside("fresh")
    dumped.writer.restore(directory, fresh)
    getattr(dumped, change)(name=fresh)
    assert list(contents_differences(dump.contents, dumped.reader.contents(fresh, hashed=True)))


def test_a_damaged_dump_is_refused_before_anything_is_written(dumped: DatabaseSubject, directory: Path) -> None:
    """Every file of it flipped, cut or missing; put back as it was, it restores."""
    dump = dumped.writer.dump(directory)
    fresh = dumped.beside("fresh")
    for name in dump.files:
        path = directory / name
        whole = path.read_bytes()
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes((whole[middle] ^ 1,)) + whole[middle + 1 :]
        for damaged in (flipped, whole[:-1], b"", whole + b"\0"):
            path.write_bytes(damaged)
            with pytest.raises(BackupRefused):
                dumped.writer.restore(directory, fresh)
        path.write_bytes(whole)
    assert dumped.reader.names(dumped.beside("")) == ()
    dumped.writer.restore(directory, fresh)


def test_what_a_dump_leaves_is_for_its_owner_alone(dumped: DatabaseSubject, directory: Path) -> None:
    """From birth, whatever the mask of the process is."""
    dumped.writer.dump(directory)
    assert {path.stat().st_mode & 0o077 for path in directory.rglob("*")} == {0}


def test_sessions_are_told_by_the_name_of_their_application(subject: DatabaseSubject) -> None:
    """And ended by it, even in the middle of a statement; others stay."""
    if not subject.has_server:
        assert subject.reader.sessions() == ()
        assert subject.writer.terminate("") == ()
        return
    with subject.connected("release-tools/7"), subject.connected("web"):
        assert [one.application for one in subject.reader.sessions("release-tools/")] == ["release-tools/7"]
        assert subject.writer.terminate("release-tools/") == ()
        assert [one.application for one in subject.reader.sessions()] == ["web"]
        assert subject.writer.terminate("") == ()
        assert subject.reader.sessions() == ()


def test_a_database_in_use_is_not_copied(subject: DatabaseSubject) -> None:
    """Somebody might be in the middle of a write."""
    if not subject.has_server:
        return
    with subject.connected("web"):
        with pytest.raises(ToolFailed):
            subject.writer.copy(subject.beside("copy"))
        assert subject.reader.names(subject.beside("")) == ()


def test_the_environment_names_another_database_by_the_same_key(subject: DatabaseSubject) -> None:
    """A program gets the application's own key."""
    told = subject.reader.environment(subject.beside("copy"), application="release-tools/7")
    assert set(told) == {"DATABASE_URL"}
    assert "copy" in told["DATABASE_URL"]
