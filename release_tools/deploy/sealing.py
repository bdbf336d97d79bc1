"""The last plan of a deploy or of a way back: the record, restarts as before, and pruning.

Its rows are made from the journal, which stays the authority.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from release_tools.deploy.blueprint import Blueprint, version_of
from release_tools.deploy.evidence import Evidence
from release_tools.deploy.steps.copies import DropCopy
from release_tools.deploy.steps.record import RecordRows, RemoveBackup
from release_tools.deploy.steps.releases import RemoveRelease
from release_tools.deploy.steps.services import AllowRestarts
from release_tools.deploy.world import World
from release_tools.domain.deploy.record import DeployRow, Outcome, VersionRow
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.record import record

LONGEST_VERSION = 20
"""Characters of `platform_versions.version`."""


@record
class Ending:
    """How a run ended, and what it was about."""

    run: str
    kind: Literal["deploy", "rollback", "restore"]
    outcome: Outcome
    began: str
    ended: str
    """ISO 8601, UTC."""
    previous: str
    """The release before."""
    release: str
    """The release that the run was to bring."""
    serving: str
    """The release that serves now; empty: none."""
    commit: str
    plan_sha256: str
    env_sha256: str
    schema_from: str = ""
    schema_to: str = ""
    schema_ahead: bool = False
    rollback_class: str = ""
    actor: str = ""
    approved_by: str = ""
    journal_sha256: str = ""


@record
class Leftovers:
    """What nothing leads back to once a run is sealed."""

    copies: tuple[tuple[str, str], ...] = ()
    """Database and copy."""
    releases: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()


def plan_sealing(ending: Ending, evidence: Evidence, blueprint: Blueprint, leftovers: Leftovers) -> Plan:
    """Return the plan that records how a run ended and tidies up."""
    return Plan(
        title=f"record {ending.kind} of {version_of(ending.release)}: {ending.outcome.replace('_', ' ')}",
        steps=tuple(_steps(ending, evidence, blueprint, leftovers)),
    )


def _steps(ending: Ending, evidence: Evidence, blueprint: Blueprint, leftovers: Leftovers) -> Iterator[Step[World]]:
    database = record_database(blueprint)
    if database:
        yield RecordRows(
            database=database,
            versions=version_rows(ending),
            deploys=(tuple(asdict(deploy_row(ending, evidence)).items()),),
        )
    if ending.outcome == "committed":
        yield AllowRestarts(services=tuple(spec.name for spec in blueprint.services))
        yield from (DropCopy(database=name, copy=copy) for name, copy in leftovers.copies)
        yield from (RemoveBackup(backup=backup) for backup in leftovers.backups)
        yield from (RemoveRelease(release=release) for release in leftovers.releases)


def record_database(blueprint: Blueprint) -> str:
    """Return the database that holds the record: the migrated one, else the first; empty where there is none."""
    databases = blueprint.tables.databases
    migrated = blueprint.tables.migrations.database
    return migrated if migrated in databases else next(iter(databases), "")


def version_rows(ending: Ending) -> tuple[VersionRow, ...]:
    """Return the rows of `platform_versions`: one for what was committed, one for what serves again."""
    if ending.outcome not in ("committed", "rolled_back") or not ending.serving:
        return ()
    word = "rollback" if ending.outcome == "rolled_back" else ending.kind
    version = version_of(ending.serving)[:LONGEST_VERSION]
    return (VersionRow(version, ending.ended, f"{word} {ending.run}"),)


def deploy_row(ending: Ending, evidence: Evidence) -> DeployRow:
    """Return the row of `platform_deploys`."""
    return DeployRow(
        deploy_id=str(uuid5(NAMESPACE_URL, f"release-tools/{ending.run}")),
        run=ending.run,
        kind=ending.kind,
        from_version=version_of(ending.previous),
        to_version=version_of(ending.release),
        git_commit=ending.commit,
        outcome=ending.outcome,
        plan_sha256=ending.plan_sha256,
        env_sha256=ending.env_sha256,
        schema_from=ending.schema_from,
        schema_to=ending.schema_to,
        schema_ahead=ending.schema_ahead,
        backup_id=str((evidence.backup or {}).get("id", "")),
        fallback_id=str((evidence.fallback or {}).get("backup", "")),
        rollback_class=ending.rollback_class,
        started_at=ending.began,
        opened_at=evidence.opened_at,
        finished_at=ending.ended,
        downtime_s=downtime(evidence),
        actor=ending.actor,
        approved_by=ending.approved_by,
        journal_sha256=ending.journal_sha256,
    )


def downtime(evidence: Evidence) -> float | None:
    """Return for how many seconds users were kept out, None where they were not or still are."""
    if not (evidence.closed_at and evidence.opened_at):
        return None
    return (datetime.fromisoformat(evidence.opened_at) - datetime.fromisoformat(evidence.closed_at)).total_seconds()
