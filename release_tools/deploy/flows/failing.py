"""What a deploy reached when it failed, read from the world, the journal and the facts.

What follows from it stands in `rollback`.
"""

from release_tools.deploy.flows.stages import Story
from release_tools.deploy.rollback import Migrated, Policy, Reached
from release_tools.deploy.steps.migrations import CheckSchema, Migrate, migrator_of
from release_tools.deploy.world import World
from release_tools.errors import ToolFailed
from release_tools.ports.database import Database

RETURNS_WITHIN = 60.0
"""Seconds for which a database server that is gone is waited for: one that died is started again by its supervisor."""


def observe_reached(story: Story, world: World, *, policy: Policy) -> Reached:
    """Return what was reached; sessions of the run that are still at work are ended first.

    `ToolFailed` where a database that was lost does not come back, so that nobody can tell.
    """
    for database in world.databases.values():
        _await_answer(world, database)
    for database in world.databases.values():
        if stayed := database.terminate(world.application):
            pids = ", ".join(str(session.pid) for session in stayed)
            raise ToolFailed(f"Sessions of this run do not end: pid {pids}.", todo="End them on the server.")
    old_booted = story.evidence.old_booted or {}
    return Reached(
        migrated=_migrated(story, world),
        written=story.opened(),
        old_code_proven=bool(old_booted.get("good")),
        fallback_verified=_has_fallback(story, world),
        policy=policy,
    )


def _await_answer(world: World, database: Database) -> None:
    end = world.clock.monotonic() + RETURNS_WITHIN
    while True:
        try:
            database.sessions(world.application)
            return
        except ToolFailed:
            if world.stopping() or world.clock.monotonic() >= end:
                raise
        world.clock.sleep(1.0)


def _migrated(story: Story, world: World) -> Migrated:
    plan = story.cut_over()
    found = [(index, step) for index, step in enumerate(plan.steps) if isinstance(step, Migrate)] if plan else []
    if not found or not story.run.said_in(1, found[0][0]):
        return Migrated.NONE
    step = found[0][1]
    database = world.databases[step.database]
    current = migrator_of(world, step.release).state(database.environment(application=world.application)).current
    if current == step.target:
        return Migrated.PARTIAL if _schema_failed(story) else Migrated.ALL
    if current != step.source:
        return Migrated.PREFIX if _is_whole(story, world, step.database, same=False) else Migrated.PARTIAL
    return Migrated.NONE if _is_whole(story, world, step.database, same=True) else Migrated.PARTIAL


def _schema_failed(story: Story) -> bool:
    plan = story.cut_over()
    indexes = [index for index, step in enumerate(plan.steps) if isinstance(step, CheckSchema)] if plan else []
    return any(story.run.said_in(1, index) == "failed" for index in indexes)


def _is_whole(story: Story, world: World, database: str, *, same: bool) -> bool:
    """Return whether the schema is one that a recorded revision stands for: `same`, that of the fallback point."""
    copies = dict((story.evidence.fallback or {}).get("copies", {}))
    contents = world.databases[database].contents()
    if contents.invalid_indexes:
        return False
    if not same:
        return True
    copy = copies.get(database)
    return copy is None or world.databases[database].contents(copy).schema == contents.schema


def _has_fallback(story: Story, world: World) -> bool:
    fallback = story.evidence.fallback or {}
    copies = dict(fallback.get("copies", {}))
    there = all(copy in world.databases[name].names(copy) for name, copy in copies.items())
    backup = fallback.get("backup")
    kept = not backup or any(one.backup == backup for one in world.backups.all())
    return bool(fallback.get("verified")) and there and kept
