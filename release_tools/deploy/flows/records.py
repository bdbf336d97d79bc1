"""The record as the journals tell it: every run that ended, and the rows that each of them wrote.

After data was restored the rows are written again from here.
"""

from collections.abc import Iterator
from typing import Any

from release_tools.deploy.flows.stages import tell
from release_tools.deploy.sealing import downtime
from release_tools.deploy.session import DeploySession
from release_tools.deploy.steps.record import RecordRows
from release_tools.domain.deploy.record import VersionRow
from release_tools.engine.runs import Run
from release_tools.record import record


@record
class Past:
    """A run as the list of them shows it."""

    run: str
    flow: str
    version: str
    previous: str
    outcome: str
    """Empty while it is unfinished."""
    began: str
    opened: str
    downtime: float | None
    """Seconds."""
    why: str
    """Why it was given up, empty where it was not."""
    actor: str


def past_runs(session: DeploySession) -> tuple[Past, ...]:
    """Return the runs of an environment, oldest first, unfinished ones last."""
    return tuple(_past(run) for run in (*session.runs.history(), *session.runs.open_runs()))


def newest_journal(session: DeploySession) -> str:
    """Return the journal of the unfinished run, else of the one that ended last, as its file has it; empty without."""
    runs = (*session.runs.history(), *session.runs.open_runs())
    return runs[-1].journal.path.read_text(encoding="utf-8") if runs else ""


def committed_content(runs: tuple[Run, ...], version: str) -> str | None:
    """Return git's name of the tree that was committed last as a version, None where none was."""
    for run in reversed(runs):
        if run.flow == "deploy" and run.intent["version"] == version and run.closed == "committed":
            return str(run.intent["content"])
    return None


def journaled_hash(session: DeploySession, backup: str) -> str:
    """Return the SHA-256 of a backup's manifest as the journal of the run that made it has it; empty: none made it."""
    runs = (*session.runs.open_runs(), *reversed(session.runs.history()))
    facts = (fact.get(name) for run in runs for fact in run.facts() for name in ("backup", "fallback_backup"))
    made = (dict(fact) for fact in facts if fact)
    return next((str(one["manifest_sha256"]) for one in made if one["id"] == backup), "")


def recorded_rows(
    session: DeploySession,
) -> tuple[tuple[VersionRow, ...], tuple[tuple[tuple[str, str | float | bool | None], ...], ...]]:
    """Return all rows that ended runs wrote into the platform's tables."""
    steps = [step for run in session.runs.history() for step in _record_steps(run)]
    versions = tuple(row for step in steps for row in step.versions)
    return tuple(dict.fromkeys(versions)), tuple(row for step in steps for row in step.deploys)


def _record_steps(run: Run) -> Iterator[RecordRows]:
    plans = run.plans()
    for number, plan in enumerate(plans):
        for index, step in enumerate(plan.steps):
            if isinstance(step, RecordRows) and run.said_in(number, index) == "done":
                yield step


def _past(run: Run) -> Past:
    story, intent = tell(run), run.intent
    told: dict[str, Any] = {name: str(intent.get(name, "")) for name in ("version", "previous", "actor")}
    return Past(
        run=run.id,
        flow=str(intent["flow"]),
        outcome=run.closed,
        began=run.made[0],
        opened=story.evidence.opened_at,
        downtime=downtime(story.evidence),
        why=story.evidence.failed,
        **told,
    )
