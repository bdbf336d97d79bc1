"""How runs end: the plan that seals one, and the errors that say how it ended and what to type.

Whether it ends so is the conductor's decision.
"""

from collections.abc import Iterator

from release_tools.deploy.blueprint import version_of
from release_tools.deploy.cutover import way_back_of
from release_tools.deploy.flows.stages import Stage, Story
from release_tools.deploy.names import mark, prefix_of
from release_tools.deploy.sealing import Ending, Leftovers, plan_sealing
from release_tools.deploy.session import DeploySession
from release_tools.deploy.steps.migrations import Migrate
from release_tools.deploy.world import World
from release_tools.domain.deploy.backup import prunable
from release_tools.domain.deploy.record import Outcome
from release_tools.engine.plan import Plan, plan_hash
from release_tools.errors import (
    BackupFailed,
    HumanNeeded,
    OperatorNeeded,
    PreconditionFailed,
    ReleaseToolsError,
    RolledBack,
    ToolFailed,
)

KEPT_RELEASES = 3
"""How many releases stay laid out, the current one among them."""

AGAIN = {"backup": "back up"}
"""What a flow is called in a sentence, where its name is no verb."""


def seal(session: DeploySession, story: Story, world: World, outcome: Outcome) -> Plan:
    """Return the plan that records how a run ended and tidies up after it."""
    serving = world.releases.current()
    release = serving or story.identity.release
    blueprint = world.blueprint(release)
    cut_over = story.cut_over()
    migration = next((step for step in cut_over.steps if isinstance(step, Migrate)), None) if cut_over else None
    ending = Ending(
        run=story.run.id,
        kind=story.run.intent["flow"],
        outcome=outcome,
        began=story.began(),
        ended=world.clock.now(),
        previous=story.previous,
        release=story.identity.release,
        serving=serving,
        commit=story.identity.commit,
        plan_sha256=plan_hash(cut_over) if cut_over else "",
        env_sha256=str(story.run.intent.get("env_sha256", "")),
        schema_from=migration.source if migration else "",
        schema_to=migration.target if migration else "",
        schema_ahead=bool(migration) and story.evidence.row == "R1",
        rollback_class=way_back_of(story.evidence, pending=migration is not None),
        actor=str(story.run.intent.get("actor", "")),
        approved_by=session.actor if story.evidence.approved else "",
        journal_sha256=str(story.run.journal.entries[-1]["prev"]),
    )
    leftovers = _leftovers(session, story, world) if outcome == "committed" else Leftovers()
    return plan_sealing(ending, story.evidence, blueprint, leftovers)


def _leftovers(session: DeploySession, story: Story, world: World) -> Leftovers:
    """Return what earlier runs left: this run's own fallback stays until the next one is committed."""
    ours = mark(story.run.id)
    copies = tuple((name, copy) for name, copy in _copies(world) if not copy.endswith(ours))
    current = world.releases.current()
    others = [release for release in world.releases.all() if release not in (current, story.previous)]
    kept = KEPT_RELEASES - len({current, story.previous} - {""})
    releases = tuple(sorted(others)[: max(len(others) - kept, 0)])
    protections = _protections(story, world)
    told = dict(protections)
    backups = tuple(one._replace(protected=told.get(one.backup, one.protected)) for one in world.backups.all())
    return Leftovers(
        copies=copies,
        releases=releases,
        backups=prunable(backups, session.generations),
        protections=protections,
    )


def _protections(story: Story, world: World) -> tuple[tuple[str, str], ...]:
    """Return what of the way back of this run lies in a backup, and the backups that earlier ways back needed."""
    ours = str((story.evidence.fallback or {}).get("backup", ""))
    lifted = tuple((one.backup, "") for one in world.backups.all() if one.protected and one.backup != ours)
    return (*lifted, *(((ours, f"the way back from {story.identity.version}"),) if ours else ()))


def _copies(world: World) -> Iterator[tuple[str, str]]:
    for name, database in world.databases.items():
        live = database.facts().name
        yield from ((name, copy) for copy in database.names(prefix_of(live)))


