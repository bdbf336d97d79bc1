"""squawk, for real, beside our own rules."""

import subprocess
from pathlib import Path

import pytest

from release_tools.adapters.squawk import OURS, SquawkLinter, find_squawk
from release_tools.domain.deploy.migration import Migration
from release_tools.domain.deploy.schema_change import BREAKING, LIVABLE


@pytest.fixture
def linter(tmp_path: Path) -> SquawkLinter:
    """Return the linter with the squawk of our own environment."""
    return SquawkLinter(directory=tmp_path, engine="postgresql", program=find_squawk(), server_version=(15, 8))


def test_every_rule_is_known_to_squawk() -> None:
    """A rule that squawk renames is noticed here, not by a release that is judged wrongly."""
    named = ",".join(sorted(LIVABLE | BREAKING | set(OURS)))
    command = (find_squawk(), f"--exclude={named}", "--stdin-filepath", "x.sql")
    done = subprocess.run(command, check=False, input=b"SELECT 1;", capture_output=True, timeout=20)
    assert done.returncode == 0, done.stderr.decode()


def test_what_both_find_is_said_once(linter: SquawkLinter) -> None:
    """Our own finding stands, squawk's adds what we do not know; each says whether old code can live with it."""
    sql = "ALTER TABLE note DROP COLUMN text;\nCREATE INDEX by_owner ON note (owner);\nDROP SEQUENCE counter;"
    found = {(one.rule, one.expands) for one in linter.lint([Migration("r1", "", sql=sql)])}
    assert linter.absent() == ""
    assert {
        ("ban-drop-column", False),
        ("require-concurrent-index-creation", True),
        ("ban-drop-sequence", False),
    } <= found
    assert [one.rule for one in linter.lint([Migration("r1", "", sql=sql)])].count("ban-drop-column") == 1


def test_a_clean_migration(linter: SquawkLinter) -> None:
    """Nothing is found, timeouts that migrators set by themselves included; the transaction is known."""
    clean = Migration("r1", "", sql="ALTER TABLE note ADD COLUMN owner text;")
    assert linter.lint([clean]) == ()
    assert [one.rule for one in linter.lint([clean._replace(transactional=False)])] == ["prefer-robust-stmts"]


def test_sql_that_squawk_cannot_read(linter: SquawkLinter) -> None:
    """It is a finding that promises nothing, never a failure."""
    (finding, *_) = linter.lint([Migration("r1", "", sql="SELECT FROM WHERE (;")])
    assert (finding.rule, finding.expands) == ("syntax-error", False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"engine": "postgresql", "program": ""}, "squawk is not installed"),
        ({"engine": "sqlite", "program": "/bin/false"}, "squawk reads the SQL of PostgreSQL only"),
    ],
)
def test_a_machine_without_squawk(tmp_path: Path, given: dict[str, str], said: str) -> None:
    """Its absence is told, and our own rules are looked at all the same."""
    linter = SquawkLinter(directory=tmp_path, **given)  # type: ignore[arg-type]
    assert linter.absent().startswith(said)
    assert [one.rule for one in linter.lint([Migration("r1", "", sql="DROP TABLE note;")])] == ["ban-drop-table"]
