"""A command dies on one machine after any of its steps, another machine ends the work, and the first one catches up.

Two commands at the same moment, and runs that are finished elsewhere without a crash, stand in `tests/e2e`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from carry_scenarios import FEATURE, HOTFIX, UPGRADE, fixed, released_by_hand, upgraded, written
from crash_scenarios import FINISH, Scenario, started
from crash_world import World, differences, observe_world
from stage import Stage, open_stage
from verdicts import Judge, open_court
from waiting_scenarios import CONTINUE, carried_and_merged, guarded, merged

pytestmark = pytest.mark.slow

OTHER = "other"
"""The directory of the other machine's clone."""
BEHIND_A_STEP = ("journal plan: after", "journal done[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What is typed on the machine where the work began, and what ends it in any other clone."""

    setting: Callable[[Stage], None]
    here: tuple[str, ...]
    there: tuple[str, ...]


JOURNEYS: Mapping[str, Journey] = {
    "release": Journey(setting=started, here=FINISH, there=(*FINISH, "1.1.0")),
    "hotfix": Journey(setting=lambda stage: pushed(stage, fixed), here=HOTFIX, there=(*HOTFIX, "login")),
    "upgrade": Journey(setting=upgraded, here=UPGRADE, there=(*UPGRADE, "2.0.0")),
    "feature": Journey(setting=lambda stage: pushed(stage, written), here=FEATURE, there=(*FEATURE, "login")),
    "back-merge": Journey(setting=released_by_hand, here=("back-merge", "-y"), there=("back-merge", "-y")),
    "protected: push": Journey(setting=lambda stage: pushed(stage, guarded), here=FINISH, there=(*FINISH, "1.1.0")),
    "protected: tag": Journey(setting=merged, here=CONTINUE, there=(*FINISH, "1.1.0")),
    "protected: tag, from main": Journey(setting=merged, here=CONTINUE, there=FINISH),
    "protected: delete": Journey(setting=carried_and_merged, here=CONTINUE, there=(*FINISH, "1.1.0")),
}
EVERY = pytest.mark.parametrize("name", JOURNEYS)


def pushed(stage: Stage, setting: Callable[[Stage], None]) -> None:
    """Set a stage and push the branch that is checked out: nobody can finish what only one machine has."""
    setting(stage)
    stage.git("push", "-q", "origin", "HEAD")


def clone(stage: Stage) -> None:
    """Make the other machine's clone."""
    stage.git("clone", "-q", "remote.git", OTHER, at=".")


def fetched(stage: Stage) -> World:
    """Return the world of the machine where it began, once it has fetched what others did."""
    stage.git("fetch", "-q", "--prune", "--no-write-fetch-head")
    return observe_world(stage)


def opened(stage: Stage, journey: Journey) -> Judge:
    """Set a journey's stage and play it undisturbed on the machine where it began."""
    judge = open_court(stage, Scenario(setting=journey.setting, argv=journey.here))
    return replace(judge, after=fetched(stage))


def is_as_undisturbed(stage: Stage, judge: Judge) -> None:
    """Look at the machine where it began: nobody can tell that another one helped."""
    world = fetched(stage)
    assert world == judge.after, differences(world, judge.after)


def behind_steps(labels: tuple[str, ...]) -> list[int]:
    """Return the points before the first step and behind each one."""
    return [
        number for number, label in enumerate(labels) if label.startswith(BEHIND_A_STEP) and label.endswith("after")
    ]


def caught_up(stage: Stage) -> None:
    """Look at the other machine: what is there is what the remote has, and nothing is left half done."""
    assert stage.git("status", "--porcelain", at=OTHER) == ""
    assert stage.git("fsck", "--connectivity-only", "--no-dangling", "--no-progress", at=OTHER) == ""
    here = stage.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags", at=OTHER)
    there = stage.git("for-each-ref", "--format=%(refname) %(objectname)", at="remote.git").splitlines()
    assert set(here.splitlines()) <= set(there)


@EVERY
def test_begun_here_ended_there(name: str, tmp_path: Path) -> None:
    """Killed here behind any step: a fresh clone ends it, and `continue` here leads where it would have led."""
    journey = JOURNEYS[name]
    stage = open_stage(tmp_path)
    judge = opened(stage, journey)
    points = behind_steps(judge.labels)
    assert len(points) > 1
    for point in points:
        stage.restore("template")
        assert stage.run(*journey.here, at=point).code == -9
        clone(stage)
        finished = observe_world(stage)["remote refs"] == judge.after["remote refs"]
        there = stage.run(*journey.there, home=OTHER)
        gone = finished and "There is no branch" in there.err
        assert there.code == (3 if gone else 0), (judge.labels[point], there.err)
        caught_up(stage)
        assert observe_world(stage)["remote refs"] == judge.after["remote refs"], judge.labels[point]
        here = stage.run("continue")
        assert here.code == 0, (judge.labels[point], here.err)
        is_as_undisturbed(stage, judge)


@EVERY
def test_begun_there_ended_here(name: str, tmp_path: Path) -> None:
    """Killed in another clone behind any step: the machine where it began ends it, and the other one catches up."""
    journey = JOURNEYS[name]
    stage = open_stage(tmp_path)
    judge = opened(stage, journey)
    stage.restore("template")
    clone(stage)
    stage.keep("template")
    assert stage.run(*journey.there, home=OTHER, trace=True).code == 0
    labels = stage.trace()
    for point in behind_steps(labels):
        stage.restore("template")
        assert stage.run(*journey.there, home=OTHER, at=point).code == -9
        here = stage.run(*journey.here)
        if here.code == 3 and "is 1 commit behind" in here.err:
            stage.git("fetch", "-q", "--no-write-fetch-head")
            stage.git("merge", "-q", "--ff-only", "origin/release/v1.1.0")
            here = stage.run(*journey.here)
        assert here.code == 0, (labels[point], here.err)
        is_as_undisturbed(stage, judge)
        there = stage.run("continue", home=OTHER)
        assert there.code == 0, (labels[point], there.err)
        caught_up(stage)
        is_as_undisturbed(stage, judge)
