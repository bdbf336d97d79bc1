"""The linter of migrations: squawk where it is installed and can read the SQL, and our own rules in any case.

What a finding means for old code stands in the domain.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from release_tools.adapters.program import run_program
from release_tools.domain.deploy.database import Engine
from release_tools.domain.deploy.migration import LintFinding, Migration
from release_tools.domain.deploy.schema_change import BREAKING, is_livable, lint_migration
from release_tools.errors import ToolFailed
from release_tools.record import record

CLEAN, FOUND = 0, 1
OURS = ("require-lock-timeout", "require-statement-timeout", "require-timeout-settings")
"""What these rules ask for, migrators do."""
SECONDS = 30.0


@record
class SquawkLinter:
    """Lints one migration after the other; a `.squawk.toml` of the released tree counts."""

    directory: Path
    """The released tree."""
    engine: Engine
    program: str
    """Empty: there is none."""
    server_version: tuple[int, ...] = ()

    def absent(self) -> str:
        """Return in a sentence why only our own rules are looked at; empty where squawk works."""
        if self.engine != "postgresql":
            return f"squawk reads the SQL of PostgreSQL only, so that of {self.engine} is held to our own rules alone."
        if not self.program:
            return "squawk is not installed (pip install 'release-tools[lint]'), so only our own rules are looked at."
        return ""

    def lint(self, migrations: Sequence[Migration], /) -> tuple[LintFinding, ...]:
        """Return what is found, each rule once in a migration for the same words, in the order of the migrations."""
        return tuple(finding for migration in migrations for finding in self._lint(migration))

    def _lint(self, migration: Migration) -> Iterator[LintFinding]:
        own = tuple(lint_migration(migration))
        yield from own
        if migration.sql and not self.absent():
            known = {finding.rule for finding in own}
            yield from (finding for finding in self._squawked(migration) if finding.rule not in known)

    def _squawked(self, migration: Migration) -> Iterator[LintFinding]:
        argv = (self.program, "--reporter", "json", "--stdin-filepath", f"{migration.revision}.sql", *self._options())
        if migration.transactional:
            argv += ("--assume-in-transaction",)
        done = run_program(
            argv, env={}, cwd=self.directory, timeout=SECONDS, stdin=migration.sql.encode(), ok=(CLEAN, FOUND)
        )
        try:
            rows = json.loads(done.out or "[]")
        except json.JSONDecodeError as error:
            raise ToolFailed(f"squawk answered no JSON on migration {migration.revision}.") from error
        for row in dict.fromkeys((row["rule_name"], row["message"]) for row in rows):
            rule, message = row
            yield LintFinding(migration.revision, rule, message, expands=is_livable(rule))

    def _options(self) -> tuple[str, ...]:
        version = ".".join(map(str, self.server_version[:2]))
        asked = (f"--include={','.join(sorted(BREAKING))}", f"--exclude={','.join(OURS)}")
        return (*asked, "--pg-version", version) if version else asked


def find_squawk() -> str:
    """Return the path of squawk: beside our interpreter, else on PATH; empty where there is none."""
    beside = Path(sys.executable).with_name("squawk")
    return str(beside) if beside.exists() else shutil.which("squawk") or ""
