"""A platform's environment on this machine: host file, databases, runtime, front, store, wired into ports.

Which command uses it, and under which lock, is wired in `deploys`.
"""

import getpass
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.config.deploy import Deploy
from release_tools.config.deploy_load import load_deploy, load_host, state_directory
from release_tools.config.host import HostFile
from release_tools.config.model import Config
from release_tools.config.source import OWN_FILE, SHARED_FILE, Text
from release_tools.deploy.blueprint import Blueprint, draw
from release_tools.engine.runs import Run, Runs
from release_tools.errors import PreconditionFailed

if TYPE_CHECKING:
    from release_tools.adapters.git_process import GitProcess
    from release_tools.deploy.session import DeploySession
    from release_tools.deploy.world import World
    from release_tools.ports import GitReader
    from release_tools.ports.backups import Backups
    from release_tools.ports.database import Database
    from release_tools.ports.host import Host
    from release_tools.ports.migrator import MigrationLinter, Migrator
    from release_tools.ports.runtime import Releases

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
"""What programs of a release inherit from ours besides the environment file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One environment of a platform, with its host file and the deploy tables that named it."""

    git: "GitProcess"
    reader: "GitReader"
    config: Config
    environment: str
    tables: Deploy
    host_file: HostFile
    state: Path

    @classmethod
    def of(cls, git: "GitProcess", config: Config, environment: str, *, ref: str = "") -> "Platform":
        """Return the environment of the platform in a repository; the tables at `ref` name the platform."""
        from release_tools.adapters.git_objects import GitObjects
        from release_tools.adapters.git_reader import GitReader

        reader = GitReader(git=git, objects=GitObjects(git), network_timeout=config.git.network_timeout)
        tables = tables_at(reader, _naming_commit(reader, config, ref))
        host_file = load_host(tables.project, environment)
        return cls(
            git=git,
            reader=reader,
            config=config,
            environment=environment,
            tables=tables,
            host_file=host_file,
            state=state_directory(host_file, tables.project, environment),
        )

    def session(self, run_id: str) -> "DeploySession":
        """Return a session for a command."""
        from release_tools.deploy.session import DeploySession
        from release_tools.domain.deploy.backup import Generations

        keep = self.host_file.backup.keep
        return DeploySession(
            environment=self.environment,
            config=self.config,
            runs=runs_in(self.state),
            run_id=run_id,
            reader=self.reader,
            tables_at=partial(tables_at, self.reader),
            make_world=self.world,
            linter=_linter(),
            committed_elsewhere=self._committed,
            generations=Generations(daily=keep.daily, weekly=keep.weekly, monthly=keep.monthly),
            now=lambda: datetime.now(UTC),
            actor=os.environ.get("GITHUB_ACTOR") or getpass.getuser(),
        )

    def world(self, run_id: str, stopping: Callable[[], bool], run: Run | None) -> "World":
        """Return the ports that act for a run."""
        from release_tools.adapters.processes.runtime import ProcessRuntime
        from release_tools.adapters.release_directories import ReleaseDirectories
        from release_tools.adapters.system_clock import SystemClock
        from release_tools.deploy.world import World

        home, host = Path(self.host_file.home), self._host()
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        releases = ReleaseDirectories(
            state=self.state,
            git=self.git,
            environment=environment,
            values={"home": str(home), "python": self.python},
        )
        runtime = ProcessRuntime(
            state=self.state / "services",
            home=home,
            releases=releases.path,
            variables=host.environment,
            python=self.python,
        )
        databases = self._databases(host, home)
        return World(
            run=run_id,
            home=home,
            scratch=self.state / "scratch" / run_id,
            databases=databases,
            migrator=partial(self._migrator, releases, host, f"release-tools/{run_id}"),
            blueprint=partial(self._blueprint, releases, host),
            releases=releases,
            runtime=runtime,
            front=self._front(host),
            backups=self._backups(),
            host=host,
            prober=self._prober(releases, runtime, databases, host),
            clock=SystemClock(),
            token=_token(self.state),
            stopping=stopping,
            note=run.note if run else lambda facts: None,
        )

    @property
    def python(self) -> str:
        """Return what `{python}` stands for."""
        import sys

        return self.host_file.python or sys.executable

    def _host(self) -> "Host":
        from release_tools.adapters.local_host import LocalHost

        return LocalHost(env_file=Path(self.host_file.home) / self.host_file.env_file)

    def _databases(self, host: "Host", home: Path) -> "Mapping[str, Database]":
        variables = host.environment()
        found: dict[str, Database] = {}
        for name, table in self.tables.databases.items():
            url = variables.get(table.url, "")
            if not url:
                raise PreconditionFailed(
                    f"The environment file has no {table.url}, which names the database {name}.",
                    state="Nothing was changed.",
                    todo=f"Add {table.url} to {self.host_file.env_file}.",
                )
            found[name] = self._database(table.kind, table.url, url, home)
        return found

    def _database(self, kind: str, key: str, url: str, home: Path) -> "Database":
        if kind == "sqlite":
            from release_tools.adapters.sqlite_database import SqliteDatabase

            return SqliteDatabase(key=key, url=url, home=home)
        from release_tools.adapters.postgres_database import PostgresDatabase

        programs = self.host_file.postgresql
        return PostgresDatabase(key=key, url=url, directory=Path(programs) if programs else None)

    def _blueprint(self, releases: "Releases", host: "Host", release: str) -> Blueprint:
        return draw(released_tables(Path(releases.path(release)), release), host.environment())

    def _migrator(self, releases: "Releases", host: "Host", application: str, release: str) -> "Migrator | None":
        top = Path(releases.path(release))
        tables = released_tables(top, release).migrations
        if tables.kind == "none":
            return None
        values = {"release": str(top), "home": self.host_file.home, "python": self.python}
        directory = top / tables.directory
        key = self.tables.databases[tables.database].url
        if tables.kind == "command":
            from release_tools.adapters.command_migrator import CommandMigrator

            return CommandMigrator(
                upgrade=tuple(word.format(**values) for word in tables.upgrade),
                check=tuple(word.format(**values) for word in tables.check),
                directory=directory,
                application=application,
                lock_timeout=tables.lock_timeout,
                variables=host.environment(),
            )
        from release_tools.adapters.alembic_migrator import AlembicMigrator

        return AlembicMigrator(
            python=tables.python.format(**values),
            directory=directory,
            url_key=key,
            application=application,
            lock_timeout=tables.lock_timeout,
            variables=host.environment(),
        )

    def _backups(self) -> "Backups":
        from release_tools.adapters.backup_index import BackupIndex
        from release_tools.adapters.backup_shelf import BackupShelf
        from release_tools.adapters.backup_store import BackupStore

        place = self.host_file.backup
        shelf = BackupShelf(
            root=Path(place.directory),
            index=BackupIndex(directory=self.state / "backups"),
            recipients=place.recipients,
            identity=Path(place.identity) if place.identity else None,
        )
        return BackupStore(shelf=shelf, environment=self.environment)

    def _committed(self, environment: str, version: str) -> str | None:
        """Return what another environment has committed as a version, as its journals on this machine tell."""
        from release_tools.deploy.flows.records import committed_content

        try:
            host_file = load_host(self.tables.project, environment)
        except PreconditionFailed:
            return None
        state = state_directory(host_file, self.tables.project, environment)
        return committed_content(runs_in(state).history(), version)


