"""Schema changes: what a migration's SQL does to the code of the version before, as far as the text tells.

An outside linter knows more; its rules are judged here, too. Rules that both have go by the linter's names.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from release_tools.domain.deploy.migration import LintFinding, Migration

UNREAD = "unread-migration"

LIVABLE = frozenset(
    {
        *("adding-field-with-default", "adding-serial-primary-key-field", "ban-add-column", "ban-add-enum-value"),
        *("ban-alter-database-options", "ban-char-field", "ban-concurrent-index-creation-in-transaction"),
        *("ban-create-domain-with-constraint", "ban-replica-identity", "ban-set-default"),
        *("ban-uncommitted-transaction", "constraint-missing-not-valid", "identifier-too-long"),
        *("prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity", "prefer-repack"),
        *("prefer-robust-stmts", "prefer-text-field", "prefer-timestamp-tz", "require-concurrent-index-creation"),
        *("require-concurrent-index-deletion", "require-concurrent-partition-detach", "require-concurrent-reindex"),
        *("require-enum-value-ordering", "require-table-schema", "transaction-nesting"),
    }
)
"""The linter's rules on style, locks and speed: the code of the version before can live with what they find."""

BREAKING = frozenset(
    {
        *("adding-foreign-key-constraint", "adding-not-nullable-field", "adding-required-field"),
        *("ban-add-composite-attribute", "ban-alter-domain-with-add-constraint", "ban-alter-extension"),
        *("ban-alter-generated-expression", "ban-alter-identity", "ban-alter-policy-condition"),
        *("ban-alter-policy-roles", "ban-alter-role-options", "ban-alter-row-level-security"),
        *("ban-alter-sequence-values", "ban-create-policy", "ban-detach-inheritance", "ban-disable-trigger"),
        *("ban-drop-column", "ban-drop-constraint", "ban-drop-database", "ban-drop-domain", "ban-drop-extension"),
        *("ban-drop-function", "ban-drop-generated-expression", "ban-drop-index", "ban-drop-not-null"),
        *("ban-drop-policy", "ban-drop-schema", "ban-drop-sequence", "ban-drop-table", "ban-drop-type"),
        *("ban-drop-view", "ban-new-write-restriction", "ban-replace-view-function", "ban-revoke"),
        *("ban-set-schema", "ban-truncate-cascade", "changing-column-type", "disallowed-unique-constraint"),
        *("renaming-column", "renaming-object", "renaming-table"),
    }
)
"""The linter's rules on what the code of the version before may trip over."""


class Rule(NamedTuple):
    """A rule of our own: what a statement looks like, strings and comments taken out."""

    name: str
    pattern: re.Pattern[str]
    message: str


def _rule(name: str, pattern: str, message: str) -> Rule:
    return Rule(name, re.compile(pattern, re.IGNORECASE | re.DOTALL), message)


_TABLE = r"^ALTER\s+TABLE\s+.*?"
_PLAIN_COLUMN = r"(?!CONSTRAINT\b|PRIMARY\b|UNIQUE\b|CHECK\b|FOREIGN\b|EXCLUDE\b)"
_FILLED = r"DEFAULT\b|GENERATED\b|IDENTITY\b|SERIAL\b"
RULES = (
    _rule("ban-drop-table", r"^DROP\s+TABLE\b", "A table is dropped that the version before uses"),
    _rule(
        "ban-drop-column",
        rf"{_TABLE}\bDROP\s+(?!CONSTRAINT\b|DEFAULT\b|NOT\b|EXPRESSION\b|IDENTITY\b)",
        "A column is dropped that the version before reads",
    ),
    _rule("ban-drop-view", r"^DROP\s+(MATERIALIZED\s+)?VIEW\b", "A view is dropped that the version before uses"),
    _rule("ban-drop-type", r"^DROP\s+TYPE\b", "A type is dropped that the version before uses"),
    _rule("renaming-table", rf"{_TABLE}\bRENAME\s+TO\b", "A table is renamed that the version before uses"),
    _rule("renaming-column", rf"{_TABLE}\bRENAME\s+(?!TO\b|CONSTRAINT\b)", "A column is renamed"),
    _rule(
        "adding-required-field",
        rf"{_TABLE}\bADD\s+(COLUMN\s+)?{_PLAIN_COLUMN}(?![^,]*({_FILLED}))[^,]*\bNOT\s+NULL\b",
        "A new column must have a value, which the version before does not give",
    ),
    _rule("adding-not-nullable-field", rf"{_TABLE}\bSET\s+NOT\s+NULL\b", "A column must have a value from now on"),
    _rule("changing-column-type", rf"{_TABLE}\bALTER\s+\S.*?\bTYPE\s", "The type of a column changes"),
    _rule("dropping-default", rf"{_TABLE}\bDROP\s+DEFAULT\b", "A column that was filled by itself is not any more"),
    _rule("new-constraint", rf"{_TABLE}\bADD\s+(CONSTRAINT|UNIQUE|CHECK|FOREIGN|EXCLUDE)\b", "A new rule for rows"),
    _rule("new-unique-index", r"^CREATE\s+UNIQUE\s+INDEX\b", "Rows that were allowed are refused from now on"),
    _rule("ban-revoke", r"^REVOKE\b", "A right is taken away"),
    _rule("removing-rows", r"^(DELETE\s+FROM|TRUNCATE)\b", "Rows are removed that the version before may need"),
)

_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|(\$\w*\$).*?\1|'(?:[^']|'')*'", re.DOTALL)
_CREATED = re.compile(r"^CREATE\s+(?:TEMP(?:ORARY)?\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.\"]+)", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:ALTER|DROP)\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)", re.IGNORECASE)
_INDEXED = re.compile(r"^CREATE\s.*?\bON\s+(?:ONLY\s+)?([\w.\"]+)", re.IGNORECASE | re.DOTALL)


def lint_migration(migration: Migration) -> Iterator[LintFinding]:
    """Yield what our own rules find; what a migration does to a table that it creates itself is no finding."""
    if not migration.sql:
        message = "What it does cannot be told without running it; nothing is known of what it breaks."
        yield LintFinding(migration.revision, UNREAD, message, expands=False)
    created: set[str] = set()
    for statement in _statements(migration.sql):
        if made := _CREATED.match(statement):
            created.add(made[1])
        about = _ABOUT.match(statement) or _INDEXED.match(statement)
        if about and about[1] in created:
            continue
        for rule in RULES:
            if rule.pattern.search(statement):
                yield LintFinding(migration.revision, rule.name, f"{rule.message}: {_shortened(statement)}", False)


def is_livable(rule: str) -> bool:
    """Return whether old code can live with what a rule of the outside linter finds; of an unknown rule it cannot."""
    return rule in LIVABLE


def _statements(sql: str) -> Iterator[str]:
    bare = _NOISE.sub(lambda found: "''" if found[0].startswith(("'", "$")) else " ", sql)
    return (statement.strip() for statement in bare.split(";") if statement.strip())


def _shortened(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= 80 else f"{text[:79]}…"
