"""Backups by hand: taking one and proving it, proving one that is there, bringing one back.

A restore never writes over what is live: it is made beside it and swapped in.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from release_tools.deploy.blueprint import Blueprint, version_of
from release_tools.deploy.flows.proposals import DeployProposal
from release_tools.deploy.flows.records import journaled_hash, recorded_rows
from release_tools.deploy.flows.stages import Stage
from release_tools.deploy.names import backup_name, copy_name
from release_tools.deploy.sealing import record_database
from release_tools.deploy.session import DeploySession
from release_tools.deploy.steps.backups import ProveBackup, RestoreCopy, RestoreDirectory, TakeBackup
from release_tools.deploy.steps.copies import ClearScratch, SwapDatabase, SwapDirectory
from release_tools.deploy.steps.front import CloseFront, OpenFront
from release_tools.deploy.steps.health import VerifyVersion
from release_tools.deploy.steps.record import RecordRows
from release_tools.deploy.steps.releases import SwitchRelease
from release_tools.deploy.steps.services import AllowRestarts, StartService, StopService
from release_tools.deploy.world import World
from release_tools.domain.deploy.backup import Manifest, Purpose
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.errors import BackupRefused, HumanNeeded, PreconditionFailed


def propose_backup(session: DeploySession, world: World, blueprint: Blueprint) -> DeployProposal:
    """Return the plan that backs up what is live and proves the backup by a restore."""
    current = world.releases.current()
    backup = _take(session, world, blueprint, current, "manual", quiesced=False)
    plan = Plan(
        title=f"back {session.environment} up", steps=(backup, *_prove(session, world, blueprint, backup.backup, ""))
    )
    return DeployProposal(intent={**_intent(session, "backup", current), "backup": backup.backup}, plan=plan)


def propose_proof(session: DeploySession, world: World, blueprint: Blueprint, backup: str) -> DeployProposal:
    """Return the plan that proves a backup that is there, by reading all of it and restoring it beside what is live."""
    sha256 = known(session, world, backup)
    plan = Plan(title=f"prove {backup}", steps=_prove(session, world, blueprint, backup, sha256))
    return DeployProposal(intent=_intent(session, "verify-backup", world.releases.current()), plan=plan)


def propose_restore(session: DeploySession, world: World, backup: str, *, accept_data_loss: bool) -> DeployProposal:
    """Return the plan that brings a backup back; exit 6 with what would be lost until a person accepts that."""
    sha256 = known(session, world, backup)
    manifest = world.backups.verify(backup, sha256=sha256)
    release = _release_of(world, manifest)
    if not accept_data_loss:
        lost = "\n".join(_growth(world, manifest)) or "  no table has more rows than the backup"
        raise HumanNeeded(
            f"Restoring {backup} gives up everything that was written since {manifest.taken_at}.",
            state=f"Nothing was changed. Since then:\n{lost}",
            todo="Add --accept-data-loss; what is live is saved in a backup first and kept beside.",
        )
    steps = tuple(_restore(session, world, manifest, sha256, release))
    plan = Plan(title=f"restore {backup} to {session.environment}", steps=steps)
    return DeployProposal(intent=_intent(session, "restore", release), plan=plan, stage=Stage.ROLLBACK)


def known(session: DeploySession, world: World, backup: str) -> str:
    """Return the SHA-256 of a backup's manifest: the journal's copy, else, where no run here made it, the index's.

    `PreconditionFailed` with those that are there, where it is none of them.
    """
    kept = {one.backup: one.manifest_sha256 for one in world.backups.all()}
    sha256 = journaled_hash(session, backup) or kept.get(backup, "")
    if not sha256:
        newest = "\n".join(f"  {name}" for name in list(kept)[-5:]) or "  none"
        raise PreconditionFailed(
            f"There is no backup {backup}.", state="Nothing was changed.", todo=f"The newest ones are:\n{newest}"
        )
    return sha256


def _intent(session: DeploySession, flow: str, release: str) -> dict[str, str]:
    version, _, commit = release.rpartition("-")
    known_as = {"version": version, "commit": commit, "previous": release}
    return {"flow": flow, "env": session.environment, "actor": session.actor, **known_as}


def _take(
    session: DeploySession, world: World, blueprint: Blueprint, current: str, purpose: Purpose, *, quiesced: bool
) -> TakeBackup:
    now, version = session.now(), version_of(current)
    return TakeBackup(
        backup=backup_name(now, session.environment, version, purpose, session.run_id),
        purpose=purpose,
        version=version,
        taken_at=now.isoformat(),
        databases=tuple(world.databases),
        directories=tuple(blueprint.tables.directories.items()),
        configuration=blueprint.tables.configuration,
        quiesced=quiesced,
    )


def _prove(
    session: DeploySession, world: World, blueprint: Blueprint, backup: str, sha256: str
) -> tuple[Step[World], ...]:
    copies = tuple(
        (name, copy_name(database.facts().name, "s", session.run_id)) for name, database in world.databases.items()
    )
    directories = tuple(blueprint.tables.directories.items())
    return (
        ProveBackup(
            backup=backup, manifest_sha256=sha256, copies=copies, directories=directories, jobs=_jobs(blueprint)
        ),
        ClearScratch(copies=copies, rehearsal=session.run_id),
    )


def _release_of(world: World, manifest: Manifest) -> str:
    """Return the release that fits a backup: the current one where its version is the same, else the one laid out."""
    current = world.releases.current()
    if not manifest.version or version_of(current) == manifest.version:
        return current
    found = [release for release in world.releases.all() if version_of(release) == manifest.version]
    if not found:
        raise PreconditionFailed(
            f"{manifest.backup} belongs to {manifest.version}, which is not laid out here.",
            state="Nothing was changed.",
            todo=f"Lay it out with `release-tools rehearse {manifest.version}`, then restore again.",
        )
    return found[-1]


def _restore(
    session: DeploySession, world: World, manifest: Manifest, sha256: str, release: str
) -> Iterator[Step[World]]:
    current = world.releases.current()
    blueprint = world.blueprint(current)
    target = world.blueprint(release)
    copies = tuple(_copies(session, world, manifest))
    directories = tuple(_directories(session, world, manifest, blueprint))
    for name, fresh, _ in copies:
        yield RestoreCopy(
            backup=manifest.backup, manifest_sha256=sha256, database=name, copy=fresh, jobs=_jobs(blueprint)
        )
    for subject, (fresh, _, _) in directories:
        yield RestoreDirectory(backup=manifest.backup, manifest_sha256=sha256, subject=subject, target=fresh)
    # All of that may fail without anybody noticing; only now users are kept out.
    if world.front is not None:
        yield CloseFront(retry_after=blueprint.tables.front.retry_after)
    for name, state in reversed(tuple(world.runtime.states().items())):
        spec = blueprint.service(name)
        if state.state != "stopped":
            yield StopService(service=name, grace=spec.grace if spec else 10.0)
    yield _take(session, world, blueprint, current, "salvage", quiesced=True)
    for name, fresh, kept in copies:
        yield SwapDatabase(database=name, fresh=fresh, kept=kept)
    for _, (fresh, live, kept) in directories:
        yield SwapDirectory(live=live, fresh=fresh, kept=kept)
    if release != current:
        yield SwitchRelease(old=current, new=release)
    for spec in target.services:
        yield StartService(service=spec.name, release=release, version=version_of(release))
    if database := record_database(target):
        versions, deploys = recorded_rows(session)
        yield RecordRows(database=database, versions=versions, deploys=deploys)
    yield VerifyVersion(release=release, version=version_of(release))
    yield AllowRestarts(services=tuple(spec.name for spec in target.services))
    if world.front is not None:
        yield OpenFront()


def _copies(session: DeploySession, world: World, manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Yield each database that a backup holds, with the names of its restored copy and of what is live now."""
    for name in manifest.contents:
        if name not in world.databases:
            raise BackupRefused(f"{manifest.backup} holds a database {name}, which this platform has not.")
        live = world.databases[name].facts().name
        yield name, copy_name(live, "r", session.run_id), copy_name(live, "failed", session.run_id)


