"""The crash matrix of deploys: on real PostgreSQL and real processes, the worker killed at every point, then recovered.

CRASH_EVERY_POINT=1 also plays the points that are equal to their neighbours.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from deploy_scenes import open_scene
from deploy_verdicts import Case, Court, Sequels, chosen_points, open_court
from test_matrix import seed
from verdicts import Tally

FAILED = "journal failed"
FIRST, CUT_OVER, BACK = ("1.0.0",), ("continue", "--approve"), ("rollback",)
CASES = {
    "deploy, prepared": Case(before=FIRST, argv=("deploy", "1.1.0", "--hold")),
    "cut-over with a migration": Case(before=FIRST, prepared="1.1.0", argv=CUT_OVER),
    "cut-over that goes back, code only": Case(before=FIRST, prepared="1.2.0", argv=CUT_OVER, first=FAILED),
    "cut-over that goes back with the data": Case(before=FIRST, prepared="1.3.0", argv=CUT_OVER, first=FAILED),
    "rollback, code only": Case(before=(*FIRST, "1.1.0"), argv=BACK),
    "rollback with the data": Case(before=(*FIRST, "2.0.0"), argv=(*BACK, "--accept-data-loss")),
}
"""What is killed at every point.

The two plans of a deploy are played apart, or every cut-over would be prepared anew; between them there is nothing but
the journal, from which either begins. A deploy that goes back is as one that does not until it failed.
"""

WHOLE = {
    "deploy with a migration": Case(before=FIRST, argv=("deploy", "1.1.0")),
    "deploy that goes back, code only": Case(before=FIRST, argv=("deploy", "1.2.0")),
    "deploy that goes back with the data": Case(before=FIRST, argv=("deploy", "1.3.0")),
    **{name: case for name, case in CASES.items() if case.argv[0] == "rollback"},
}
"""What is killed at random times."""

PARTS = 4
"""Into how many tests a case is split, so that several workers share it."""
KILLS = 10
"""Random kills of each case."""
EVERY = bool(os.environ.get("CRASH_EVERY_POINT"))

Record = Callable[[str, object], None]
Courts = Callable[[str], Court]


@pytest.fixture(scope="module")
def courts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courts]:
    """Return the court of a case by its name, on the one platform of this process; what it learned once, it knows."""
    opened: dict[str, Court] = {}
    with ExitStack() as stack:
        scene, sequels = stack.enter_context(open_scene(tmp_path_factory.mktemp("deploys"))), Sequels()

        def court(name: str) -> Court:
            if name not in opened:
                opened[name] = open_court(scene, (CASES | WHOLE)[name], sequels)
            return opened[name]

        yield court


def play_point(court: Court, point: int, tally: Tally) -> None:
    """Kill the command at a point, recover, and count the verdict."""
    tally.points += 1
    case = f"point {point} ({court.labels[point]})"
    court.scene.restore(court.setting)
    ended = court.scene.play(*court.argv, at=point)
    assert ended.code == -9 or "The worker of this run died" in ended.err, f"{case} was not reached: {ended.err}"
    count(court, case, tally)


def count(court: Court, case: str, tally: Tally) -> None:
    """Recover, and count the verdict."""
    verdict = court.judge()
    print(f"{case}: {verdict}", flush=True)
    tally.count(case, verdict)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", CASES)
def test_killed_at_every_point(courts: Courts, name: str, part: int, record_property: Record) -> None:
    """Wherever a command dies, exactly the old or exactly the new version serves after `recover`, with its data."""
    court, tally = courts(name), Tally()
    points = list(chosen_points(court, every=EVERY))
    assert len(points) > 20
    for point in points[part::PARTS]:
        play_point(court, point, tally)
    record_property("crash", [name, tally.points, dict(tally.words)])
    assert not tally.wrong, "\n\n".join(tally.wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_killed_at_random_times(courts: Courts, name: str, record_property: Record) -> None:
    """Whenever a command dies, with its children or without, the same holds."""
    number, court, tally = seed(), courts(name), Tally()
    record_property("crash seed", number)
    dice = random.Random(f"{number} {name}")
    for _ in range(KILLS):
        tally.points += 1
        moment, group = dice.uniform(0, court.seconds), dice.random() < 0.5
        court.scene.restore(court.setting)
        court.scene.play(*court.argv, after=moment, group=group)
        count(court, f"{'all' if group else 'one'} died at {moment:.3f} s", tally)
    record_property("crash", [f"{name}, at random", tally.points, dict(tally.words)])
    assert not tally.wrong, f"CRASH_SEED={number}\n" + "\n\n".join(tally.wrong)