def runs_in(state: Path) -> Runs:
    """Return the runs of an environment."""
    from release_tools.deploy.steps import KINDS
    from release_tools.installed import installed_version

    def now() -> str:
        return datetime.now(UTC).isoformat(timespec="milliseconds")

    return Runs(root=state, kinds=KINDS, made_by=installed_version(), clock=now)


def tables_at(reader: "GitReader", commit: str) -> Deploy:
    """Return the deploy tables in the tree of a commit."""
    blobs = reader.files(commit, (OWN_FILE, SHARED_FILE))
    texts = tuple(
        Text(path=Path(f"{commit[:10]}:{path}"), text=blob.data.decode("utf-8-sig")) for path, blob in blobs.items()
    )
    return load_deploy(texts, of=f"Commit {commit[:10]}")


def released_tables(top: Path, release: str) -> Deploy:
    """Return the deploy tables of a release that is laid out."""
    from release_tools.config.source import read_texts

    return load_deploy(read_texts(top), of=f"Release {release}")


def _naming_commit(reader: "GitReader", config: Config, ref: str) -> str:
    remote, main = config.branches.remote or "origin", config.branches.main
    named = (ref,) if ref else (f"refs/remotes/{remote}/{main}", f"refs/heads/{main}", "HEAD")
    for name in named:
        if commit := reader.commit_of(name):
            return commit
    raise PreconditionFailed(
        f"There is no {' or '.join(named)} in this repository.",
        state="Nothing was changed.",
        todo="Fetch it, or run this in a clone of the platform's repository.",
    )


def _token(state: Path) -> str:
    """Return the secret that leads through the front during maintenance, made once for an environment."""
    path = state / "bypass-token"
    try:
        return path.read_text()
    except FileNotFoundError:
        token = secrets.token_urlsafe(32)
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(token)
        return token


def _linter() -> "MigrationLinter | None":
    from release_tools.adapters.squawk import find_squawk

    return find_squawk()
