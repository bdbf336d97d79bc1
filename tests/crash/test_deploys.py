"""The crash matrix of deploys: on real PostgreSQL and real processes, the worker killed at every point, then recovered.

CRASH_EVERY_POINT=1 also plays the points that are equal to their neighbours.
"""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deploy_scenes import Scene, open_scene
from deploy_verdicts import Court, chosen_points, open_court
from test_matrix import seed
from verdicts import Tally

SCENARIOS = {
    "deploy with a migration": "1.1.0",
    "deploy that goes back, code only": "1.2.0",
    "deploy that goes back, data as well": "1.3.0",
}
PARTS = {"1.1.0": 4, "1.2.0": 2, "1.3.0": 2}
SPLIT = [(name, part) for name, version in SCENARIOS.items() for part in range(PARTS[version])]
KILLS, KILLERS = 50, 4
EVERY = os.environ.get("CRASH_EVERY_POINT", "")
FAILED = "journal failed"

Record = Callable[[str, object], None]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Return a platform on which 1.0.0 serves."""
    with open_scene(tmp_path) as scene:
        monkeypatch.setenv("RELEASE_TOOLS_HOSTS", str(scene.hosts))
        scene.begin()
        yield scene


def points_of(court: Court) -> list[int]:
    """Return the points to die at: until it failed, a deploy that goes back is as one that does not."""
    first = next((n for n, label in enumerate(court.labels) if label.startswith(FAILED)), 0)
    points = range(len(court.labels)) if EVERY else chosen_points(court.labels)
    return [point for point in points if point >= first]


def play_point(court: Court, point: int, tally: Tally) -> None:
    """Kill the deploy at a point, recover, and count the verdict."""
    tally.points += 1
    case = f"point {point} ({court.labels[point]})"
    court.scene.restore()
    ended = court.scene.deploy(court.version, at=point)
    assert ended.code == -9 or "The worker of this run died" in ended.err, f"{case} was not reached: {ended.err}"
    count(court, case, tally)


def count(court: Court, case: str, tally: Tally) -> None:
    """Recover, and count the verdict."""
    verdict = court.judge()
    print(f"{case}: {verdict}", flush=True)
    tally.count(case, verdict)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "part"), SPLIT)
def test_killed_at_every_point(scene: Scene, name: str, part: int, record_property: Record) -> None:
    """Wherever a deploy dies, exactly the old or exactly the new version serves after `recover`, with its data."""
    version, tally = SCENARIOS[name], Tally()
    court = open_court(scene, version)
    points = points_of(court)
    assert len(points) > 20
    for point in points[part :: PARTS[version]]:
        play_point(court, point, tally)
    record_property("crash", [name, tally.points, dict(tally.words)])
    assert not tally.wrong, "\n\n".join(tally.wrong)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(KILLERS))
def test_killed_at_random_times(scene: Scene, part: int, record_property: Record) -> None:
    """Whenever a deploy dies, with its children or without, the same holds."""
    number, tally = seed(), Tally()
    record_property("crash seed", number)
    dice = random.Random(number + part)
    name = list(SCENARIOS)[part % len(SCENARIOS)]
    court = open_court(scene, SCENARIOS[name])
    for _ in range(KILLS // KILLERS + (part < KILLS % KILLERS)):
        tally.points += 1
        moment, group = dice.uniform(0, court.seconds), dice.random() < 0.5
        scene.restore()
        scene.deploy(court.version, after=moment, group=group)
        count(court, f"{'all' if group else 'one'} died at {moment:.3f} s", tally)
    record_property("crash", [f"{name}, at random", tally.points, dict(tally.words)])
    assert not tally.wrong, f"CRASH_SEED={number}\n" + "\n\n".join(tally.wrong)


@pytest.mark.slow
@pytest.mark.parametrize("label", ["apply migrate: returned", "journal done[13]: after"])
def test_killed_around_the_cut_over(scene: Scene, label: str, record_property: Record) -> None:
    """A sample of the matrix, to look at one case: behind the migration, and when users were let in."""
    tally = Tally()
    court = open_court(scene, "1.1.0")
    play_point(court, len(court.labels) - 1 - court.labels[::-1].index(label), tally)
    record_property("crash", ["deploy, a sample", tally.points, dict(tally.words)])
    assert not tally.wrong, "\n\n".join(tally.wrong)
