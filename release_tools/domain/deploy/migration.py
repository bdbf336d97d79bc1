"""Migrations as a deploy sees them: which are pending, what they would run, what a linter finds in them.

The tool that runs them (Alembic, a plain command) is an adapter's business.
"""

from typing import NamedTuple

from release_tools.record import record


class Migration(NamedTuple):
    """One revision of a tree of migrations."""

    revision: str
    title: str
    sql: str = ""
    """What it runs, as far as the tool can tell without running it; empty: it cannot."""
    transactional: bool = True
    """Whether all of it runs inside one transaction, so that a failure leaves nothing behind."""
    digest: str = ""
    """SHA-256 of the file that defines it; an applied revision whose digest changed was edited afterwards."""


class LintFinding(NamedTuple):
    """A finding of the linter in a migration's SQL."""

    revision: str
    rule: str
    message: str
    expands: bool
    """Whether the code of the version before can live with this change; one that cannot makes the release breaking."""


@record
class MigrationState:
    """Where a database stands and where a tree of migrations would bring it."""

    current: str
    """The revision that the database records; empty: none."""
    heads: tuple[str, ...]
    """The newest revisions of the tree; more than one is an ambiguity that only its authors can end."""
    known: bool
    """Whether the tree has the recorded revision; an older tree does not know a newer schema."""
    pending: tuple[Migration, ...] = ()
    """In the order in which they would run."""
    applied: tuple[Migration, ...] = ()
    """The tree's revisions up to the recorded one, oldest first, with their digests and without their SQL."""

    @property
    def target(self) -> str:
        """Return the one head, empty where there is none or more than one."""
        return self.heads[0] if len(self.heads) == 1 else ""
