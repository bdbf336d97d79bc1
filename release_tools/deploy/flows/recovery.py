"""Recovery: brings an environment whose deploy died to exactly the new or exactly the old version, asking nobody.

It is fit for boot: where no run is unfinished, it starts what should run.
"""

from release_tools.deploy.blueprint import version_of
from release_tools.deploy.flows.conductor import DeployConductor
from release_tools.deploy.flows.proposals import DeployProposal
from release_tools.deploy.flows.stages import Stage, Story, tell
from release_tools.deploy.session import DeploySession
from release_tools.deploy.steps.front import OpenFront
from release_tools.deploy.steps.migrations import Migrate, migrator_of
from release_tools.deploy.steps.releases import SwitchRelease
from release_tools.deploy.steps.services import AllowRestarts, StartService
from release_tools.deploy.world import World
from release_tools.engine.plan import Plan
from release_tools.engine.runner import Decision
from release_tools.engine.runs import Run
from release_tools.errors import (
    BackupFailed,
    HumanNeeded,
    Inconclusive,
    Interrupted,
    OperatorNeeded,
    PreconditionFailed,
    RolledBack,
)

DIED = "The process that carried it out died."


def recover(conductor: DeployConductor) -> str:
    """Return how it ended: `nothing`, `abandoned`, `rolled_back`, `committed` or another outcome of the run."""
    run = _unfinished(conductor.session)
    if run is None:
        return _revive(conductor)
    try:
        return _settle(conductor, run)
    except RolledBack:
        return "rolled_back"
    except (Interrupted, Inconclusive):
        if not run.closed:
            raise  # somebody stopped us, not the run that we end
        return run.closed


def _unfinished(session: DeploySession) -> Run | None:
    """Return the unfinished run; a journal whose chain is broken tells nothing that one could build on."""
    try:
        return session.runs.open_run()
    except HumanNeeded as error:
        raise OperatorNeeded(error.failed, state=error.state, todo=error.todo) from error


def _settle(conductor: DeployConductor, run: Run) -> str:
    story = tell(run)
    world = conductor.session.world(run)
    if story.stage in (Stage.PREPARE, Stage.CLEAR):
        try:
            return conductor.turn_back(run, DIED)
        except (Interrupted, BackupFailed, PreconditionFailed):
            return "abandoned"
    if story.stage is Stage.CUT_OVER and not leads_forward(story, world):
        return conductor.turn_back(run, DIED)
    return conductor.go_on(run, Decision.REDO)


def leads_forward(story: Story, world: World) -> bool:
    """Return whether going on is the way: the schema is migrated whole, or nothing had to be and code has changed."""
    plan = story.cut_over()
    if plan is None:
        return False
    for database in world.databases.values():
        database.terminate(world.application)
    if world.releases.current() == story.identity.release != story.previous:
        return True
    for index, step in enumerate(plan.steps):
        word = story.run.said_in(1, index)
        if isinstance(step, SwitchRelease) and word:
            return True
        if isinstance(step, Migrate) and word:
            database = world.databases[step.database]
            environment = database.environment(application=world.application)
            return migrator_of(world, step.release).state(environment).current == step.target
    return False


def _revive(conductor: DeployConductor) -> str:
    proposal = propose_revival(conductor.session, conductor.session.world())
    if not proposal.plan.steps:
        return "nothing"
    return conductor.begin(proposal.intent, proposal.plan, proposal.stage)


def propose_revival(session: DeploySession, world: World) -> DeployProposal:
    """Return the plan that starts what should run, as after a reboot; without steps where all runs."""
    current = world.releases.current()
    intent = {"flow": "recover", "env": session.environment, "version": version_of(current), "previous": current}
    if not current:
        return DeployProposal(intent=intent, plan=Plan(title="nothing was ever deployed here"))
    blueprint, states = world.blueprint(current), world.runtime.states()
    down = [spec for spec in blueprint.services if spec.name not in states or states[spec.name].state != "running"]
    closed = world.front is not None and world.front.mode() != "open"
    if not down and not closed:
        return DeployProposal(intent=intent, plan=Plan(title="everything runs"))
    steps = (
        *(StartService(service=spec.name, release=current, version=version_of(current), steady=True) for spec in down),
        *((AllowRestarts(services=tuple(spec.name for spec in down)),) if down else ()),
        *((OpenFront(),) if world.front is not None else ()),
    )
    plan = Plan(title=f"start {version_of(current)} again", steps=steps)
    return DeployProposal(intent=intent, plan=plan, stage=Stage.SINGLE)
