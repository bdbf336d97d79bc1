"""The port to what brings a database's schema forward: Alembic in the application's own environment, or a command.

A migrator belongs to one release's tree; `DatabaseReader.environment` has the variables that name the database.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from release_tools.domain.deploy.migration import LintFinding, Migration, MigrationState

Told = Callable[[str], None]


class Migrator(Protocol):
    """The migrations of one release; every method may raise `ToolFailed` with the tool's last words, masked."""

    def state(self, environment: Mapping[str, str], /) -> MigrationState:
        """Return where the database stands and what is pending, with the SQL of what is pending."""
        ...

    def migrate(self, environment: Mapping[str, str], target: str, /, *, timeout: float, told: Told) -> None:
        """Bring the database to `target` under an advisory lock; `told` hears of each revision as it is recorded.

        Waits for locks at most the configured time, and tries again only what was rolled back for a lock, a deadlock
        or a serialisation failure. `LockBusy` names who held a lock when the time was up.
        """
        ...

    def downgrade(self, environment: Mapping[str, str], target: str, /, *, timeout: float) -> None:
        """Take the database back to `target`, on a copy; `ToolFailed` where the tool cannot."""
        ...

    def ahead(self, environment: Mapping[str, str], /) -> str:
        """Return in what the models are ahead of the migrations on a migrated copy; empty where in nothing."""
        ...


class MigrationLinter(Protocol):
    """Looks at SQL before it is run."""

    def absent(self) -> str:
        """Return in a sentence why only our own rules are looked at; empty where the outside linter works."""
        ...

    def lint(self, migrations: Sequence[Migration], /) -> tuple[LintFinding, ...]:
        """Return what is found in the SQL of migrations; a finding never fails the linter itself."""
        ...
