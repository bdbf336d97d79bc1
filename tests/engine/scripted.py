"""A world of named values whose steps answer and fail as a test scripts them.

Nothing is asserted here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from release_tools.engine.codec import registry
from release_tools.engine.plan import Plan
from release_tools.engine.runner import Decision, Progress, carry_out
from release_tools.engine.runs import Run, Runs
from release_tools.engine.step import DONE, PENDING, Facts, Reality, conflict
from release_tools.engine.stop import StopRequest

Effect = Callable[["ScriptedWorld"], Facts | None]
Look = Callable[["ScriptedWorld"], Reality]


@dataclass
class ScriptedWorld:
    """Values by name; what probing and applying a step does instead of the usual; and what was called."""

    values: dict[str, str] = field(default_factory=dict)
    looks: dict[str, list[Look]] = field(default_factory=dict)
    effects: dict[str, Effect] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValue:
    """Take one value from `old` to `new`."""

    kind: ClassVar[str] = "set-value"
    name: str
    old: str = ""
    new: str = "new"

    def title(self) -> str:
        """Return one line for the plan."""
        return f"set {self.name}"

    def probe(self, world: ScriptedWorld) -> Reality:
        """Answer as scripted, else by the value; each scripted answer is used once."""
        world.calls.append(f"probe {self.name}")
        script = world.looks.get(self.name)
        if script:
            return script.pop(0)(world)
        now = world.values.get(self.name, "")
        known = {self.new: DONE, self.old: PENDING}
        return known.get(now, conflict(f"{self.name} is {now}."))

    def apply(self, world: ScriptedWorld) -> Facts | None:
        """Do as scripted, else set the value."""
        world.calls.append(f"apply {self.name}")
        script = world.effects.get(self.name)
        if script:
            return script(world)
        world.values[self.name] = self.new
        return None


KINDS = registry(SetValue)


def plan_of(*names: str, title: str = "try it") -> Plan:
    """Return a plan that sets the named values, one after the other."""
    return Plan(title=title, steps=tuple(SetValue(name=name) for name in names))


def clock_of(start: int = 0) -> Callable[[], str]:
    """Return a clock that advances by a second with every look."""
    seconds: Iterator[int] = iter(range(start, 10**6))
    return lambda: f"2026-01-02T03:04:{next(seconds):02d}+00:00"


def runs_in(directory: Path) -> Runs:
    """Return the runs of a directory, read from disk anew."""
    return Runs(root=directory, kinds=KINDS, made_by="1.2.3", clock=clock_of())


def run_of(directory: Path, *names: str, intent: Mapping[str, Any] | None = None) -> Run:
    """Return a new run whose plan sets the named values."""
    return runs_in(directory).create("run-1", intent or {"flow": "try"}, plan_of(*names))


def reread(run: Run) -> Run:
    """Return the run as the next process would find it on disk."""
    again = runs_in(run.directory.parent.parent).open_run()
    assert again is not None
    return again


def carry(
    run: Run, world: ScriptedWorld, *, decision: Decision | None = None, stop: StopRequest | None = None
) -> list[Progress]:
    """Carry a run out and return the lines of progress."""
    lines: list[Progress] = []
    carry_out(run, world, report=lines.append, stop=stop or StopRequest(), decision=decision)
    return lines


def words(run: Run) -> list[tuple[str, int]]:
    """Return what the journal on disk says of steps: event and step number, in order."""
    return [(entry["event"], entry["step"]) for entry in run.journal.entries if "step" in entry]


def snapshot(directory: Path) -> dict[str, bytes]:
    """Return every file below a directory with its bytes."""
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}
