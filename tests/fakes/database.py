"""A database server in memory, and the two database ports on one of its databases.

Rows are texts, a schema is any text. What is dumped is written to disk for real, so that it can be damaged.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

from release_tools.domain.deploy.database import Contents, DatabaseFacts, Dump, SequenceValue, Session, TableCount
from release_tools.domain.deploy.record import DeployRow, VersionRow
from release_tools.errors import BackupRefused, ReleaseToolsError, ToolFailed

PLACE = "127.0.0.1:5432"
FILE = "database.json"


@dataclass
class FakeData:
    """What one database holds."""

    schema: str = "empty"
    tables: dict[str, list[str]] = field(default_factory=dict)
    sequences: dict[str, int | None] = field(default_factory=dict)
    roles: set[str] = field(default_factory=lambda: {"app"})
    invalid_indexes: tuple[str, ...] = ()
    versions: list[VersionRow] = field(default_factory=list)
    deploys: dict[str, DeployRow] = field(default_factory=dict)

    def contents(self, *, hashed: bool) -> Contents:
        """Return this as the ports tell it."""
        rows = self.tables | ({"platform_versions": [str(row) for row in self.versions]} if self.versions else {})
        return Contents(
            schema=digest(self.schema),
            tables=tuple(
                TableCount(name, len(texts), digest(*sorted(texts)) if hashed else "")
                for name, texts in sorted(rows.items())
            ),
            sequences=tuple(SequenceValue(name, last) for name, last in sorted(self.sequences.items())),
            roles=tuple(sorted(self.roles)),
            invalid_indexes=self.invalid_indexes,
        )


@dataclass
class FakeServer:
    """The databases of a server by name, who is connected to which, and what is to fail."""

    databases: dict[str, FakeData]
    sessions: dict[str, list[Session]] = field(default_factory=dict)
    """Database to its sessions; one whose state is `stuck` cannot be ended."""
    answers: dict[str, str] = field(default_factory=dict)
    """Query to what `scalar` says; any other query fails."""
    failures: dict[str, ReleaseToolsError] = field(default_factory=dict)
    """Method to the error that it raises instead of doing anything."""
    calls: list[str] = field(default_factory=list)
    """The methods that changed something, in order, with their names."""
    admits: bool = True
    facts: DatabaseFacts | None = None
    """What `facts` says instead of what is usual."""


class FakeDatabase:
    """One database of a `FakeServer`, read and written."""

    def __init__(self, server: FakeServer, name: str, *, key: str = "DATABASE_URL") -> None:
        self.server, self.name, self.key = server, name, key

    @property
    def live(self) -> FakeData:
        """Return what the live database holds."""
        return self._data("")

    def facts(self) -> DatabaseFacts:
        """Return what a preflight wants to know."""
        self._asked("facts")
        usual = DatabaseFacts(
            engine="postgresql",
            name=self.name,
            place=PLACE,
            server_version=(15, 18),
            tool_version=(15, 18),
            size=sum(map(len, self.live.tables.values())) * 100,
        )
        return self.server.facts or usual

    def contents(self, name: str = "", /, *, hashed: bool = False) -> Contents:
        """Return what a database holds, by default the live one; `hashed`: with a hash of every table's rows."""
        self._asked("contents")
        return self._data(name).contents(hashed=hashed)

    def names(self, prefix: str, /) -> tuple[str, ...]:
        """Return the databases beside the live one whose names begin so, ordered."""
        self._asked("names")
        return tuple(sorted(one for one in self.server.databases if one.startswith(prefix) and one != self.name))

    def sessions(self, application: str = "", /) -> tuple[Session, ...]:
        """Return who is connected to the live database."""
        self._asked("sessions")
        return tuple(one for one in self._connected(self.name) if one.application.startswith(application))

    def scalar(self, query: str, /, *, name: str = "", timeout: float = 5.0) -> str:
        """Return the answer that was laid down for a query."""
        self._asked("scalar")
        self._data(name)
        if query not in self.server.answers:
            raise ToolFailed(f"{PLACE}: nothing is known of this query: {query}")
        return self.server.answers[query]

    def growth(self, since: Mapping[str, int], /) -> Mapping[str, int]:
        """Return for each table how many rows it has more than `since` says; unchanged left out."""
        now = {table.name: table.rows for table in self.contents().tables}
        return {table: rows - since.get(table, 0) for table, rows in now.items() if rows != since.get(table, 0)}

    def environment(self, name: str = "", /, *, application: str = "") -> Mapping[str, str]:
        """Return a URL with the database and the application in it."""
        self._asked("environment")
        suffix = f"?application_name={application}" if application else ""
        return {self.key: f"postgresql://app:secret@{PLACE}/{name or self.name}{suffix}"}

    def versions(self, name: str = "", /) -> tuple[VersionRow, ...]:
        """Return the rows of `platform_versions`, oldest first."""
        self._asked("versions")
        return tuple(self._data(name).versions)

    def dump(self, directory: Path, /, *, jobs: int = 2, timeout: float = 3600.0) -> Dump:
        """Write everything into one file, with its hash in front."""
        self._changes("dump", self.name)
        data = self.live
        body = json.dumps({**_plain(data), "versions": data.versions}, sort_keys=True)
        (directory / FILE).touch(0o600)
        (directory / FILE).write_text(f"{digest(body)}\n{body}")
        return Dump(files=(FILE,), contents=data.contents(hashed=True), method="fake", position="0/1")

    def restore(self, directory: Path, name: str, /, *, jobs: int = 2, timeout: float = 3600.0) -> None:
        """Make a database from what `dump` wrote, unless it was damaged since."""
        self._changes("restore", name)
        seal, _, body = (directory / FILE).read_bytes().decode("utf-8", "replace").partition("\n")
        if seal != digest(body):
            raise BackupRefused(f"{directory / FILE} is damaged.", state="Nothing was restored.")
        told = json.loads(body)
        told |= {"roles": set(told["roles"]), "versions": [VersionRow(*row) for row in told["versions"]]}
        self.server.databases[name] = FakeData(**told)

    def copy(self, name: str, /, *, source: str = "", timeout: float = 3600.0) -> None:
        """Make `name` a copy of `source`, to which nobody may be connected."""
        self._changes("copy", name)
        if self._connected(source or self.name):
            raise ToolFailed(f"{source or self.name} at {PLACE} cannot be copied: somebody is connected to it.")
        self.server.databases[name] = deepcopy(self._data(source))

    def swap(self, fresh: str, kept: str, /) -> None:
        """Make `fresh` the live database and call the one that was live `kept`; ends sessions on both."""
        self._changes("swap", fresh, kept)
        there = self.server.databases
        standing = self.name in there, fresh in there, kept in there
        if standing == (True, False, True):
            return
        if standing not in ((True, True, False), (False, True, True)):
            raise ToolFailed(f"{fresh} cannot be made {self.name} at {PLACE}: the names stand {standing}.")
        for name in (self.name, fresh):
            self.server.sessions.pop(name, None)
        if self.name in there:
            there[kept] = there.pop(self.name)
        there[self.name] = there.pop(fresh)

    def drop(self, name: str, /) -> None:
        """Remove a database that is not the live one."""
        self._changes("drop", name)
        if name == self.name:
            raise ToolFailed(f"{name} at {PLACE} is the live database.", state="It was not touched.")
        self.server.databases.pop(name, None)

    def admit(self, *, everybody: bool) -> None:
        """Note whether everybody may connect."""
        self._changes("admit", "everybody" if everybody else "us")
        self.server.admits = everybody

    def terminate(self, application: str, /, *, wait: float = 10.0) -> tuple[Session, ...]:
        """End sessions, all but the stuck ones; return those."""
        self._changes("terminate", application)
        met = [one for one in self._connected(self.name) if one.application.startswith(application)]
        stayed = tuple(one for one in met if one.state == "stuck")
        others = [one for one in self._connected(self.name) if one not in met or one in stayed]
        self.server.sessions[self.name] = others
        return stayed

    def record(self, versions: Sequence[VersionRow], deploys: Sequence[DeployRow], /) -> None:
        """Write rows; what is there stays once, and a deploy's row is replaced."""
        self._changes("record", *(row.version for row in versions))
        data = self.live
        data.versions += [row for row in versions if (row.version, row.description) not in _written(data)]
        data.deploys |= {row.deploy_id: replace(row) for row in deploys}

    def _data(self, name: str) -> FakeData:
        if (name or self.name) not in self.server.databases:
            raise ToolFailed(f"{PLACE}: database {name or self.name} does not exist")
        return self.server.databases[name or self.name]

    def _connected(self, name: str) -> Sequence[Session]:
        return self.server.sessions.get(name, ())

    def _asked(self, method: str) -> None:
        if method in self.server.failures:
            raise self.server.failures[method]

    def _changes(self, method: str, *names: str) -> None:
        self.server.calls.append(" ".join((method, *names)))
        self._asked(method)


def digest(*texts: str) -> str:
    """Return one hash of texts in their order."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _written(data: FakeData) -> Iterator[tuple[str, str]]:
    return ((row.version, row.description) for row in data.versions)


def _plain(data: FakeData) -> dict[str, object]:
    return {
        "schema": data.schema,
        "tables": data.tables,
        "sequences": data.sequences,
        "roles": sorted(data.roles),
        "invalid_indexes": data.invalid_indexes,
    }
