"""The first plan of a deploy: everything that can fail without touching production.

It may be carried out again at any time; what it leaves is evidence.
"""

from collections.abc import Iterator

from release_tools.deploy.names import backup_name, copy_name
from release_tools.deploy.state import PlatformState
from release_tools.deploy.steps.backups import ProveBackup, TakeBackup
from release_tools.deploy.steps.copies import ClearScratch
from release_tools.deploy.steps.rehearsal import BootOnCopy, MigrateCopy
from release_tools.deploy.steps.releases import StageRelease
from release_tools.deploy.world import World
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step

BUILD_TIMEOUT = 1800.0


def plan_prepare(state: PlatformState, run: str) -> Plan:
    """Return the plan that stages a release, takes a backup, proves it by a restore, and rehearses on the copy."""
    steps = (
        StageRelease(
            release=state.release,
            commit=state.target.identity.commit,
            build=state.blueprint.tables.build,
            tree=state.target.tree,
            timeout=BUILD_TIMEOUT,
        ),
        *plan_proof(state, run),
        *_rehearse(state, run),
        ClearScratch(copies=scratch_copies(state, run), rehearsal=run),
    )
    return Plan(
        title=f"prepare {state.version} for {state.environment}",
        steps=steps,
        notes=("nothing of this touches what serves",),
    )


def plan_proof(state: PlatformState, run: str) -> tuple[Step[World], ...]:
    """Return the steps that take a backup of what is live and prove it by a restore."""
    tables = state.blueprint.tables
    backup = backup_name(state.now, state.environment, state.current_version, "live", run)
    return (
        TakeBackup(
            backup=backup,
            purpose="live",
            version=state.current_version,
            taken_at=state.now.isoformat(),
            databases=tuple(tables.databases),
            directories=tuple(tables.directories.items()),
            configuration=tables.configuration,
            quiesced=False,
        ),
        ProveBackup(
            backup=backup,
            manifest_sha256="",
            copies=scratch_copies(state, run),
            directories=tuple(tables.directories.items()),
            jobs=max((table.jobs for table in tables.databases.values()), default=1),
        ),
    )


def scratch_copies(state: PlatformState, run: str) -> tuple[tuple[str, str], ...]:
    """Return each database with the name of its copy for proof and rehearsal."""
    return tuple((name, copy_name(facts.name, "s", run)) for name, facts in state.databases.items())


def _rehearse(state: PlatformState, run: str) -> Iterator[Step[World]]:
    copies, migrations = scratch_copies(state, run), state.blueprint.tables.migrations
    if state.pending and state.migration:
        yield MigrateCopy(
            release=state.release,
            database=migrations.database,
            copy=dict(copies)[migrations.database],
            target=state.migration.target,
            timeout=migrations.timeout,
        )
    if any(spec.rehearsed for spec in state.blueprint.services):
        yield _boot(state.release, state.version, copies, run, previous=False)
    if state.pending and state.before and any(spec.rehearsed for spec in state.before.services):
        yield _boot(state.current, state.current_version, copies, run, previous=True)


def _boot(release: str, version: str, copies: tuple[tuple[str, str], ...], run: str, *, previous: bool) -> BootOnCopy:
    return BootOnCopy(release=release, version=version, copies=copies, rehearsal=run, previous=previous)
