"""Upkeep: what nothing leads back to any more is removed; which release serves.

A backup is removed only where no generation keeps it, and never the last verified one.
"""

from collections.abc import Iterator

from release_tools.deploy.blueprint import version_of
from release_tools.deploy.flows.endings import KEPT_RELEASES
from release_tools.deploy.flows.proposals import DeployProposal
from release_tools.deploy.flows.stages import Stage, tell
from release_tools.deploy.names import mark, prefix_of
from release_tools.deploy.session import DeploySession
from release_tools.deploy.steps.copies import DropCopy
from release_tools.deploy.steps.record import RemoveBackup
from release_tools.deploy.steps.releases import RemoveRelease
from release_tools.deploy.world import World
from release_tools.domain.deploy.backup import environment_of, prunable
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.errors import PreconditionFailed


def propose_tidying(session: DeploySession, world: World) -> DeployProposal:
    """Return the plan that removes old copies, releases and backups."""
    if session.runs.open_runs():
        raise PreconditionFailed(
            "A run is unfinished, and what it needs must not be removed.",
            state="Nothing was changed.",
            todo=f"Type `release-tools status --env {session.environment}`.",
        )
    steps = tuple(_tidy(session, world))
    title = f"tidy {session.environment} up" if steps else "nothing is left over"
    intent = {"flow": "gc", "env": session.environment, "version": "", "actor": session.actor}
    return DeployProposal(intent=intent, plan=Plan(title=title, steps=steps), stage=Stage.SINGLE)


def _tidy(session: DeploySession, world: World) -> Iterator[Step[World]]:
    current = world.releases.current()
    deploys = [tell(run) for run in session.runs.history() if run.flow == "deploy"]
    last = deploys[-1] if deploys else None
    kept_mark = mark(last.run.id) if last and last.run.closed == "committed" else ""
    for name, database in world.databases.items():
        for copy in database.names(prefix_of(database.facts().name)):
            if not (kept_mark and copy.endswith(f"pre_{kept_mark}")):
                yield DropCopy(database=name, copy=copy)
    previous = last.previous if last else ""
    others = sorted(release for release in world.releases.all() if release not in (current, previous))
    for release in others[: max(len(others) - KEPT_RELEASES + 2, 0)]:
        yield RemoveRelease(release=release)
    left = (one for one in world.backups.leftovers() if environment_of(one) == session.environment)
    for backup in (*left, *prunable(world.backups.all(), session.generations)):
        yield RemoveBackup(backup=backup)


def serving(world: World) -> tuple[str, str]:
    """Return the release that serves and its version; `PreconditionFailed` where none does."""
    current = world.releases.current()
    if not current:
        raise PreconditionFailed("Nothing was ever deployed here.", state="Nothing was changed.")
    return current, version_of(current)
