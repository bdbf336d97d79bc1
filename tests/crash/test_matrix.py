"""The crash matrix: every point of death of every scenario, on real git with a real remote, continued and aborted.

The table of verdicts is printed at the end of the run by this directory's `conftest`.
"""

import os
import random
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from scenarios import SCENARIOS
from stage import open_stage
from verdicts import Judge, Tally, chosen_points, open_court

PARTS = 2
"""Into how many tests a scenario is split, so that several workers share it; twice as many where files are points."""
SPLIT = [(name, part) for name, one in SCENARIOS.items() for part in range(PARTS * (1 + one.files))]
KILLS = {
    "start": 50,
    "finish": 50,
    "finish hotfix, two open releases": 10,
    "finish upgrade without staging": 10,
    "finish feature": 10,
    "back-merge": 10,
    "protected: push and wait": 10,
    "protected: tag and wait": 10,
    "protected: delete": 10,
}
"""Random kills of each journey."""

Record = Callable[[str, object], None]


def play_points(judge: Judge, points: list[int], tally: Tally) -> None:
    """Kill the command at each point; continue the world that is left, and abort a copy of it."""
    for point in points:
        tally.points += 1
        case = f"point {point} ({judge.labels[point]})"
        judge.stage.restore("template")
        ended = judge.stage.run(*judge.scenario.argv, at=point)
        assert ended.code == -9, f"{case} was not reached: {ended.err}"
        judge.stage.keep("killed")
        tally.count(case, judge.judge_continue())
        judge.stage.restore("killed")
        tally.count(case, judge.judge_abort())


def play_kills(judge: Judge, dice: random.Random, number: int, tally: Tally) -> None:
    """Kill the command at random times: alone, or with all of its children."""
    for _ in range(number):
        tally.points += 1
        moment, group, back = dice.uniform(0, judge.seconds), dice.random() < 0.5, dice.random() < 0.5
        judge.stage.restore("template")
        judge.stage.run(*judge.scenario.argv, after=moment, group=group)
        verdict = judge.judge_abort(quiet=group) if back else judge.judge_continue()
        case = f"{'abort' if back else 'continue'} after {'all' if group else 'one'} died at {moment:.3f} s"
        tally.count(case, verdict)


def judged(root: Path, name: str, play: Callable[[Judge, Tally], None], record: Record) -> Tally:
    """Play a scenario, record its tally for the table, and return it."""
    tally = Tally()
    play(open_court(open_stage(root), SCENARIOS[name]), tally)
    record("crash", [name, tally.points, dict(tally.words)])
    return tally


def seed() -> int:
    """Return the seed of the random kills: the variable CRASH_SEED, else a new one."""
    return int(os.environ.get("CRASH_SEED", "0")) or secrets.randbelow(10**9)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "part"), SPLIT)
def test_killed_at_every_point(name: str, part: int, tmp_path: Path, record_property: Record) -> None:
    """Wherever a command dies, `continue` leads where it would have led and `abort` leads back."""

    def play(judge: Judge, tally: Tally) -> None:
        points = list(chosen_points(judge.labels, files=judge.scenario.files))
        play_points(judge, points[part :: PARTS * (1 + judge.scenario.files)], tally)

    tally = judged(tmp_path, name, play, record_property)
    assert tally.points > 1
    assert not tally.wrong, "\n\n".join(tally.wrong)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
@pytest.mark.parametrize("name", KILLS)
def test_killed_at_random_times(name: str, part: int, tmp_path: Path, record_property: Record) -> None:
    """Whenever a command dies, with its children or without, it goes on, goes back, or says what a person must do."""
    number = seed()
    print(f"CRASH_SEED={number}")
    record_property("crash seed", number)

    def play(judge: Judge, tally: Tally) -> None:
        play_kills(judge, random.Random(number + part), KILLS[name] // 2, tally)

    tally = judged(tmp_path, name, play, record_property)
    assert not tally.wrong, f"CRASH_SEED={number}\n" + "\n\n".join(tally.wrong)


@pytest.mark.parametrize("label", ["journal started[1]: after", "apply push-refs: returned"])
def test_killed_around_the_push(label: str, tmp_path: Path, record_property: Record) -> None:
    """A sample of the matrix for every day: a start that dies before or behind its push is continued and aborted."""

    def play(judge: Judge, tally: Tally) -> None:
        play_points(judge, [judge.labels.index(label)], tally)

    tally = judged(tmp_path, "start", play, record_property)
    assert not tally.wrong, "\n\n".join(tally.wrong)
