"""The pushes of a run: a release that release-tools carries out pushes exactly what its plan says, and nothing else.

Read only when a run names itself; what an ordinary push must satisfy is the judge's business.
"""

import os
from pathlib import Path

from release_tools.domain.pushes.push import PushedRef, parse_refs
from release_tools.engine.journal import Journal
from release_tools.errors import CheckFailed
from release_tools.hooks.hurried_git import ask

KIND, JOURNAL, FORMAT = "push-refs", "journal.jsonl", 1
"""What the engine calls by these names; of the engine only the journal is imported."""

Updates = frozenset[tuple[str, str, str]]


def accepts(run_id: str, remote: str, told: bytes) -> bool:
    """Return whether a run is at this very push, False: there is no such run; CheckFailed: it is at another."""
    common = os.fsdecode(ask("git", "rev-parse", "--path-format=absolute", "--git-common-dir").removesuffix(b"\n"))
    journal = Path(common) / "release-tools" / "runs" / run_id / JOURNAL
    if not run_id or Path(run_id).name != run_id or not journal.is_file():
        return False
    planned = started_updates(journal, remote)
    strays = [ref for ref in parse_refs(told) if (ref.name, ref.old, ref.new) not in planned]
    if strays:
        raise _strayed(run_id, strays)
    return True


def started_updates(journal: Path, remote: str) -> Updates:
    """Return the (name, old, new) that the step in progress pushes to the remote; none when no such step is."""
    entries = Journal(journal, clock=str).entries
    plans = [number for number, entry in enumerate(entries) if entry["event"] == "plan"]
    if not plans or entries[plans[-1]]["plan"]["format"] != FORMAT:
        return frozenset()
    steps = entries[plans[-1]]["plan"]["steps"]
    words = {entry["step"]: entry["event"] for entry in entries[plans[-1] :] if "step" in entry}
    started = [steps[number] for number, word in words.items() if word == "started"]
    pushes = [step for step in started if step["kind"] == KIND and step["remote"] == remote]
    return frozenset((name, old, new) for step in pushes for name, old, new in step["updates"])


def _strayed(run_id: str, strays: list[PushedRef]) -> CheckFailed:
    lines = [f"  {ref.name}: {ref.old[:10] or 'absent'} to {ref.new[:10] or 'absent'}" for ref in strays]
    return CheckFailed(
        "\n".join((f"the run {run_id} is not at a push of this:", *lines)),
        state="Nothing was pushed.",
        todo="Push without RELEASE_TOOLS_RUN in the environment, or look at the run: release-tools status",
    )
