"""The forecast of a cut-over: what is known of it before anything was prepared, as lines for a person.

It is no plan: that is made from what preparing learns.
"""

from collections.abc import Iterator
from typing import Any

from release_tools.deploy.cutover import forecast_downtime, way_back
from release_tools.deploy.state import PlatformState
from release_tools.domain.deploy.migration import Migration

SQL_LINES = 40


def forecast_lines(state: PlatformState) -> tuple[str, ...]:
    """Return the forecast: downtime, bytes, pending migrations with their SQL, findings, the way back."""
    size = state.database_bytes + sum(state.host.directories.values())
    return (
        f"then, by what that shows, cut {state.environment} over to {state.version}:",
        f"   now: {state.current_version or 'nothing'} serves",
        f"   downtime: about {forecast_downtime(state, None):.0f} s and the migrations, which the rehearsal measures"
        if state.pending
        else f"   downtime: about {forecast_downtime(state, None):.0f} s and the start of the services",
        f"   to back up: {size / 2**20:.1f} MiB",
        *_migrations(state),
        f"   way back: {way_back(state, None)}" + ("; the rehearsal may prove a better one" if state.pending else ""),
    )


def forecast_data(state: PlatformState) -> dict[str, Any]:
    """Return the forecast for scripts."""
    pending = state.migration.pending if state.migration else ()
    return {
        "version": state.version,
        "current": state.current_version,
        "downtime_s": forecast_downtime(state, None),
        "bytes": state.database_bytes + sum(state.host.directories.values()),
        "pending": [one._asdict() for one in pending],
        "findings": [one._asdict() for one in state.findings],
        "way_back": way_back(state, None),
    }


def _migrations(state: PlatformState) -> Iterator[str]:
    if not state.pending or state.migration is None:
        yield "   migrations: none pending"
        return
    for migration in state.migration.pending:
        yield f"   migration {migration.revision}: {migration.title}" + _kind(migration)
        lines = [line for line in migration.sql.splitlines() if line.strip()]
        yield from (f"      {line}" for line in lines[:SQL_LINES])
        if len(lines) > SQL_LINES:
            yield f"      … and {len(lines) - SQL_LINES} more lines"
    for finding in state.findings:
        danger = "" if finding.expands else "; the previous version cannot live with it"
        yield f"   lint {finding.revision}: {finding.message} [{finding.rule}]{danger}"


def _kind(migration: Migration) -> str:
    return "" if migration.transactional else " (not in one transaction)"
