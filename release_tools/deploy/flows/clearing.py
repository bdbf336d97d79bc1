"""Clearing: the plan that removes what a run made beside what serves, once it is given up.

Whether a run is given up is the conductor's decision.
"""

from collections.abc import Iterator

from release_tools.deploy.flows.stages import Stage, Story
from release_tools.deploy.steps.backups import RestoreCopy, RestoreDirectory
from release_tools.deploy.steps.copies import ClearScratch, DropDirectory
from release_tools.deploy.world import World
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step

BESIDE = (RestoreCopy, RestoreDirectory)
"""The steps of a restore that touch nothing live."""


def only_beside(story: Story) -> bool:
    """Return whether a run has done nothing yet but to restore beside what is live, so that giving it up is free."""
    plan = story.run.plan()
    live = (index for index, step in enumerate(plan.steps) if not isinstance(step, BESIDE))
    return (
        story.stage is Stage.ROLLBACK
        and story.run.flow == "restore"
        and not any(story.run.said(index) for index in live)
    )


def plan_clearing(story: Story) -> Plan:
    """Return the plan that removes what the current plan of a run has made."""
    about = story.identity.version or story.run.flow
    return Plan(title=f"clear what preparing {about} left", steps=tuple(_steps(story)))


def _steps(story: Story) -> Iterator[Step[World]]:
    steps = story.run.plan().steps
    yield from (
        ClearScratch(copies=step.copies, rehearsal=step.rehearsal) for step in steps if isinstance(step, ClearScratch)
    )
    restored = tuple((step.database, step.copy) for step in steps if isinstance(step, RestoreCopy))
    unpacked = [step.target for step in steps if isinstance(step, RestoreDirectory)]
    if restored or unpacked:
        yield ClearScratch(copies=restored, rehearsal=story.run.id)
    yield from (DropDirectory(path=path) for path in unpacked)
