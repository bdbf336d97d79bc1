"""Waiting for several things: each is looked at in its own time, and a slow look costs the others nothing."""

from pathlib import Path
from threading import Barrier

import pytest
from fakes.platform import FakePlatform

from release_tools.deploy.waiting import DARK_SPAN, Wait, await_steady, await_up
from release_tools.deploy.world import World
from release_tools.domain.deploy.health import GOOD_IN_A_ROW, Sample
from release_tools.errors import CheckFailed

PATIENCE = 10.0


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a world whose clock moves on only when somebody sleeps."""
    return FakePlatform(tmp_path / "state").world("000001", lambda: False, None)


def good(name: str = "backend") -> Sample:
    """Return a good sample."""
    return Sample(name, True, "ok", 0.0)


def test_what_is_due_at_the_same_time_is_looked_at_at_the_same_time(world: World) -> None:
    """Neither of two looks ends before the other one has begun."""
    meeting = Barrier(2)

    def look() -> Sample:
        meeting.wait(PATIENCE)
        return good()

    took = await_steady(world, [Wait(name=name, look=look, within=60.0) for name in ("backend", "worker")])
    assert all(DARK_SPAN <= seconds < 2 * DARK_SPAN for seconds in took.values())


def test_what_must_stay_good_is_good_three_times(world: World) -> None:
    """Over the whole while, however quickly its looks are had."""
    wait = Wait(name="backend", look=good, within=60.0)
    assert await_steady(world, (wait,))["backend"] >= DARK_SPAN
    assert len(wait.moments) >= GOOD_IN_A_ROW


def test_what_must_only_be_up_is_good_once(world: World) -> None:
    """What needs it begins at once; that it stays is looked at together with everything else."""
    wait = Wait(name="backend", look=good, within=60.0)
    assert await_up(world, (wait,)) == {"backend": 0.0}
    assert len(wait.moments) == 1


def test_the_first_that_will_not_be_good_is_named(world: World) -> None:
    """Also where a later one failed meanwhile."""

    def broken(name: str) -> Wait:
        look = Sample(name, False, "it ended", 0.0, final=True)
        return Wait(name=name, look=lambda: look, within=60.0)

    with pytest.raises(CheckFailed, match="backend failed for good: it ended"):
        await_steady(world, [Wait(name="list", look=good, within=60.0), broken("backend"), broken("worker")])
