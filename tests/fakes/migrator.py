"""A migrator in memory: a line of revisions, and what each database records of it.

Databases are told apart by the URL in the environment that a method is given, without its query. `databases` may be a
`SchemaRevisions` of a fake server, so that a swap of two of its databases takes the recorded revision along.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from release_tools.domain.deploy.migration import LintFinding, Migration, MigrationState
from release_tools.errors import LockBusy, ToolFailed
from release_tools.ports.migrator import Told

Hold = Callable[[], str]


def nobody() -> str:
    """Say that nobody holds the migration lock."""
    return ""


class HasSchema(Protocol):
    """What a database in memory must have: its schema as a text, `empty` at first."""

    schema: str


class SchemaRevisions(MutableMapping[str, str]):
    """URL to recorded revision, kept as the schemas of databases in memory, which go by the last part of the URL."""

    def __init__(self, databases: Mapping[str, HasSchema]) -> None:
        self._databases = databases

    def __getitem__(self, url: str) -> str:
        return self._databases[_name(url)].schema.removeprefix("empty")

    def __setitem__(self, url: str, revision: str) -> None:
        self._databases[_name(url)].schema = revision or "empty"

    def __delitem__(self, url: str) -> None:
        self._databases[_name(url)].schema = "empty"

    def __iter__(self) -> Iterator[str]:
        return iter(self._databases)

    def __len__(self) -> int:
        return len(self._databases)


def _name(url: str) -> str:
    return url.rpartition("/")[2]


@dataclass(kw_only=True)
class FakeMigrator:
    """Applies `tree` in order; what goes wrong is set beforehand by revision."""

    tree: Sequence[Migration]
    databases: MutableMapping[str, str] = field(default_factory=dict)
    """URL without query to recorded revision; a URL that is not there records none."""
    url_key: str = "DATABASE_URL"
    more_heads: tuple[str, ...] = ()
    failing: MutableMapping[str, str] = field(default_factory=dict)
    """Revision to the last words of the tool when it is run; what a transaction had done is rolled back."""
    holder: Hold = nobody
    """Who holds the migration lock, as `pid 7 (psql)`; asked once a migrate."""
    unmodelled: str = ""
    """In what the models are ahead."""
    irreversible: frozenset[str] = frozenset()
    applied: Callable[[str, Migration], None] = lambda url, migration: None
    """Told of each migration that was applied to a database, by its URL."""
    during: Callable[[str, Migration], None] = lambda url, migration: None
    """Called in the middle of each migration; what it raises goes out, with nothing recorded."""

    def state(self, environment: Mapping[str, str], /) -> MigrationState:
        """Return where the database stands and what is pending."""
        current = self.databases.get(self._url(environment), "")
        at = self._position(current)
        head = self.tree[-1].revision if self.tree else ""
        return MigrationState(
            current=current,
            heads=tuple(name for name in (head, *self.more_heads) if name),
            known=at is not None,
            pending=() if at is None else tuple(self.tree[at:]),
            applied=() if at is None else tuple(one._replace(sql="") for one in self.tree[:at]),
        )

    def migrate(self, environment: Mapping[str, str], target: str, /, *, timeout: float, told: Told) -> None:
        """Bring the database to `target`, revision by revision."""
        url = self._url(environment)
        if holder := self.holder():
            raise LockBusy(f"{holder} held the migration lock for {timeout:g} seconds.")
        start, end = self._known(self.databases.get(url, "")), self._known(target)
        for migration in self.tree[start:end]:
            self.during(url, migration)
            if words := self.failing.get(migration.revision):
                raise ToolFailed(f"Migration {migration.revision} failed: {words}")
            self.databases[url] = migration.revision
            self.applied(url, migration)
            told(migration.revision)

    def downgrade(self, environment: Mapping[str, str], target: str, /, *, timeout: float) -> None:
        """Take the database back to `target`."""
        url = self._url(environment)
        start, end = self._known(target), self._known(self.databases.get(url, ""))
        for migration in reversed(self.tree[start:end]):
            if migration.revision in self.irreversible:
                raise ToolFailed(f"Migration {migration.revision} has no way back.")
            self.databases[url] = self._before(migration.revision)

    def ahead(self, environment: Mapping[str, str], /) -> str:
        """Return in what the models are ahead of the migrations."""
        if self.state(environment).pending:
            raise ToolFailed("The database is not up to date, so the models cannot be compared with it.")
        return self.unmodelled

    def _url(self, environment: Mapping[str, str]) -> str:
        return environment[self.url_key].partition("?")[0]

    def _position(self, revision: str) -> int | None:
        names = ["", *(migration.revision for migration in self.tree)]
        return names.index(revision) if revision in names else None

    def _known(self, revision: str) -> int:
        at = self._position(revision)
        if at is None:
            raise ToolFailed(f"There is no revision {revision} in this release.")
        return at

    def _before(self, revision: str) -> str:
        at = self._known(revision)
        return self.tree[at - 2].revision if at > 1 else ""


@dataclass(kw_only=True)
class FakeMigrationLinter:
    """Finds what it was told to find, by revision."""

    findings: Mapping[str, Sequence[LintFinding]] = field(default_factory=dict)
    absence: str = ""

    def absent(self) -> str:
        """Return why only the product's own rules are looked at; empty where the outside linter is there."""
        return self.absence

    def lint(self, migrations: Sequence[Migration], /) -> tuple[LintFinding, ...]:
        """Return what was set for these migrations."""
        return tuple(found for one in migrations for found in self.findings.get(one.revision, ()))
