"""The steps against a repository in memory: what they answer before, after and beside their effect."""

import json
from pathlib import Path

import pytest
from step_cases import CASES, MAIN, TOPIC, V1, Case, Place, move_main

from release_tools.domain.refs import ABSENT, RefUpdate
from release_tools.engine.step import Answer
from release_tools.errors import ReleaseToolsError
from release_tools.release.steps import KINDS
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.steps.worktrees import MoveWorktree


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a fresh place."""
    return Place(tmp_path)


EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
DISTURBED = {name: case for name, case in CASES.items() if case.disturb}


def test_every_kind_of_step_has_a_case(place: Place) -> None:
    """A step without a case here is not known to compare and swap."""
    assert {type(case.make(place)) for case in CASES.values()} == set(KINDS.values())


@EVERY
def test_a_step_is_pending_before_and_done_after(place: Place, case: Case) -> None:
    """Probing changes nothing, applying once makes it done, and the title is one line."""
    case.before(place)
    step = case.make(place)
    assert step.probe(place.world).answer is Answer.PENDING
    assert step.probe(place.world).answer is Answer.PENDING
    facts = step.apply(place.world)
    assert facts is None or json.loads(json.dumps(facts)) == facts
    assert step.probe(place.world).answer is Answer.DONE
    assert "\n" not in step.title()


@pytest.mark.parametrize("case", DISTURBED.values(), ids=DISTURBED)
def test_a_step_knows_a_world_that_is_neither(place: Place, case: Case) -> None:
    """What it neither expects nor wants is a conflict with a reason, or one of the ways in which no harm is done."""
    case.before(place)
    step = case.make(place)
    assert case.disturb is not None
    case.disturb(place)
    reality = step.probe(place.world)
    assert reality.answer is case.answer
    assert bool(reality.reason) == (case.answer is Answer.CONFLICT)
    if case.answer is Answer.PENDING:
        step.apply(place.world)
        assert step.probe(place.world).answer is Answer.DONE


SWAPS = {
    name: case
    for name, case in DISTURBED.items()
    if name.startswith(("push", "update")) and case.answer is Answer.CONFLICT
}


@pytest.mark.parametrize("case", SWAPS.values(), ids=SWAPS)
def test_applying_against_a_moved_world_changes_nothing(place: Place, case: Case) -> None:
    """Compare-and-swap holds in the effect itself: somebody may come between probing and applying."""
    case.before(place)
    step = case.make(place)
    assert step.probe(place.world).answer is Answer.PENDING
    assert case.disturb is not None
    case.disturb(place)
    before = place.subject.here(), place.subject.there()
    with pytest.raises(ReleaseToolsError):
        step.apply(place.world)
    assert (place.subject.here(), place.subject.there()) == before


def test_a_conflict_of_refs_names_what_was_found_and_expected(place: Place) -> None:
    """A person sees which ref, where, and both values that would have been right."""
    place.subject.publish(MAIN, place.stray)
    step = PushRefs(remote="origin", updates=(RefUpdate(MAIN, place.old, place.new), RefUpdate(V1, ABSENT, place.new)))
    assert step.probe(place.world).reason == (
        f"main is {place.stray[:10]} at origin; expected {place.old[:10]} (before) or {place.new[:10]} (after)."
    )
    place.subject.set_ref(TOPIC, place.stray)
    gone = UpdateRefs(updates=(RefUpdate(TOPIC, place.old, ABSENT),), mirrors=(), reason="test")
    assert gone.probe(place.world).reason == (
        f"topic is {place.stray[:10]} here; expected {place.old[:10]} (before) or absent (after)."
    )


def test_local_changes_keep_a_worktree_where_it_is(place: Place) -> None:
    """The effect refuses; the step is pending still, and nothing of the person's is lost."""
    move_main(place)
    place.subject.write("a", "mine")
    step = MoveWorktree(path=str(place.subject.top), branch="main", old=place.old, new=place.new)
    with pytest.raises(ReleaseToolsError):
        step.apply(place.world)
    assert place.subject.text("a") == "mine"
    assert step.probe(place.world).answer is Answer.PENDING


def test_the_rest_of_a_push_is_pushed_when_somebody_has_built_upon_a_part(place: Place) -> None:
    """What the probe takes as there already is not pushed again."""
    place.subject.publish(MAIN, place.later)
    step = PushRefs(remote="origin", updates=(RefUpdate(MAIN, place.old, place.new), RefUpdate(V1, ABSENT, place.new)))
    assert step.probe(place.world).answer is Answer.PENDING
    step.apply(place.world)
    assert place.subject.there() == {MAIN: place.later, V1: place.new}
