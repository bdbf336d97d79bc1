"""What stands in the repository or on disk of a platform: deploy tables, runs, the bypass token, a linter for a tree.

The environment that they belong to is wired in `platforms`.
"""

import os
import secrets
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.config.deploy import Deploy
from release_tools.config.deploy_load import load_deploy
from release_tools.config.model import Config
from release_tools.config.source import DEPLOY, OWN_FILE, SHARED_FILE, Text, find_source
from release_tools.deploy.blueprint import Blueprint, draw
from release_tools.engine.runs import Runs
from release_tools.errors import PreconditionFailed
from release_tools.record import record

if TYPE_CHECKING:
    from release_tools.adapters.json_lines import JsonLines
    from release_tools.adapters.prober import CheckProber
    from release_tools.deploy.world import Rehearsal
    from release_tools.domain.deploy.database import DatabaseFacts
    from release_tools.ports import GitReader
    from release_tools.ports.host import Prober
    from release_tools.ports.migrator import MigrationLinter, Migrator
    from release_tools.ports.runtime import Releases


@record
class Released:
    """The releases that are laid out on this host, read by what their own trees say."""

    releases: "Releases"
    variables: Callable[[], Mapping[str, str]]
    """The environment file's."""
    home: str
    python: str
    tables: Deploy
    """Those that name the platform, for the key of a database's URL."""
    drivers: "MutableMapping[object, JsonLines]"
    """Where migrators keep theirs, so that no question costs the start of another interpreter."""

    def blueprint(self, release: str) -> Blueprint:
        """Return what a release consists of on this host."""
        return draw(released_tables(Path(self.releases.path(release)), release), self.variables())

    def migrator(self, application: str, release: str) -> "Migrator | None":
        """Return what migrates for a release, None where it migrates nothing; `application` names its sessions."""
        top = Path(self.releases.path(release))
        tables = released_tables(top, release).migrations
        if tables.kind == "none":
            return None
        values = {"release": str(top), "home": self.home, "python": self.python}
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
                variables=self.variables(),
            )
        from release_tools.adapters.alembic_migrator import AlembicMigrator

        return AlembicMigrator(
            python=tables.python.format(**values),
            directory=directory,
            url_key=key,
            application=application,
            lock_timeout=tables.lock_timeout,
            variables=self.variables(),
            drivers=self.drivers,
        )


def runs_in(state: Path, environment: str) -> Runs:
    """Return the runs of an environment, by its state directory."""
    from release_tools.deploy.steps import KINDS
    from release_tools.installed import installed_version

    def now() -> str:
        return datetime.now(UTC).isoformat(timespec="milliseconds")

    return Runs(root=state, kinds=KINDS, made_by=installed_version(), clock=now, place=f" --env {environment}")


def committed_content_of(project: str, environment: str, version: str) -> str | None:
    """Return the tree that an environment of this machine committed as a version, None where none is on record."""
    from release_tools.config.deploy_load import load_host, state_directory
    from release_tools.deploy.flows.records import committed_content

    try:
        host_file = load_host(project, environment)
    except PreconditionFailed:
        return None
    return committed_content(runs_in(state_directory(host_file, project, environment), environment).history(), version)


def tables_at(reader: "GitReader", commit: str) -> Deploy:
    """Return the deploy tables in the tree of a commit."""
    return load_deploy(_texts_at(reader, commit), of=f"Commit {commit[:10]}")


def described_project(reader: "GitReader", commit: str) -> str:
    """Return the platform that the tree of a commit describes; empty where it has no deploy tables."""
    source = find_source(_texts_at(reader, commit))
    return "" if source is None or DEPLOY not in source.raw else tables_at(reader, commit).project


def _texts_at(reader: "GitReader", commit: str) -> tuple[Text, ...]:
    blobs = reader.files(commit, (OWN_FILE, SHARED_FILE))
    return tuple(
        Text(path=Path(f"{commit[:10]}:{path}"), text=blob.data.decode("utf-8-sig")) for path, blob in blobs.items()
    )


def released_tables(top: Path, release: str) -> Deploy:
    """Return the deploy tables of a release that is laid out."""
    from release_tools.config.source import read_texts

    return load_deploy(read_texts(top), of=f"Release {release}")


def naming_commit(reader: "GitReader", config: Config, ref: str) -> str:
    """Return the commit whose deploy tables name the platform: `ref`, else main as the remote has it, else here."""
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


def bypass_token(state: Path) -> str:
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


def migration_linter(directory: str, facts: "DatabaseFacts") -> "MigrationLinter":
    """Return what lints the migrations of a released tree for a database."""
    from release_tools.adapters.squawk import SquawkLinter, find_squawk

    return SquawkLinter(
        directory=Path(directory), engine=facts.engine, program=find_squawk(), server_version=facts.server_version
    )


def rehearsed(prober: "CheckProber", rehearsal: "Rehearsal") -> "Prober":
    """Return the prober that looks at a rehearsal instead of at what is live."""

    def variables() -> dict[str, str]:
        return {**prober.variables(), **rehearsal.variables}

    return replace(
        prober,
        rehearsal=rehearsal.id,
        ports=rehearsal.ports,
        variables=variables,
        names=rehearsal.copies,
        values={**prober.values, "home": rehearsal.home},
        seen={},
    )
