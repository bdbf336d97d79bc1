"""What every migrator does: in memory, by a plain command, and by Alembic on PostgreSQL and SQLite."""

from collections.abc import Callable
from pathlib import Path

import pytest
from migrator_subjects import (
    BROKEN,
    MigratorSubject,
    command_subject,
    fake_subject,
    on_postgres,
    on_sqlite,
)

from release_tools.errors import ToolFailed

Make = Callable[..., MigratorSubject]

MAKERS = (
    pytest.param(fake_subject, id="fake"),
    pytest.param(command_subject, id="command"),
    pytest.param(on_postgres("variable"), id="alembic", marks=pytest.mark.slow),
    pytest.param(on_postgres("async"), id="alembic-async", marks=pytest.mark.slow),
    pytest.param(on_sqlite, id="alembic-sqlite", marks=pytest.mark.slow),
)
EVERY = pytest.mark.parametrize("make", MAKERS)


@EVERY
def test_an_empty_database(make: Make, tmp_path: Path) -> None:
    """Everything is pending, in order; after migrating to the target nothing is, and each revision was told of once."""
    subject = make(tmp_path, broken=False)
    before = subject.migrator.state(subject.environment)
    assert before.known
    assert [migration.revision for migration in before.pending] == ["r1", "r2", "r3"]
    assert len({(migration.revision, migration.title) for migration in before.pending}) == 3
    assert before.current != before.target

    told: list[str] = []
    subject.migrator.migrate(subject.environment, before.target, timeout=30, told=told.append)
    after = subject.migrator.state(subject.environment)
    assert subject.tables() == {"account", "note"}
    assert (after.current, after.pending) == (before.target, ())
    assert told == (["r1", "r2", "r3"] if subject.revisions else [before.target])
    assert [one.digest for one in after.applied] == [one.digest for one in before.pending if subject.revisions]


@EVERY
def test_a_database_that_is_there_already(make: Make, tmp_path: Path) -> None:
    """Migrating again does nothing and tells of nothing; models are not ahead."""
    subject = make(tmp_path, broken=False)
    target = subject.migrator.state(subject.environment).target
    told: list[str] = []
    subject.migrator.migrate(subject.environment, target, timeout=30, told=lambda revision: None)
    subject.migrator.migrate(subject.environment, target, timeout=30, told=told.append)
    assert told == []
    assert subject.migrator.ahead(subject.environment) == ""


@EVERY
def test_a_migration_that_fails(make: Make, tmp_path: Path) -> None:
    """The tool's own words are in the error, the address is not; what is recorded agrees with what was told."""
    subject = make(tmp_path, broken=True)
    before = subject.migrator.state(subject.environment)
    told: list[str] = []
    with pytest.raises(ToolFailed, match=BROKEN) as caught:
        subject.migrator.migrate(subject.environment, before.target, timeout=30, told=told.append)
    assert subject.environment["DATABASE_URL"] not in str(caught.value)
    after = subject.migrator.state(subject.environment)
    assert after.current != before.target
    assert subject.tables() == (set() if subject.atomic else {"account"})
    if subject.revisions:
        assert told == ([] if subject.atomic else ["r1"])
        assert after.current == (told[-1] if told else "")
    else:
        assert after.current != before.current


@EVERY
def test_a_way_back(make: Make, tmp_path: Path) -> None:
    """A downgrade ends at its target, or is refused without a change."""
    subject = make(tmp_path, broken=False)
    target = subject.migrator.state(subject.environment).target
    subject.migrator.migrate(subject.environment, target, timeout=30, told=lambda revision: None)
    if not subject.revisions:
        with pytest.raises(ToolFailed, match="no way back"):
            subject.migrator.downgrade(subject.environment, "r1", timeout=30)
        assert subject.migrator.state(subject.environment).current == target
        return
    subject.migrator.downgrade(subject.environment, "r1", timeout=30)
    assert subject.migrator.state(subject.environment).current == "r1"
    subject.migrator.downgrade(subject.environment, "", timeout=30)
    assert subject.migrator.state(subject.environment).current == ""


@EVERY
def test_an_unknown_target(make: Make, tmp_path: Path) -> None:
    """It is refused by name, and nothing is changed."""
    subject = make(tmp_path, broken=False)
    with pytest.raises(ToolFailed, match="r9"):
        subject.migrator.migrate(subject.environment, "r9", timeout=30, told=lambda revision: None)
    assert subject.tables() == set()
