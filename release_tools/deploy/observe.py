"""Observing a platform: git, the machine, databases, services and the front into one frozen state.

The release is laid out on disk meanwhile, as a draft: it serves nobody, and what is no use is removed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from release_tools.config.deploy import Deploy
from release_tools.config.model import Config
from release_tools.deploy.blueprint import Blueprint, Identity, draw
from release_tools.deploy.prepare import BUILD_TIMEOUT
from release_tools.deploy.session import DeploySession
from release_tools.deploy.state import HostState, PlatformState, Target
from release_tools.deploy.world import World
from release_tools.domain.deploy.database import DatabaseFacts
from release_tools.domain.deploy.env_contract import EnvText, lint_env, parse_env
from release_tools.domain.deploy.migration import LintFinding, MigrationState
from release_tools.domain.version import parse_version
from release_tools.errors import PreconditionFailed, ToolFailed
from release_tools.ports.migrator import MigrationLinter

LOOK_BACK = 300.0
"""Seconds of traffic that a new version is measured against."""
NO_LINTER = "there is no linter for this database"


def observe_target(session: DeploySession, version: str, ref: str = "") -> tuple[Identity, str]:
    """Return the version and commit that a person means, and its tag; `PreconditionFailed` where there is none."""
    wanted = str(parse_version(version))
    tag = "" if ref else f"{session.config.version.tag_prefix}{wanted}"
    commit = session.reader.commit_of(ref or f"refs/tags/{tag}")
    if commit is None:
        raise PreconditionFailed(
            f"There is no {'commit ' + ref if ref else 'tag ' + tag} in this repository.",
            state="Nothing was changed.",
            todo="Fetch it (`git fetch --tags`), or name a version that was released (`git tag`).",
        )
    return Identity(wanted, commit), tag


def observe_platform(session: DeploySession, world: World, identity: Identity, tag: str) -> PlatformState:
    """Return the state of the platform with a view to a version; the release is laid out by that."""
    tables = session.tables_at(identity.commit)
    blueprint = draw(tables, world.host.environment())
    tree = _stage(world, identity, blueprint)
    current = world.releases.current()
    before = world.blueprint(current) if current else None
    databases, unreachable = _databases(world)
    migration, migration_error = _migration(world, identity.release, blueprint, unreachable)
    facts = databases.get(blueprint.tables.migrations.database)
    linter = session.linter(world.releases.path(identity.release), facts) if facts else None
    findings, lint_absent = _lint(linter, blueprint, migration)
    policy = blueprint.policy(session.environment)
    return PlatformState(
        environment=session.environment,
        target=_target(session, identity, tag, tree),
        blueprint=blueprint,
        current=current,
        before=before,
        services=world.runtime.states(),
        front=world.front.mode() if world.front else "absent",
        traffic=dict(world.front.traffic(LOOK_BACK)) if world.front and current else {},
        databases=databases,
        unreachable=unreachable,
        migration=migration,
        migration_error=migration_error,
        edited=_edited(world, current, blueprint, migration),
        findings=findings,
        lint_absent=lint_absent,
        host=_host(session, world, identity, blueprint, before),
        proven_content=session.committed_elsewhere(policy.after, identity.version) if policy.after else None,
        now=session.now(),
    )


def main_commit(config: Config, session: DeploySession) -> str | None:
    """Return what main is: as the remote had it last, else here."""
    remote, main = config.branches.remote or "origin", config.branches.main
    return session.reader.commit_of(f"refs/remotes/{remote}/{main}") or session.reader.commit_of(f"refs/heads/{main}")


def _target(session: DeploySession, identity: Identity, tag: str, tree: str) -> Target:
    main = main_commit(session.config, session)
    return Target(
        identity=identity,
        tag=tag,
        on_main=main is not None and session.reader.is_ancestor(identity.commit, main),
        content=session.reader.tree(identity.commit),
        tree=tree,
        committed_at=datetime.fromtimestamp(session.reader.author(identity.commit).epoch, UTC).isoformat(),
    )


def _stage(world: World, identity: Identity, blueprint: Blueprint) -> str:
    try:
        return world.releases.stage(identity.release, identity.commit, blueprint.tables.build, timeout=BUILD_TIMEOUT)
    except ToolFailed as error:
        raise PreconditionFailed(
            f"The release cannot be laid out: {error.failed}",
            state="Nothing that serves was changed.",
            todo=error.todo or "Mend that, then run this again.",
        ) from error


def _databases(world: World) -> tuple[Mapping[str, DatabaseFacts], Mapping[str, str]]:
    found: dict[str, DatabaseFacts] = {}
    lost: dict[str, str] = {}
    for name, database in world.databases.items():
        try:
            found[name] = database.facts()
        except ToolFailed as error:
            lost[name] = error.failed
    return found, lost


def _migration(
    world: World, release: str, blueprint: Blueprint, unreachable: Mapping[str, str]
) -> tuple[MigrationState | None, str]:
    migrator, database = world.migrator(release), blueprint.tables.migrations.database
    if migrator is None or database in unreachable:
        return None, ""
    try:
        return migrator.state(world.databases[database].environment(application=world.application)), ""
    except ToolFailed as error:
        return None, error.failed


def _edited(world: World, current: str, blueprint: Blueprint, migration: MigrationState | None) -> tuple[str, ...]:
    migrator = world.migrator(current) if current and migration else None
    if migrator is None or migration is None:
        return ()
    environment = world.databases[blueprint.tables.migrations.database].environment(application=world.application)
    try:
        applied = {one.revision: one.digest for one in migrator.state(environment).applied}
    except ToolFailed:
        return ()  # what serves may not know a schema that is ahead of it; then there is nothing to compare
    return tuple(
        one.revision for one in migration.applied if one.digest and applied.get(one.revision, one.digest) != one.digest
    )


def _lint(
    linter: MigrationLinter | None, blueprint: Blueprint, migration: MigrationState | None
) -> tuple[tuple[LintFinding, ...], str]:
    if migration is None or not migration.pending:
        return (), ""
    if not blueprint.tables.migrations.lint:
        return (), "migrations.lint is false"
    if linter is None:
        return (), NO_LINTER
    return linter.lint(migration.pending), linter.absent()


def _host(
    session: DeploySession, world: World, identity: Identity, blueprint: Blueprint, before: Blueprint | None
) -> HostState:
    tables = blueprint.tables
    exposed, kept = world.host.permission_faults(secret_paths(world, tables)), world.backups.all()
    return HostState(
        env_faults=tuple(lint_env(contract, world.host.environment_text()))
        if (contract := _contract(session, identity, tables.contract))
        else (),
        permission_faults={str(path): why for path, why in exposed.items()},
        backup_faults=world.backups.faults(),
        backup_free=world.backups.free(),
        directories={name: world.host.size(world.home / path) for name, path in tables.directories.items()},
        ports_taken=_ports_taken(world, blueprint, before),
        last_backup=kept[-1].size if kept else 0,
    )


def secret_paths(world: World, tables: Deploy) -> tuple[Path, ...]:
    """Return the files and directories that must be for their owner alone, as far as they are there."""
    paths = (world.host.environment_path(), *(world.home / path for path in tables.configuration))
    return tuple(path for path in dict.fromkeys(paths) if world.host.exists(path))


def _contract(session: DeploySession, identity: Identity, path: str) -> EnvText | None:
    if not path:
        return None
    blob = session.reader.files(identity.commit, (path,)).get(path)
    if blob is None:
        raise PreconditionFailed(
            f"The contract {path} is not in {identity.version}.",
            state="Nothing was changed.",
            todo='Release one, or set contract = "" in the deploy tables.',
        )
    return parse_env(blob.data)


def _ports_taken(world: World, blueprint: Blueprint, before: Blueprint | None) -> tuple[str, ...]:
    states = world.runtime.states()
    running = [spec for spec in (before.services if before else ()) if spec.name in states]
    ours = {spec.port for spec in running if states[spec.name].state == "running"}
    return tuple(
        spec.name
        for spec in blueprint.services
        if spec.port and spec.port not in ours and world.runtime.listening(spec.port)
    )
