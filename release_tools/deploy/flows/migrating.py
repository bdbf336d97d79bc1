"""Migrating by hand: the pending migrations of a version alone, while the version before goes on serving.

So that one must be known to live with the new schema, or a person says that it need not be known.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from release_tools.deploy.flows.proposals import DeployProposal, intent_of, look_at
from release_tools.deploy.flows.stages import Stage, tell
from release_tools.deploy.guards import look_over, refuse
from release_tools.deploy.rollback import Migrated, Reached, decide
from release_tools.deploy.session import DeploySession
from release_tools.deploy.state import PlatformState
from release_tools.deploy.steps.migrations import Migrate
from release_tools.deploy.world import World
from release_tools.engine.plan import Plan
from release_tools.errors import BackupFailed, HumanNeeded

MIGRATION_GUARDS = ("environment file", "secret files", "migrations")


def propose_migration(
    session: DeploySession, world: World, version: str, *, accept_unproven: bool = False
) -> DeployProposal:
    """Return the plan that migrates alone; `BackupFailed` without a verified backup of the last minutes.

    `HumanNeeded` where no rehearsal has seen the version that serves run on the new schema, unless that is accepted.
    """
    state = look_at(session, world, version)
    refuse(one for one in look_over(state) if one.subject in MIGRATION_GUARDS or one.subject.startswith("database"))
    intent = intent_of(session, world, state, flow="migrate", ref="", hold=False, waived={})
    migrations = state.blueprint.tables.migrations
    if not state.pending or state.migration is None:
        return DeployProposal(intent=intent, plan=Plan(title="no migration is pending"), stage=Stage.SINGLE)
    proven = _seen_to_run(session, state)
    if state.current and not proven and not accept_unproven:
        raise _unproven(state, never=proven is None)
    minutes = state.blueprint.policy(session.environment).backup_age
    if not _has_fresh_backup(world, state.now, timedelta(minutes=minutes)):
        raise BackupFailed(
            f"There is no verified backup of the last {minutes} minutes.",
            state="Nothing was changed.",
            todo=f"Type `release-tools backup --env {session.environment}`, then migrate.",
        )
    step = Migrate(
        release=state.release,
        database=migrations.database,
        source=state.migration.current,
        target=state.migration.target,
        timeout=migrations.timeout,
    )
    plan = Plan(
        title=f"migrate {session.environment} to {state.migration.target}",
        steps=(step,),
        notes=tuple(_notes(state, proven=bool(proven))),
        no_return=0,
    )
    return DeployProposal(intent=intent, plan=plan, stage=Stage.SINGLE)


def _seen_to_run(session: DeploySession, state: PlatformState) -> bool | None:
    """Return whether the version that serves ran on the migrated copy of the last rehearsal; None: there was none."""
    schema = state.migration.current if state.migration else ""
    for run in reversed(session.runs.history()):
        story = tell(run)
        about = (story.identity.release, story.previous, str(run.intent.get("schema", "")))
        if about == (state.release, state.current, schema) and story.evidence.old_booted:
            return bool(story.evidence.old_booted["good"])
    return None


def _unproven(state: PlatformState, *, never: bool) -> HumanNeeded:
    seen = "was never seen to run" if never else "was seen to fail"
    where = f"{state.version} --env {state.environment}"
    rehearse = f"`release-tools rehearse {where}` shows whether it does; " if never else ""
    return HumanNeeded(
        f"{state.current_version}, which serves and goes on serving, {seen} on the schema of {state.version}.",
        state="\n".join(("Nothing was changed.", *_findings(state))),
        todo=f"{rehearse}`release-tools deploy {where}` migrates with users kept out and a way back. "
        "Add --accept-unproven to migrate all the same.",
    )


def _notes(state: PlatformState, *, proven: bool) -> Iterator[str]:
    if not state.current:
        return
    told = "was seen to run on the new schema" if proven else "is not known to run on the new schema"
    # Users write all the time, and there is no fallback point to go back to.
    reached = Reached(
        migrated=Migrated.ALL,
        written=True,
        old_code_proven=proven,
        fallback_verified=False,
        policy=state.blueprint.policy(state.environment).rollback,
    )
    decision = decide(reached)
    yield f"{state.current_version} goes on serving; it {told}"
    yield f"way back: {decision.way.value} ({decision.row}: {decision.why})"
    yield from _findings(state)


def _findings(state: PlatformState) -> Iterator[str]:
    yield from (f"{one.revision}: {one.message} [{one.rule}]" for one in state.findings if not one.expands)


def _has_fresh_backup(world: World, now: datetime, age: timedelta) -> bool:
    verified = (datetime.fromisoformat(one.verified_at) for one in world.backups.all() if one.verified_at)
    return any(now - at <= age for at in verified)
