"""Runs on disk: where they live, which one is open, what the journal says of each step.

A run is an intent and a chain of plans in one journal; carrying plans out is the `runner`.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from release_tools.engine.codec import Registry
from release_tools.engine.journal import Entry, Journal, sync_directory
from release_tools.engine.plan import Plan, decode_plan, encode_plan
from release_tools.errors import HumanNeeded, PreconditionFailed
from release_tools.record import record

Intent = Mapping[str, Any]
"""What the person asked for, as flat JSON values; `flow` names the flow that can plan it further."""

JOURNAL = "journal.jsonl"


@record
class Run:
    """One run: its directory, its journal and the step kinds that its plans may hold."""

    directory: Path
    journal: Journal
    kinds: Registry
    made_by: str
    place: str = ""
    """What is typed behind a command that is about this run, as ` --env production`."""

    @property
    def id(self) -> str:
        """Return the run's identifier, which is also its directory's name."""
        return self.directory.name

    @property
    def intent(self) -> Intent:
        """Return what the person asked for."""
        intent: Intent = self.journal.entries[0]["intent"]
        return intent

    @property
    def flow(self) -> str:
        """Return the name of the flow that planned the run and can plan it further."""
        return str(self.intent["flow"])

    @property
    def made(self) -> tuple[str, str]:
        """Return when the run began and by which version of release-tools."""
        first = self.journal.entries[0]
        return first["at"], first["made_by"]

    @property
    def plan_number(self) -> int:
        """Return the number of the current plan, counted from 0."""
        return sum(1 for entry in self.journal.entries if entry["event"] == "plan") - 1

    @property
    def undoing(self) -> bool:
        """Return whether the current plan takes the run back."""
        return bool(self._plan_entry()["undo"])

    @property
    def closed(self) -> str:
        """Return how the run ended, or the empty string while it is open."""
        last = self.journal.entries[-1]
        return str(last["outcome"]) if last["event"] == "closed" else ""

    @property
    def settled(self) -> bool:
        """Return whether nothing is left to do in the current plan."""
        return all(self.said(index) in ("done", "skipped") for index in range(len(self.plan().steps)))

    @property
    def waiting(self) -> bool:
        """Return whether the run only waits for an event elsewhere, so that other runs may begin meanwhile."""
        awaits = self.plan().awaits
        return awaits is not None and not awaits.human and not self.undoing and self.settled

    def plan(self) -> Plan:
        """Return the current plan."""
        return decode_plan(self._plan_entry()["plan"], self.kinds)

    def plans(self) -> tuple[Plan, ...]:
        """Return all plans of the run, oldest first."""
        return tuple(
            decode_plan(entry["plan"], self.kinds) for entry in self.journal.entries if entry["event"] == "plan"
        )

    def forward_plans(self) -> tuple[Plan, ...]:
        """Return the plans that go forward, oldest first, also while the run is being undone."""
        entries = (entry for entry in self.journal.entries if entry["event"] == "plan" and not entry["undo"])
        return tuple(decode_plan(entry["plan"], self.kinds) for entry in entries)

    def add_plan(self, plan: Plan, *, undo: bool = False, facts: Mapping[str, Any] | None = None) -> None:
        """Make `plan` the current one; the `facts` that it was made from are learned with it or not at all."""
        learned = {"facts": dict(facts)} if facts else {}
        self.journal.append("plan", undo=undo, plan=encode_plan(plan, made_by=self.made_by), **learned)

    def said(self, step: int) -> str:
        """Return the last word on a step of the current plan: `started`, `failed`, `done`, `skipped` or nothing."""
        words = [str(e["event"]) for e in self._since_plan() if e.get("step") == step]
        return words[-1] if words else ""

    def said_in(self, plan: int, step: int) -> str:
        """Return the last word on a step of the plan with a number, counted from 0; empty where it was not reached."""
        number, word = -1, ""
        for entry in self.journal.entries:
            number += entry["event"] == "plan"
            if number == plan and entry.get("step") == step:
                word = str(entry["event"])
        return word

    def note(self, facts: Mapping[str, Any]) -> None:
        """Write down what a long step saw in the middle of its work."""
        self.journal.append("sample", facts=dict(facts))

    def facts(self) -> tuple[Mapping[str, Any], ...]:
        """Return the facts that steps of all plans learned, oldest first."""
        return tuple(entry["facts"] for entry in self.journal.entries if entry.get("facts"))

    def begun(self, plan: Plan) -> bool:
        """Return whether any step of the current plan may have touched the world."""
        return any(self.said(index) for index in range(len(plan.steps)))

    def _plan_entry(self) -> Entry:
        return next(entry for entry in reversed(self.journal.entries) if entry["event"] == "plan")

    def _since_plan(self) -> Iterator[Entry]:
        entries = self.journal.entries
        start = max(index for index, entry in enumerate(entries) if entry["event"] == "plan")
        return iter(entries[start:])


@record
class Runs:
    """The state directory: open runs under `runs/`, ended ones under `history/`."""

    root: Path
    kinds: Registry
    made_by: str
    clock: Callable[[], str]
    place: str = ""
    """What is typed behind commands about its runs."""

    def draft_directory(self, run_id: str) -> Path:
        """Return the directory in which a run's draft is made, before the run itself exists."""
        return self.root / "runs" / run_id / "draft"

    def create(self, run_id: str, intent: Intent, plan: Plan, *, facts: Mapping[str, Any] | None = None) -> Run:
        """Begin a run: write its intent and its first plan; `PreconditionFailed` when the disk refuses."""
        directory = self.root / "runs" / run_id
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_directory(directory.parent)
            run = self._load(directory)
            run.journal.append("run", intent=dict(intent), made_by=self.made_by)
            run.add_plan(plan, facts=facts)
        except Exception as error:
            shutil.rmtree(directory, ignore_errors=True)
            raise PreconditionFailed(
                f"The run cannot be recorded: {error}", state="Nothing was changed.", todo="Make room and run it again."
            ) from error
        return run

    def open_runs(self) -> tuple[Run, ...]:
        """Return the runs that have not ended: one that is in the middle of its steps first, then those that wait."""
        runs = (self._load(directory) for directory in self._directories("runs"))
        return tuple(sorted((run for run in runs if _planned(run) and not run.closed), key=lambda run: run.waiting))

    def open_run(self) -> Run | None:
        """Return the unfinished run, or the oldest one that waits, if there is any."""
        return next(iter(self.open_runs()), None)

    def history(self) -> tuple[Run, ...]:
        """Return the ended runs, oldest first; `HumanNeeded` for a journal that is damaged or does not say its end."""
        runs = tuple(self._load(directory) for directory in self._directories("history"))
        for run in runs:
            if not run.journal.entries or not run.closed:
                raise HumanNeeded(
                    f"The journal {run.journal.path} is cut off: the run has ended, and its last lines are missing.",
                    state="Nothing was changed by this command; what the run did cannot be told from it.",
                    todo="Bring the file back from a backup of this machine, or move the run's directory away.",
                )
        return runs

    def close(self, run: Run, outcome: str) -> None:
        """End a run: its journal is kept, its draft is deleted."""
        run.journal.append("closed", outcome=outcome)
        self._put_away(run.directory)

    def discard(self, run: Run) -> None:
        """Forget a run none of whose steps has begun; without its journal it is a draft that `sweep` deletes."""
        run.journal.path.unlink()
        shutil.rmtree(run.directory)

    def sweep(self) -> None:
        """Delete drafts that never became runs and finish closing ended ones; call it under the lock."""
        for directory in self._directories("runs"):
            run = self._load(directory)
            if not _planned(run):
                shutil.rmtree(directory)
            elif run.closed:
                self._put_away(directory)

    def _put_away(self, directory: Path) -> None:
        shutil.rmtree(directory / "draft", ignore_errors=True)
        (self.root / "history").mkdir(mode=0o700, exist_ok=True)
        directory.rename(self.root / "history" / directory.name)
        sync_directory(self.root / "history")

    def _directories(self, kind: str) -> list[Path]:
        root = self.root / kind
        return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []

    def _load(self, directory: Path) -> Run:
        journal = Journal(directory / JOURNAL, clock=self.clock)
        return Run(directory=directory, journal=journal, kinds=self.kinds, made_by=self.made_by, place=self.place)


def _planned(run: Run) -> bool:
    return any(entry["event"] == "plan" for entry in run.journal.entries)
