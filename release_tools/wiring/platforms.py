"""A platform's environment on this machine: host file, databases, runtime, front, store, wired into ports.

Which command uses it, and under which lock, is wired in `deploys`.
"""

import getpass
import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.config.deploy import Deploy
from release_tools.config.deploy_load import load_host, state_directory
from release_tools.config.host import HostFile
from release_tools.config.model import Config
from release_tools.deploy.blueprint import draw, port_of
from release_tools.engine.runs import Run
from release_tools.errors import PreconditionFailed
from release_tools.record import record
from release_tools.wiring.released import (
    Released,
    bypass_token,
    committed_content_of,
    described_project,
    migration_linter,
    naming_commit,
    rehearsed,
    runs_in,
    tables_at,
)
from release_tools.wiring.repository import open_repository

if TYPE_CHECKING:
    from release_tools.adapters.backup_shelf import BackupShelf
    from release_tools.adapters.git_process import GitProcess
    from release_tools.adapters.json_lines import JsonLines
    from release_tools.adapters.prober import CheckProber
    from release_tools.deploy.session import DeploySession
    from release_tools.deploy.world import World
    from release_tools.ports import GitReader
    from release_tools.ports.database import Database
    from release_tools.ports.host import Host
    from release_tools.ports.runtime import Front, Releases, Runtime

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
"""What programs of a release inherit from ours besides the environment file."""


@record
class Platform:
    """One environment of a platform, with its host file and the deploy tables that named it."""

    git: "GitProcess"
    reader: "GitReader"
    config: Config
    environment: str
    tables: Deploy
    host_file: HostFile
    state: Path
    drivers: "MutableMapping[object, JsonLines]" = field(default_factory=dict)
    """What the migrators of a command keep from one question to the next."""

    @classmethod
    def of(cls, git: "GitProcess", config: Config, environment: str, *, ref: str = "") -> "Platform":
        """Return the environment of the platform in a repository; the tables at `ref` name the platform."""
        from release_tools.adapters.git_objects import GitObjects
        from release_tools.adapters.git_reader import GitReader

        reader = GitReader(git=git, objects=GitObjects(git), network_timeout=config.git.network_timeout)
        tables = tables_at(reader, naming_commit(reader, config, ref))
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
            runs=runs_in(self.state, self.environment),
            run_id=run_id,
            reader=self.reader,
            tables_at=partial(tables_at, self.reader),
            make_world=self.world,
            linter=migration_linter,
            committed_elsewhere=self._committed,
            generations=Generations(last=keep.last, daily=keep.daily, weekly=keep.weekly, monthly=keep.monthly),
            now=lambda: datetime.now(UTC),
            actor=os.environ.get("GITHUB_ACTOR") or getpass.getuser(),
        )

    def world(self, run_id: str, stopping: Callable[[], bool], run: Run | None) -> "World":
        """Return the ports that act for a run."""
        from release_tools.adapters.backup_store import BackupStore
        from release_tools.adapters.processes.runtime import ProcessRuntime
        from release_tools.adapters.release_directories import ReleaseDirectories
        from release_tools.adapters.system_clock import SystemClock
        from release_tools.deploy.world import World

        home, host = Path(self.host_file.home), self._host()
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        releases = ReleaseDirectories(
            state=self.state, git=self.git, environment=environment, values={"home": str(home), "python": self.python}
        )
        runtime = ProcessRuntime(
            state=self.state / "services",
            home=home,
            releases=releases.path,
            variables=host.environment,
            python=self.python,
        )
        databases, shelf, released = self._databases(host, home), self._shelf(), self._released(releases, host)
        prober = self._prober(releases, runtime, databases, host)
        return World(
            run=run_id,
            home=home,
            scratch=self.state / "scratch" / run_id,
            databases=databases,
            migrator=partial(released.migrator, f"release-tools/{run_id}"),
            blueprint=released.blueprint,
            releases=releases,
            runtime=runtime,
            front=self._front(host.environment()),
            backups=shelf,
            store=BackupStore(shelf=shelf, environment=self.environment),
            host=host,
            prober=prober,
            rehearsal_prober=partial(rehearsed, prober),
            clock=SystemClock(),
            token=bypass_token(self.state),
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

    def _released(self, releases: "Releases", host: "Host") -> Released:
        return Released(
            releases=releases,
            variables=host.environment,
            home=self.host_file.home,
            python=self.python,
            tables=self.tables,
            drivers=self.drivers,
        )

    def _shelf(self) -> "BackupShelf":
        from release_tools.adapters.backup_index import BackupIndex
        from release_tools.adapters.backup_shelf import BackupShelf

        place = self.host_file.backup
        return BackupShelf(
            root=Path(place.directory),
            index=BackupIndex(directory=self.state / "backups"),
            recipients=place.recipients,
            identity=Path(place.identity) if place.identity else None,
        )

    def _front(self, variables: "Mapping[str, str]") -> "Front | None":
        from release_tools.adapters.front.proxy import ProxyFront

        public = next((spec for spec in draw(self.tables, variables).services if spec.public), None)
        if self.tables.front.kind == "none" or public is None:
            return None
        port = port_of(self.tables.front.port, variables)
        return ProxyFront(directory=self.state / "front", port=port, upstream=public.port)

    def _prober(
        self, releases: "Releases", runtime: "Runtime", databases: "Mapping[str, Database]", host: "Host"
    ) -> "CheckProber":
        from release_tools.adapters.prober import CheckProber

        services = draw(self.tables, host.environment()).services
        return CheckProber(
            runtime=runtime,
            releases=releases.path,
            ports={spec.name: spec.port for spec in services},
            variables=host.environment,
            databases=databases,
            values={"home": self.host_file.home, "python": self.python},
        )

    def _committed(self, environment: str, version: str) -> str | None:
        """Return what another environment has committed as a version, as its journals on this machine tell."""
        return committed_content_of(self.tables.project, environment, version)


def is_platform_here(repo: Path, config_file: Path | None, environment: str) -> bool:
    """Return whether this machine has an environment of the platform that a repository describes, if it does so."""
    from release_tools.adapters.git_objects import GitObjects
    from release_tools.adapters.git_reader import GitReader
    from release_tools.config.deploy_load import host_path
    from release_tools.config.load import load_config

    git, top, _ = open_repository(repo)
    config = load_config(top, config_file)
    reader = GitReader(git=git, objects=GitObjects(git), network_timeout=config.git.network_timeout)
    project = described_project(reader, naming_commit(reader, config, ""))
    return bool(project) and host_path(project, environment).is_file()