def _directories(
    session: DeploySession, world: World, manifest: Manifest, blueprint: Blueprint
) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Yield each directory that a backup holds, with the paths of its restored copy, of itself, and of it kept."""
    held = {artefact.subject for artefact in manifest.artefacts if artefact.kind == "directory"}
    for subject, path in blueprint.tables.directories.items():
        if subject not in held:
            continue
        live = world.home / path
        fresh, kept = (live.with_name(copy_name(path, use, session.run_id)) for use in ("r", "failed"))
        yield subject, (str(fresh), str(live), str(kept))


def _growth(world: World, manifest: Manifest) -> Iterator[str]:
    for name, contents in manifest.contents.items():
        since = {table.name: table.rows for table in contents.tables}
        for table, rows in world.databases[name].growth(since).items():
            yield f"  {name}: {table} {rows:+} rows"


def _jobs(blueprint: Blueprint) -> int:
    return max((table.jobs for table in blueprint.tables.databases.values()), default=1)


def import_foreign(session: DeploySession, world: World, files: Sequence[Path]) -> Manifest:
    """Take a hand-made backup over into the store; the manifest says what of it could not be proven."""
    backup = backup_name(session.now(), session.environment, "", "imported", session.run_id)
    manifest, _ = world.store.import_foreign(backup, files, taken_at=session.now().isoformat())
    return manifest
