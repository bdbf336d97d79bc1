"""What the text of a migration tells about the code of the version before."""

import pytest

from release_tools.domain.deploy.migration import Migration
from release_tools.domain.deploy.schema_change import BREAKING, LIVABLE, UNREAD, is_livable, lint_migration

BREAKS = (
    ("DROP TABLE note", "ban-drop-table"),
    ("alter table note drop column text", "ban-drop-column"),
    ("ALTER TABLE note DROP text", "ban-drop-column"),
    ('ALTER TABLE note RENAME TO "memo"', "renaming-table"),
    ("ALTER TABLE note RENAME COLUMN text TO body", "renaming-column"),
    ("ALTER TABLE note RENAME text TO body", "renaming-column"),
    ("ALTER TABLE note ADD COLUMN owner TEXT NOT NULL", "adding-required-field"),
    ("ALTER TABLE note ALTER COLUMN text SET NOT NULL", "adding-not-nullable-field"),
    ("ALTER TABLE note ALTER COLUMN text TYPE INTEGER USING text::integer", "changing-column-type"),
    ("ALTER TABLE note ALTER text SET DATA TYPE BIGINT", "changing-column-type"),
    ("ALTER TABLE note ALTER COLUMN text DROP DEFAULT", "dropping-default"),
    ("ALTER TABLE note ADD CONSTRAINT short CHECK (length(text) < 9)", "new-constraint"),
    ("CREATE UNIQUE INDEX CONCURRENTLY one ON note (text)", "new-unique-index"),
    ("DROP VIEW notes", "ban-drop-view"),
    ("REVOKE SELECT ON note FROM app", "ban-revoke"),
    ("DELETE FROM note WHERE text IS NULL", "removing-rows"),
)
LIVES = (
    "CREATE TABLE memo (id INTEGER NOT NULL, PRIMARY KEY (id))",
    "ALTER TABLE note ADD COLUMN owner TEXT",
    "ALTER TABLE note ADD COLUMN owner TEXT DEFAULT 'nobody' NOT NULL",
    "ALTER TABLE note ADD COLUMN owner TEXT NOT NULL DEFAULT 'nobody'",
    "ALTER TABLE note ADD COLUMN number BIGSERIAL NOT NULL",
    "ALTER TABLE note ALTER COLUMN text DROP NOT NULL",
    "CREATE INDEX CONCURRENTLY some ON note (text)",
    "UPDATE note SET text = 'DROP TABLE note; ALTER TABLE note RENAME TO memo'",
    "-- DROP TABLE note\nINSERT INTO note (text) VALUES ('x')",
    "CREATE TABLE memo (id INTEGER); ALTER TABLE memo ADD COLUMN text TEXT NOT NULL; DROP TABLE memo",
    "CREATE TABLE memo (id INTEGER); CREATE UNIQUE INDEX one ON memo (id)",
    "CREATE FUNCTION f() RETURNS void AS $x$ BEGIN DROP TABLE note; END $x$ LANGUAGE plpgsql",
)


def rules(sql: str) -> set[str]:
    """Return the rules that find something in SQL."""
    return {finding.rule for finding in lint_migration(Migration("r1", "", sql=f"{sql};"))}


@pytest.mark.parametrize(("sql", "rule"), BREAKS, ids=[sql[:40] for sql, _ in BREAKS])
def test_a_change_that_old_code_trips_over(sql: str, rule: str) -> None:
    """Its rule alone finds it, and says that the release does not merely expand."""
    assert rules(sql) == {rule}
    assert not any(finding.expands for finding in lint_migration(Migration("r1", "", sql=sql)))


@pytest.mark.parametrize("sql", LIVES, ids=[sql[:40] for sql in LIVES])
def test_a_change_that_old_code_can_live_with(sql: str) -> None:
    """Nothing is found, whatever strings, comments and bodies say."""
    assert rules(sql) == set()


def test_a_migration_that_cannot_be_read() -> None:
    """Knowing nothing is a finding, and no good one."""
    (finding,) = lint_migration(Migration("r1", "backfill"))
    assert (finding.rule, finding.expands) == (UNREAD, False)


def test_a_rule_is_livable_or_breaking() -> None:
    """No rule is both, and one that nobody knows is taken for breaking."""
    assert not LIVABLE & BREAKING
    assert is_livable("prefer-text-field")
    assert not is_livable("ban-drop-column")
    assert not is_livable("a-rule-of-next-year")