def ending_of(story: Story) -> str:
    """Return in one sentence what state things are in after a run."""
    if story.stage is Stage.CLEAR:
        return "Production is untouched; nothing of this run is left."
    if story.evidence.outcome == "operator_stopped":
        return f"{story.identity.version} serves; it was not watched to the end."
    return "The run is recorded."


def unprepared(session: DeploySession, story: Story, why: str) -> ReleaseToolsError:
    """Return the error that a run was given up before it touched anything, with what to type for its kind."""
    flow, environment = story.run.flow, session.environment
    todo = f"Mend that, then {AGAIN.get(flow, flow)} again."
    if flow in ("verify-backup", "restore"):
        todo = f"Choose another one: `release-tools backups --env {environment}`."
    error = PreconditionFailed if story.evidence.failure == "precondition" else BackupFailed
    return error(why, state="Production is untouched; nothing of this run is left.", todo=todo)


def rolled_back(session: DeploySession, story: Story) -> RolledBack:
    """Return the error that a deploy failed and the version before serves again."""
    version, previous = story.identity.version, version_of(story.previous)
    serving = f"{previous} serves again, verified" if previous else "Nothing serves, as before"
    return RolledBack(
        f"{version} was taken back ({story.evidence.row}): {story.evidence.failed}",
        state=f"{serving}; the record says so.",
        todo=f"Look at `release-tools history --env {session.environment}`, mend {version}, release a new version.",
    )


def held(session: DeploySession, story: Story, why: str) -> HumanNeeded:
    """Return the error that nothing goes back by itself, with the commands that a person may choose from."""
    version, environment = story.identity.version, session.environment
    serves = story.opened()
    state = f"{version} serves." if serves else f"Users are kept out; {version} is not open."
    choices = [f"mend forward: `release-tools deploy NEWER --env {environment}`"]
    if serves:
        backup = (story.evidence.backup or {}).get("id", "BACKUP")
        choices.append(
            f"code only, if you know it can live with the schema: `release-tools rollback --env {environment}`"
        )
        choices.append(f"data as well: `release-tools restore {backup} --env {environment} --accept-data-loss`")
    else:
        choices = [
            f"go back: `release-tools abort --env {environment}`",
            f"go on: `release-tools continue --env {environment}`",
        ]
    return HumanNeeded(
        f"{version} failed, and nothing is taken back by itself: {why}",
        state=state,
        todo="Choose one:\n" + "\n".join(f"  {choice}" for choice in choices),
    )


def operator_needed(session: DeploySession, story: Story, why: str) -> OperatorNeeded:
    """Return the error that nothing more is done, as a runbook."""
    environment, plan = session.environment, story.run.plan()
    left = [step.title() for index, step in enumerate(plan.steps) if story.run.said(index) not in ("done", "skipped")]
    # Before the way back is planned nobody can say what is left of it; the steps that led here are not.
    planned = story.stage is Stage.ROLLBACK
    lines = "".join(f"  {number}. {title}\n" for number, title in enumerate(left, 1)) if planned else ""
    fallback = story.evidence.fallback or {}
    copies = "".join(
        f"\n  the state before is in the database {copy}" for copy in dict(fallback.get("copies", {})).values()
    )
    backup = fallback.get("backup") or (story.evidence.backup or {}).get("id", "")
    return OperatorNeeded(
        f"The way back from {story.identity.version} failed: {why}",
        state=f"Users are kept out, and everything is kept:{copies}\n  the last backup is {backup or 'none'}",
        todo=(f"What is left to do:\n{lines}" if lines else "")
        + f"Mend what stopped it, then type `release-tools recover --env {environment}`.",
    )


def unrecorded(session: DeploySession, story: Story, error: str) -> ToolFailed:
    """Return the error that all is well but the record."""
    return ToolFailed(
        error,
        state=f"What serves is not affected; what is left to do for {story.identity.version} is written down.",
        todo=f"Type `release-tools recover --env {session.environment}`.",
    )
