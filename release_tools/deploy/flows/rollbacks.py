"""Rolling back by hand: what was committed, and still serves, goes back to a version before it.

By code alone where that is known to be safe; with the data only when a person accepts what is lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from release_tools.deploy.blueprint import version_of
from release_tools.deploy.flows.proposals import DeployProposal
from release_tools.deploy.flows.stages import Stage, Story, tell
from release_tools.deploy.names import backup_name
from release_tools.deploy.retreat import Retreat, plan_retreat
from release_tools.deploy.rollback import Decision, Way
from release_tools.deploy.session import DeploySession
from release_tools.deploy.steps.backups import RestoreCopy, TakeBackup
from release_tools.deploy.steps.copies import SwapDatabase
from release_tools.deploy.steps.migrations import Migrate
from release_tools.deploy.world import World
from release_tools.domain.deploy.database import TableCount
from release_tools.domain.version import parse_version
from release_tools.engine.plan import Plan
from release_tools.errors import HumanNeeded, PreconditionFailed


def propose_rollback(
    session: DeploySession, world: World, *, to: str = "", accept_data_loss: bool = False
) -> DeployProposal:
    """Return the plan that goes back to a version, by default to the one before; exit 6 where data would be lost."""
    current = world.releases.current()
    if not current:
        raise PreconditionFailed("Nothing was ever deployed here.", state="Nothing was changed.")
    story = last_deploy(session, current)
    target = _target(world, story, current, to)
    decision = _decide(session, world, story, target, accept_data_loss=accept_data_loss)
    plan = plan_retreat(_retreat(session, world, story, current, target), decision)
    if decision.way is Way.DATA:
        plan = _salvaging(session, world, plan, current)
    before = last_deploy(session, target)
    intent = {
        "flow": "rollback",
        "env": session.environment,
        "version": version_of(current),
        "commit": story.identity.commit if story else "",
        "brought_by": story.run.id if story else "",
        "previous": target,
        "previous_commit": before.identity.commit if before else "",
        "actor": session.actor,
    }
    return DeployProposal(intent=intent, plan=plan, stage=Stage.ROLLBACK)


def last_deploy(session: DeploySession, release: str) -> Story | None:
    """Return the story of the deploy that brought a release, None where none is on record.

    Deploying it once more brought nothing: what served before it is what the first deploy replaced.
    """
    stories = (tell(run) for run in reversed(session.runs.history()) if run.flow == "deploy")
    return next((one for one in stories if one.identity.release == release and _brought(one)), None)


def _brought(story: Story) -> bool:
    return story.run.closed != "rolled_back" and story.previous != story.identity.release


def growth_lines(world: World, fallback: Mapping[str, str]) -> Iterator[str]:
    """Yield for each table how many rows it has more than the fallback copy: what going back to it would lose."""
    for name, copy in fallback.items():
        database = world.databases[name]
        if copy not in database.names(copy):
            yield f"  {name}: the copy {copy} is gone"
            continue
        before: tuple[TableCount, ...] = database.contents(copy).tables
        for table, rows in database.growth({one.name: one.rows for one in before}).items():
            yield f"  {name}: {table} {rows:+} rows"


def _target(world: World, story: Story | None, current: str, to: str) -> str:
    if not to:
        if story is None or not story.previous:
            raise PreconditionFailed(
                f"It is not known what served before {version_of(current)}.",
                state="Nothing was changed.",
                todo="Name the version with --to.",
            )
        return story.previous
    wanted = str(parse_version(to))
    found = [release for release in world.releases.all() if version_of(release) == wanted and release != current]
    if not found:
        laid_out = ", ".join(sorted({version_of(one) for one in world.releases.all() if one != current})) or "none"
        raise PreconditionFailed(
            f"{wanted} is not laid out here.",
            state="Nothing was changed.",
            todo=f"Name one of those that are: {laid_out}.",
        )
    return found[-1]


def _decide(
    session: DeploySession, world: World, story: Story | None, target: str, *, accept_data_loss: bool
) -> Decision:
    plan = story.cut_over() if story else None
    migrated = bool(plan and any(isinstance(step, Migrate) for step in plan.steps))
    proven = bool(story and story.previous == target and (story.evidence.old_booted or {}).get("good"))
    if story is not None and story.previous == target and not migrated:
        return Decision("R0", Way.CODE, "the schema was not touched since")
    if proven:
        return Decision("R1", Way.CODE, "the version was seen to run on this schema, which stays")
    fallback = dict((story.evidence.fallback or {}).get("copies", {})) if story and story.previous == target else {}
    if accept_data_loss and fallback:
        return Decision("R4c", Way.DATA, "the loss of what was written since was accepted")
    lost = "\n".join(growth_lines(world, fallback))
    raise HumanNeeded(
        f"{version_of(target)} is not known to run on this schema, so the data would have to go back as well.",
        state=f"Nothing was changed. Written since:\n{lost or '  nothing is known of it'}",
        todo=f"Add --accept-data-loss to lose that (it is saved in a backup first), or restore a backup: "
        f"`release-tools backups --env {session.environment}`.",
    )


def _retreat(session: DeploySession, world: World, story: Story | None, current: str, target: str) -> Retreat:
    return Retreat(
        run=session.run_id,
        failed=current,
        previous=target,
        before=world.blueprint(target),
        after=world.blueprint(current),
        services=world.runtime.states(),
        live_names={name: database.facts().name for name, database in world.databases.items()},
        home=str(world.home),
        fallback=(story.evidence.fallback or {}) if story else {},
    )


def _salvaging(session: DeploySession, world: World, plan: Plan, current: str) -> Plan:
    """Return the plan with a backup of what will be lost, taken when writers are stopped."""
    tables = world.blueprint(current).tables
    backup = TakeBackup(
        backup=backup_name(session.now(), session.environment, version_of(current), "salvage", session.run_id),
        purpose="salvage",
        version=version_of(current),
        taken_at=session.now().isoformat(),
        databases=tuple(world.databases),
        directories=tuple(tables.directories.items()),
        configuration=(),
        quiesced=True,
    )
    first = next(i for i, step in enumerate(plan.steps) if isinstance(step, SwapDatabase | RestoreCopy))
    return replace(plan, steps=(*plan.steps[:first], backup, *plan.steps[first:]))
