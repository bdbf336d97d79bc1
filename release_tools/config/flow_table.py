"""The flow table as a team writes it: changes to the rows that git-flow has, rows of its own, rows taken out.

Whether the rows make sense together is judged in `config.semantics`.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from release_tools.config.finding import Finding
from release_tools.config.model import FlowKind, default_flow
from release_tools.domain.spelling import nearest

Rows = dict[str, Any]


def merge_flow(written: Mapping[str, Any], *, trunk: bool) -> tuple[Rows, tuple[Finding, ...]]:
    """Return the raw table that `written` makes of the default rows; `false` for a row takes it out."""
    kinds = without_develop(default_flow()) if trunk else default_flow()
    rows: Rows = {name: asdict(kind) for name, kind in kinds.items()}
    findings = []
    for name, row in written.items():
        if row is not False:
            rows[name] = {**rows.get(name, {}), **row} if isinstance(row, Mapping) else row
        elif rows.pop(name, None) is None:
            near = nearest(name, kinds)
            findings.append(Finding(f"flow.{name}", _no_such_row(near)))
    return rows, tuple(findings)


def without_develop(flow: Mapping[str, FlowKind]) -> dict[str, FlowKind]:
    """Return the table for a repository without an integration branch: what led to or from develop uses main."""
    return {name: _on_trunk(kind) for name, kind in flow.items()}


def _on_trunk(kind: FlowKind) -> FlowKind:
    left = tuple(target for target in kind.targets if target != "develop")
    targets = left or (("main",) if kind.targets else ())
    return replace(kind, base="main", targets=targets)


def _no_such_row(near: str | None) -> str:
    meant = f"; did you mean '{near}'?" if near else f"; the default rows are {', '.join(default_flow())}"
    return f"false takes out a default row, and there is none of this name{meant}"
