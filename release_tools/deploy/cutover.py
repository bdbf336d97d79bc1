"""The second plan of a deploy: from keeping users out to watching the new version serve.

It is planned from the state and from what the first plan learned.
"""

from collections.abc import Iterator

from release_tools.deploy.evidence import Evidence
from release_tools.deploy.guards import ROOM
from release_tools.deploy.names import backup_name, copy_name
from release_tools.deploy.rollback import rollback_class
from release_tools.deploy.state import PlatformState
from release_tools.deploy.steps.backups import TakeBackup
from release_tools.deploy.steps.copies import CopyDatabase, VerifyFallback
from release_tools.deploy.steps.front import CloseFront, OpenFront
from release_tools.deploy.steps.health import Bake, VerifyVersion
from release_tools.deploy.steps.migrations import AwaitQuiet, CheckSchema, Migrate
from release_tools.deploy.steps.releases import SwitchRelease
from release_tools.deploy.steps.services import StartService, StopService
from release_tools.deploy.world import World
from release_tools.domain.deploy.database import DatabaseFacts
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.errors import BackupFailed

QUIET_WITHIN = 30.0


def plan_cutover(state: PlatformState, evidence: Evidence, run: str) -> Plan:
    """Return the plan that replaces what serves; `BackupFailed` where the rehearsal forecasts too long an outage."""
    seconds = forecast_downtime(state, evidence)
    limit = state.blueprint.policy(state.environment).max_downtime
    if limit and seconds > limit:
        raise BackupFailed(
            f"The rehearsal forecasts {seconds:.0f} s of downtime; {limit:g} s are allowed.",
            state="Production is untouched.",
            todo="Raise max_downtime of the environment, or make the migrations lighter.",
        )
    steps = tuple(_steps(state, evidence, run))
    opening = next((index for index, step in enumerate(steps) if isinstance(step, OpenFront | Bake)), None)
    return Plan(
        title=f"cut {state.environment} over to {state.version}",
        steps=steps,
        notes=(
            f"forecast: about {seconds:.0f} s of downtime",
            f"way back: {way_back(state, evidence)}",
        ),
        no_return=opening,
    )


def way_back(state: PlatformState, evidence: Evidence | None) -> str:
    """Return in words how this deploy can be taken back; without evidence the previous version counts as unproven."""
    proven = bool(evidence and evidence.old_booted and evidence.old_booted["good"])
    policy = state.blueprint.policy(state.environment).rollback
    return rollback_class(pending=state.pending, old_code_proven=proven, policy=policy)


def way_back_of(evidence: Evidence, *, pending: bool) -> str:
    """Return in words how a deploy can be taken back whose evidence is complete."""
    proven = bool(evidence.old_booted and evidence.old_booted["good"])
    return rollback_class(pending=pending, old_code_proven=proven, policy="auto")


def forecast_downtime(state: PlatformState, evidence: Evidence | None) -> float:
    """Return the seconds for which users will be kept out, as far as the rehearsal tells."""
    migrating = float((evidence.rehearsed or {}).get("seconds", 0.0)) if evidence else 0.0
    booting = float((evidence.new_booted or {}).get("seconds", 0.0)) if evidence else 0.0
    copying = state.database_bytes / (200 * 2**20) + sum(state.host.directories.values()) / (100 * 2**20)
    return 2.0 + migrating + booting + (copying if state.pending else 0.0)


def copies_fit(facts: DatabaseFacts) -> bool:
    """Return whether a whole copy of a database fits beside it."""
    return facts.may_create and (facts.free is None or facts.free >= facts.size * ROOM)


def _steps(state: PlatformState, evidence: Evidence, run: str) -> Iterator[Step[World]]:
    if state.blueprint.tables.front.kind == "front":
        yield CloseFront(retry_after=state.blueprint.tables.front.retry_after)
    yield from _stops(state)
    if state.pending:
        yield from (AwaitQuiet(database=name, seconds=QUIET_WITHIN) for name in state.databases)
        yield from _fallback(state, run)
        yield from _migrate(state, evidence)
    yield SwitchRelease(old=state.current, new=state.release)
    for spec in state.blueprint.services:
        yield StartService(service=spec.name, release=state.release, version=state.version)
    yield VerifyVersion(release=state.release, version=state.version)
    if state.blueprint.tables.front.kind == "front":
        yield OpenFront()
    if state.blueprint.bake.seconds:
        yield _bake(state)


def _stops(state: PlatformState) -> Iterator[Step[World]]:
    """Yield the stops of everything that runs, in the reverse of the order in which it was started."""
    order = [spec.name for spec in state.before.services] if state.before else []
    graces = {
        spec.name: spec.grace for spec in (*state.blueprint.services, *(state.before.services if state.before else ()))
    }
    running = [name for name, one in state.services.items() if one.state != "stopped"]
    for name in sorted(running, key=lambda name: order.index(name) if name in order else -1, reverse=True):
        yield StopService(service=name, grace=graces.get(name, 10.0))


def _fallback(state: PlatformState, run: str) -> Iterator[Step[World]]:
    tables = state.blueprint.tables
    copied = {name: facts for name, facts in state.databases.items() if copies_fit(facts)}
    copies = tuple((name, copy_name(facts.name, "pre", run)) for name, facts in copied.items())
    yield from (CopyDatabase(database=name, copy=copy) for name, copy in copies)
    dumped = tuple(name for name in state.databases if name not in copied)
    backup = ""
    if dumped or tables.directories:
        backup = backup_name(state.now, state.environment, state.current_version, "fallback", run)
        yield TakeBackup(
            backup=backup,
            purpose="fallback",
            version=state.current_version,
            taken_at=state.now.isoformat(),
            databases=dumped,
            directories=tuple(tables.directories.items()),
            configuration=(),
            quiesced=True,
        )
    yield VerifyFallback(copies=copies, backup=backup)


def _migrate(state: PlatformState, evidence: Evidence) -> Iterator[Step[World]]:
    migrations = state.blueprint.tables.migrations
    if state.migration:
        yield Migrate(
            release=state.release,
            database=migrations.database,
            source=state.migration.current,
            target=state.migration.target,
            timeout=migrations.timeout,
        )
    if evidence.rehearsed:
        yield CheckSchema(database=migrations.database, schema=str(evidence.rehearsed["schema"]))


def _bake(state: PlatformState) -> Bake:
    before = state.traffic
    return Bake(
        release=state.release,
        version=state.version,
        seconds=state.blueprint.bake.seconds,
        before=tuple(float(before[name]) for name in ("requests", "error_rate", "p95")) if before else (),
    )
