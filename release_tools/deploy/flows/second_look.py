"""The second look: everything that preparing looked at is looked at again right before the cut-over is planned.

Between the two plans may lie an approval, and days. What is to be looked at stands in `guards`.
"""

from collections.abc import Iterator
from hashlib import sha256

from release_tools.deploy.cutover import plan_cutover
from release_tools.deploy.flows.stages import Story
from release_tools.deploy.guards import look_over
from release_tools.deploy.observe import observe_platform, observe_target
from release_tools.deploy.session import DeploySession
from release_tools.deploy.state import PlatformState
from release_tools.deploy.steps.backups import TakeBackup
from release_tools.deploy.world import World
from release_tools.engine.plan import Plan
from release_tools.errors import HumanNeeded, PreconditionFailed, UsageError

WAIVED = "waived "
"""How the keys of an intent begin that say why a guard's refusal does not count."""
FOR_BACKUPS = ("backup store", "backup space")
"""What matters only where the cut-over takes a backup."""


def environment_hash(world: World) -> str:
    """Return a hash of what the environment file says; values cannot be told from it."""
    told = "\n".join(f"{name}={value}" for name, value in sorted(world.host.environment().items()))
    return sha256(told.encode()).hexdigest()


def plan_from_now(session: DeploySession, story: Story, world: World) -> Plan:
    """Return the plan that cuts over, from what is there now; `HumanNeeded` names all that changed since preparing.

    `BackupFailed` where the rehearsal forecasts too long an outage.
    """
    try:
        state = _observe(session, story, world)
    except (PreconditionFailed, UsageError) as error:
        raise _changed(session, story, error.failed) from error
    plan = plan_cutover(state, story.evidence, story.run.id)
    if drift := tuple(_drift(story, state, plan, environment_hash(world))):
        raise _changed(session, story, "\n".join(drift))
    return plan


def _observe(session: DeploySession, story: Story, world: World) -> PlatformState:
    version = story.identity.version
    identity, tag = observe_target(session, version, str(story.run.intent.get("ref", "")))
    if identity != story.identity:
        raise PreconditionFailed(
            f"{tag or 'The ref'} was moved since this run was prepared: "
            f"{story.identity.commit[:10]} then, {identity.commit[:10]} now."
        )
    return observe_platform(session, world, identity, tag)


def _drift(story: Story, state: PlatformState, plan: Plan, env_sha256: str) -> Iterator[str]:
    intent = story.run.intent
    if state.current != story.previous:
        yield f"{state.current or 'Nothing'} serves now; this run was prepared on {story.previous or 'nothing'}."
    if env_sha256 != intent["env_sha256"]:
        yield "environment file: it says something else than when this run was prepared"
    stands = state.migration.current if state.migration else ""
    if stands != intent.get("schema", stands) and not state.migration_error:
        yield f"migrations: the database stands at {stands or 'nothing'}, and stood at {intent['schema'] or 'nothing'}"
    waived = [name.removeprefix(WAIVED) for name in intent if name.startswith(WAIVED)]
    takes = any(isinstance(step, TakeBackup) for step in plan.steps)
    for finding in look_over(state, waived=waived):
        if not finding.good and (takes or finding.subject not in FOR_BACKUPS):
            yield f"{finding.subject}: {finding.said}"


def _changed(session: DeploySession, story: Story, what: str) -> HumanNeeded:
    return HumanNeeded(
        f"What preparing {story.identity.version} looked at has changed:\n{what}",
        state="Production is untouched; what was prepared is kept.",
        todo=f"Mend that and type `release-tools continue --env {session.environment}`, or type "
        f"`release-tools abort --env {session.environment}` and deploy again.",
    )
