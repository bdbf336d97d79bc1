"""The plan back: from what a failed deploy reached to the version before, serving and verified.

Which way it goes stands in `rollback`; it never touches a backup or a copy that it does not swap in.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from release_tools.deploy.blueprint import Blueprint, version_of
from release_tools.deploy.names import copy_name
from release_tools.deploy.rollback import Decision, Way
from release_tools.deploy.steps.backups import RestoreCopy, RestoreDirectory
from release_tools.deploy.steps.copies import SwapDatabase, SwapDirectory
from release_tools.deploy.steps.front import CloseFront, OpenFront
from release_tools.deploy.steps.health import VerifyVersion
from release_tools.deploy.steps.releases import SwitchRelease
from release_tools.deploy.steps.services import AllowRestarts, StartService, StopService
from release_tools.deploy.world import World
from release_tools.domain.deploy.service import ServiceState
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.record import record


@record
class Retreat:
    """What the plan back is made from: the release that failed and the one before, and what is there now."""

    run: str
    failed: str
    """The release that was to come."""
    previous: str
    """The release before; empty: there was none, and nothing will serve."""
    before: Blueprint | None
    after: Blueprint
    services: Mapping[str, ServiceState]
    live_names: Mapping[str, str]
    """Database to its live name, or its file's path."""
    home: str
    fallback: Mapping[str, Any]
    """The evidence of the fallback point; empty where there is none."""
    jobs: int = 2


def plan_retreat(retreat: Retreat, decision: Decision) -> Plan:
    """Return the plan that goes back by the way that was decided; `Way.CODE` or `Way.DATA`."""
    fronted = retreat.after.tables.front.kind == "front"
    steps = (
        *((CloseFront(retry_after=retreat.after.tables.front.retry_after),) if fronted else ()),
        *_stops(retreat),
        *(_data(retreat) if decision.way is Way.DATA else ()),
        SwitchRelease(old=retreat.failed, new=retreat.previous),
        *_starts(retreat),
        *((OpenFront(),) if fronted and retreat.previous else ()),
    )
    return Plan(
        title=f"go back to {version_of(retreat.previous) or 'nothing'}",
        steps=steps,
        notes=(f"{decision.row}: {decision.why}",),
    )


def _stops(retreat: Retreat) -> Iterator[Step[World]]:
    """Yield the stops of all that runs from the failed release, last started first; others may run on."""
    order = [spec.name for spec in retreat.after.services]
    strays = [
        name for name, one in retreat.services.items() if one.state != "stopped" and one.release == retreat.failed
    ]
    for name in sorted(strays, key=lambda name: order.index(name) if name in order else -1, reverse=True):
        spec = retreat.after.service(name)
        yield StopService(service=name, grace=spec.grace if spec else 10.0)


def _data(retreat: Retreat) -> Iterator[Step[World]]:
    """Yield what brings the data back: all of it is made beside what is live before the first of it is swapped in."""
    copies, backup = dict(retreat.fallback.get("copies", {})), str(retreat.fallback.get("backup", ""))
    sha256 = str(retreat.fallback.get("manifest_sha256", ""))
    swaps: list[Step[World]] = []
    for database, live in retreat.live_names.items():
        fresh = copies.get(database)
        if fresh is None:
            fresh = copy_name(live, "r", retreat.run)
            yield RestoreCopy(backup=backup, manifest_sha256=sha256, database=database, copy=fresh, jobs=retreat.jobs)
        swaps.append(SwapDatabase(database=database, fresh=fresh, kept=copy_name(live, "failed", retreat.run)))
    for subject, path in retreat.after.tables.directories.items() if backup else ():
        live = f"{retreat.home}/{path}"
        fresh, kept = (f"{live.rpartition('/')[0]}/{copy_name(live, use, retreat.run)}" for use in ("r", "failed"))
        yield RestoreDirectory(backup=backup, manifest_sha256=sha256, subject=subject, target=fresh)
        swaps.append(SwapDirectory(live=live, fresh=fresh, kept=kept))
    yield from swaps


def _starts(retreat: Retreat) -> Iterator[Step[World]]:
    if retreat.before is None:
        return
    version = version_of(retreat.previous)
    for spec in retreat.before.services:
        yield StartService(service=spec.name, release=retreat.previous, version=version)
    yield VerifyVersion(release=retreat.previous, version=version)
    yield AllowRestarts(services=tuple(spec.name for spec in retreat.before.services))
