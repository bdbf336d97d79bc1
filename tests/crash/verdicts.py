"""The verdicts of the crash matrix: what `continue` and `abort` must have made of the world that a killed command left.

A case is right, asked a human with a reason and a way on that works, or is wrong.
"""

import re
import shlex
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from crash_scenarios import Scenario
from crash_world import World, differences, observe_world
from stage import Ended, Stage

REMOVAL = re.compile(r"`rm ([^`]+)`")
SERVER_LOCK = re.compile(r"'([^'\n]+/remote\.git/[^'\n]+\.lock)'")
PATIENCE = 6
"""How often a case follows what a message tells a person to do."""


@dataclass(slots=True)
class Tally:
    """The counts of one scenario, and what was wrong."""

    points: int = 0
    words: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def count(self, case: str, verdict: str) -> None:
        """Count a verdict: `continued`, `aborted`, `asked` or what is wrong."""
        known = verdict in ("continued", "aborted", "asked")
        self.words[verdict if known else "wrong"] += 1
        if not known:
            self.wrong.append(f"{case}: {verdict}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A scenario on its stage, with the worlds that it may end in."""

    stage: Stage
    scenario: Scenario
    origin: World
    """Where `abort` leads back to."""
    before: World
    """Where the command began."""
    after: World
    """Where the undisturbed command led."""
    labels: tuple[str, ...]
    seconds: float

    def judge_continue(self) -> str:
        """Return the verdict on `continue` in the killed world on the stage."""
        undone = self._is_undoing()
        ended, asked = self._follow("continue")
        if "nothing to continue" in ended.out and observe_world(self.stage) == self.before:
            ended, again = self._follow(*self.scenario.argv)
            asked = asked or again
        goals = self._goals(undone=undone)
        world = observe_world(self.stage)
        if (ended.code, world) in goals:
            return "asked" if asked else "continued"
        return f"continue ended with {ended.code}: {ended.err}\n{differences(world, goals[0][1])}"

    def judge_abort(self, *, quiet: bool = True) -> str:
        """Return the verdict on `abort`; `quiet`: no child of the killed command can still change the world."""
        killed = observe_world(self.stage)
        ended, asked = self._follow("abort", "-y")
        world = observe_world(self.stage)
        if ended.code == 0 and world in self._ends(ended):
            return "asked" if asked else "aborted"
        if ended.code == 6 and self.scenario.finish and self._is_past(world):
            lasting = [name for name in killed if name not in ("lock", "temporary", "open runs")]
            if quiet and not asked and any(killed[name] != world[name] for name in lasting):
                return f"abort changed something and said no: {ended.err}\n{differences(world, killed)}"
            verdict = self.judge_continue()
            return "aborted" if verdict == "continued" else verdict
        return f"abort ended with {ended.code}: {ended.err}\n{differences(world, self.origin)}"

    def _ends(self, ended: Ended) -> tuple[World, ...]:
        if "nothing to abort" in ended.out:
            return (self.before, self.after)
        return (self.origin,)

    def _goals(self, *, undone: bool) -> tuple[tuple[int, World], ...]:
        """Return the exit codes and worlds in which going on may end."""
        if self.scenario.argv[0] != "abort":
            return ((self.scenario.code, self.after),)
        return ((0, self.origin),) if undone else ((0, self._forward()),)

    def _forward(self) -> World:
        """Return where the run leads that `abort` would have taken back."""
        self.stage.keep("aside")
        self.stage.restore("template")
        assert self.stage.run("continue").code == 0
        world = observe_world(self.stage)
        self.stage.restore("aside")
        return world

    def _is_undoing(self) -> bool:
        state = self.stage.repo / ".git" / "release-tools"
        journals = [path for path in state.glob("*/*/journal.jsonl") if '"undo":true' in path.read_text()]
        return bool(journals)

    def _is_past(self, world: World) -> bool:
        seen = "remote refs" if "remote refs" in world else "refs"
        return world[seen] != self.origin[seen]

    def _follow(self, *argv: str) -> tuple[Ended, bool]:
        """Run a command and do what it asks a person to do; return how it ended and whether it asked."""
        asked = 0
        while asked < PATIENCE:
            ended = self.stage.run(*argv)
            if ended.code not in (4, 6) or not self._obey(ended.err):
                break
            assert len(ended.err.strip().split("\n")) >= 3, ended.err
            asked += 1
        return ended, asked > 0

    def _obey(self, said: str) -> bool:
        """Do what a message tells a person to do; return whether there was anything."""
        server = SERVER_LOCK.findall(said)
        named = [name for words in REMOVAL.findall(said) for name in shlex.split(words)]
        for name in (*named, *server):
            Path(name).unlink()
        stash = "stash" in said
        if stash:
            self.stage.git("stash", "-q")
            self.stage.git("stash", "drop", "-q")
        return bool(named or server or stash)


def open_court(stage: Stage, scenario: Scenario) -> Judge:
    """Set the stage, keep it as `template`, and play the command undisturbed to learn its points and its end."""
    if scenario.origin:
        scenario.origin(stage)
        origin = observe_world(stage)
        _clear(stage)
    scenario.setting(stage)
    stage.keep("template")
    before = observe_world(stage)
    ended = stage.run(*scenario.argv, trace=True)
    assert ended.code == scenario.code, ended.err
    return Judge(
        stage=stage,
        scenario=scenario,
        origin=origin if scenario.origin else before,
        before=before,
        after=observe_world(stage),
        labels=stage.trace(),
        seconds=ended.seconds,
    )


def chosen_points(labels: tuple[str, ...], *, files: bool) -> Iterator[int]:
    """Yield the points to die at; of equal ones in a row (a tree being deleted) the first two and the last."""
    for label, equal in groupby(range(len(labels)), key=labels.__getitem__):
        numbers = list(equal)
        if files or not label.startswith(("file", "journal: torn")):
            yield from dict.fromkeys((*numbers[:2], numbers[-1]))


def _clear(stage: Stage) -> None:
    shutil.rmtree(stage.place)
    (stage.place / "tmp").mkdir(parents=True)
