"""Evidence: what the steps of a run learned, gathered from the facts in its journal.

Planners read it; steps never do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from release_tools.record import record


@record
class Evidence:
    """The last fact of each name; empty where a run did not get that far."""

    stage: str = "prepare"
    """Which plan is the current one: `prepare`, `cut-over`, `rollback`, `seal`, `clear`, `single`."""
    backup: Mapping[str, Any] | None = None
    """`id`, `manifest_sha256`, `size`, `seconds`."""
    proven: Mapping[str, Any] | None = None
    """`id`, `seconds`."""
    rehearsed: Mapping[str, Any] | None = None
    """`schema`, `revision`, `seconds`, `ahead`."""
    new_booted: Mapping[str, Any] | None = None
    """`good`, `said`, `seconds`."""
    old_booted: Mapping[str, Any] | None = None
    """`good`, `said`, `seconds`: the previous version on the migrated copy."""
    fallback: Mapping[str, Any] | None = None
    """`method`, `name`, `verified`, `manifest_sha256`."""
    closed_at: str = ""
    opened_at: str = ""
    before_traffic: Mapping[str, Any] | None = None
    """`requests`, `error_rate`, `p95` of the last minutes before maintenance."""
    verdict: str = ""
    """Of the bake: `pass`, `fail`, `inconclusive`."""
    watched: Mapping[str, Any] | None = None
    """`why`, `looks`."""
    approved: str = ""
    """Hash of the plan that a person approved to go on from."""
    failed: str = ""
    """Why a plan was given up, in one sentence."""
    failure: str = ""
    """What kind of failure that was: `backup`, `precondition`, `tool`, `interrupted`."""
    outcome: str = ""
    """What the record says of the run."""
    row: str = ""
    """The row of the rollback table that was followed."""


NAMES = frozenset(field.name for field in fields(Evidence))


def gather(facts: Iterable[Mapping[str, Any]]) -> Evidence:
    """Return the evidence in facts, oldest first; a later fact of the same name replaces an earlier one."""
    merged: dict[str, Any] = {}
    for fact in facts:
        merged.update({name: value for name, value in fact.items() if name in NAMES})
    return Evidence(**merged)
