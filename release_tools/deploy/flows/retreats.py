"""The way back of a run, planned from what is there now.

The plan itself is made in `retreat`.
"""

from release_tools.deploy.flows.stages import Story
from release_tools.deploy.retreat import Retreat, plan_retreat
from release_tools.deploy.rollback import Decision
from release_tools.deploy.steps.front import OpenFront
from release_tools.deploy.world import World
from release_tools.engine.plan import Plan


def plan_way_back(story: Story, world: World, decision: Decision) -> Plan:
    """Return the plan that leads back from what a run reached."""
    if not story.touched():
        steps = (OpenFront(),) if world.front is not None and story.previous else ()
        return Plan(title="let users in again", steps=steps, notes=(f"{decision.row}: {decision.why}",))
    return plan_retreat(retreat_of(story, world), decision)


def retreat_of(story: Story, world: World) -> Retreat:
    """Return what a plan back is made from."""
    after = world.blueprint(story.identity.release)
    return Retreat(
        run=story.run.id,
        failed=story.identity.release,
        previous=story.previous,
        before=world.blueprint(story.previous) if story.previous else None,
        after=after,
        services=world.runtime.states(),
        live_names={name: database.facts().name for name, database in world.databases.items()},
        home=str(world.home),
        fallback=story.evidence.fallback or {},
        jobs=max((table.jobs for table in after.tables.databases.values()), default=1),
    )
