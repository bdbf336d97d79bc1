"""The record that a deploy leaves in the platform's own database, row by row.

The journal is the authority; these rows can be written again from it.
"""

from typing import Literal, NamedTuple

from release_tools.record import record

Outcome = Literal["committed", "rolled_back", "failed", "operator_stopped"]


class VersionRow(NamedTuple):
    """A row of `platform_versions`."""

    version: str
    applied_at: str
    """ISO 8601, UTC."""
    description: str
    """Names the run (`deploy <id>`, `rollback <id>`), which makes writing it twice harmless."""


@record
class DeployRow:
    """A row of `platform_deploys`; `deploy_id` is a UUID derived from the run's identifier. Times are ISO 8601, UTC."""

    deploy_id: str
    run: str
    kind: Literal["deploy", "rollback", "restore"]
    from_version: str
    to_version: str
    git_commit: str
    outcome: Outcome
    plan_sha256: str = ""
    env_sha256: str = ""
    schema_from: str = ""
    schema_to: str = ""
    schema_ahead: bool = False
    """Whether the schema is newer than the code that serves."""
    backup_id: str = ""
    fallback_id: str = ""
    rollback_class: str = ""
    started_at: str = ""
    opened_at: str = ""
    finished_at: str = ""
    downtime_s: float | None = None
    actor: str = ""
    approved_by: str = ""
    journal_sha256: str = ""
