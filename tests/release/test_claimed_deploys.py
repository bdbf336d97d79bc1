"""Claims on deploys: of all who would start one, exactly one does, whenever they look and whenever they die.

On a repository and a forge in memory; with GitHub's double the same is told in `tests/e2e/test_forge_deploys.py`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_session import Workshop
from step_cases import Place, deploy
from test_forge_flows import finish, forge_of, is_released
from test_started_deploys import deploying

from release_tools.domain.forge.claim import Claim, claim_ref, parse_claim, render_claim
from release_tools.domain.refs import ABSENT, RefUpdate
from release_tools.errors import PushRefused, ToolFailed
from release_tools.release.claiming import PATIENCE, Claimed, Standing, claim_deploy, drop_claim

REF = claim_ref("production")
OURS, THEIRS = (Claim(version="1.1.0", mark="deploy-v1.1.0", holder=holder) for holder in ("ours", "theirs"))


class Killed(BaseException):
    """What no code of ours may catch: the process is gone."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a repository with a remote."""
    return Place(tmp_path)


def claim(place: Place, ours: Claim) -> Claimed:
    """Claim a deploy to production."""
    return claim_deploy(place.world, "origin", "production", place.old, ours)


def held(place: Place) -> Claim | None:
    """Return the claim that the remote has."""
    return parse_claim(place.subject.reader.message(place.subject.there()[REF]))


def before_push(place: Place, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once between the next look at the remote and the push."""
    writer = type(place.subject.writer)
    push = writer.push

    def pushed(self: Any, *words: Any) -> None:
        monkeypatch.setattr(writer, "push", push)
        act()
        push(self, *words)

    monkeypatch.setattr(writer, "push", pushed)


def test_the_first_one_starts_it(place: Place) -> None:
    """The second one leaves it, and is told whose it is and for how long."""
    assert claim(place, OURS).standing is Standing.START
    assert claim(place, THEIRS) == Claimed(standing=Standing.LEAVE, holder="ours", left=PATIENCE)
    assert held(place) == OURS


def test_of_two_in_the_same_moment_one_starts_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both saw that nobody had claimed it."""
    first: list[Claimed] = []
    before_push(place, monkeypatch, lambda: first.append(claim(place, THEIRS)))
    assert claim(place, OURS).standing is Standing.LEAVE
    assert [one.standing for one in first] == [Standing.START] and held(place) == THEIRS


def test_who_was_cut_off_looks_before_starting_it(place: Place) -> None:
    """It may have been started right before."""
    claim(place, OURS)
    place.subject.repository.now += 10 * PATIENCE
    assert claim(place, OURS).standing is Standing.LOOK


def test_an_old_claim_is_taken_over_by_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two who would, the second finds a young claim."""
    claim(place, OURS)
    place.subject.repository.now += PATIENCE
    third = Claim(version="1.1.0", mark="deploy-v1.1.0", holder="third")
    taken: list[Claimed] = []
    before_push(place, monkeypatch, lambda: taken.append(claim(place, third)))
    assert claim(place, THEIRS) == Claimed(standing=Standing.LEAVE, holder="third", left=PATIENCE)
    assert [one.standing for one in taken] == [Standing.LOOK]


def test_a_newer_version_wins(place: Place) -> None:
    """It is claimed over an older one, and an older one is not claimed over it; one ref is all there ever is."""
    newer = Claim(version="1.2.0-rc.1", mark="deploy-v1.2.0-rc.1", holder="newer")
    claim(place, OURS)
    assert claim(place, newer).standing is Standing.START
    assert claim(place, OURS).standing is Standing.OUTDATED
    assert [name for name in place.subject.there() if "deploys" in name] == [REF] and held(place) == newer


def test_a_remote_that_takes_no_claims_is_no_obstacle(place: Place) -> None:
    """Then the forge's own list has to do."""
    place.subject.repository.remote("origin").protected = frozenset((REF,))
    claimed = claim(place, OURS)
    assert claimed.standing is Standing.UNCLAIMED and "protected" in claimed.why


def test_a_refusal_in_the_same_moment_is_no_refusal_of_claims(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that lets two pushes in at once refuses the second one, as it would refuse the ref itself."""

    def refuses() -> None:
        claim(place, THEIRS)
        raise PushRefused("cannot lock ref", refs=(REF,))

    before_push(place, monkeypatch, refuses)
    assert claim(place, OURS).standing is Standing.LEAVE and held(place) == THEIRS


def test_a_refusal_that_shows_nothing_yet_is_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other push had locked the ref and not set it."""

    def refuses() -> None:
        raise PushRefused("cannot lock ref", refs=(REF,))

    before_push(place, monkeypatch, refuses)
    assert claim(place, OURS).standing is Standing.START and held(place) == OURS


def test_who_goes_on_holds_on(place: Place) -> None:
    """Its claim is as young as its last look, so that nobody takes over what it is about to start."""
    claim(place, OURS)
    place.subject.repository.now += PATIENCE
    assert claim(place, OURS).standing is Standing.LOOK
    assert claim(place, THEIRS) == Claimed(standing=Standing.LEAVE, holder="ours", left=PATIENCE)


def test_a_push_that_fails_is_an_error(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody was quicker, it is not taken for lost to others."""

    def fails() -> None:
        raise ToolFailed("no route to host")

    before_push(place, monkeypatch, fails)
    with pytest.raises(ToolFailed, match="no route"):
        claim(place, OURS)


def test_a_claim_that_is_given_back_meanwhile_is_free(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was seen, and is gone when it is to be read."""
    theirs = claim(place, THEIRS)
    writer = type(place.subject.writer)
    fetch = writer.fetch

    def fetched(self: Any, *words: Any) -> None:
        monkeypatch.setattr(writer, "fetch", fetch)
        drop_claim(place.world, "origin", "production", theirs)
        fetch(self, *words)

    monkeypatch.setattr(writer, "fetch", fetched)
    assert claim(place, OURS).standing is Standing.START and held(place) == OURS


def test_what_is_no_claim_is_replaced(place: Place) -> None:
    """Somebody's odd commit in our place holds nothing up for ever."""
    place.subject.publish(REF, place.stray)
    assert claim(place, OURS).standing is Standing.START and held(place) == OURS


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0-rc.1+build.7"])
def test_a_claim_is_read_as_it_was_written(version: str) -> None:
    """Whatever stands in its fields."""
    told = Claim(version=version, mark=f"deploy-v{version}-production-0123456789ab", holder="20260101T000000Z-x-abcdef")
    assert parse_claim(render_claim(told)) == told and parse_claim("feat: x\n") is None


def test_every_environment_has_a_ref_of_its_own() -> None:
    """Also where git would not take its name, or another one looks like it."""
    names = ["production", "a b", "a/b", "a..b", "a%b", "a%20b", "ä", ".lock", "a.lock"]
    refs = [claim_ref(name) for name in names]
    assert len(set(refs)) == len(names) and not [
        ref for ref in refs if ".." in ref or " " in ref or ref.endswith(".lock")
    ]


def test_what_another_run_starts_is_left_to_it(place: Place) -> None:
    """As long as no run can be seen the step fails, naming the run that holds it; then it is found, or taken over."""
    step, world = deploy(place), place.world
    others = Claim(version=step.version, mark=step.mark, holder="run-of-another-clone")
    claim(place, others)
    with pytest.raises(ToolFailed, match=r"run-of-another-clone was about to start deploy\.yml") as caught:
        step.apply(world)
    assert f"In {PATIENCE} seconds" in caught.value.todo and place.forge.runs == []
    place.subject.repository.now += PATIENCE
    assert step.apply(world) == {"started": step.mark}
    assert place.forge.calls.count("start_pipeline") == 1
    assert step.apply(world) == {"started": step.mark}
    assert place.forge.calls.count("start_pipeline") == 1


def test_a_deploy_that_cannot_be_started_is_left_to_others(place: Place) -> None:
    """The claim is given back with the forge's no."""
    step = deploy(place)
    place.forge.pipelines.clear()
    with pytest.raises(ToolFailed, match="no such pipeline"):
        step.apply(place.world)
    assert REF not in place.subject.there()


def test_a_claim_that_cannot_be_given_back_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the forge's no, since others cannot start it before the claim is old."""
    step, writer = deploy(place), type(place.subject.writer)
    place.forge.pipelines.clear()
    push = writer.push

    def pushed(self: Any, remote: str, updates: tuple[RefUpdate, ...]) -> None:
        if updates[0].new == ABSENT:
            raise ToolFailed("no route to host")
        push(self, remote, updates)

    monkeypatch.setattr(writer, "push", pushed)
    with pytest.raises(ToolFailed, match="no such pipeline") as caught:
        step.apply(place.world)
    assert "others can start it in 10 minutes" in caught.value.todo


DEATHS = ("stamped", "claimed", "started")


@pytest.mark.parametrize("death", DEATHS)
def test_killed_around_its_start_it_is_started_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, death: str
) -> None:
    """Before the claim, behind it, and behind the forge's yes: the same run goes on, and there is one deploy."""
    workshop = deploying(tmp_path)
    _dies(workshop, monkeypatch, death)
    with pytest.raises(Killed):
        finish(workshop)
    monkeypatch.undo()
    assert finish(workshop) == "done"
    assert forge_of(workshop).calls.count("start_pipeline") == 1
    is_released(workshop)


def _dies(workshop: Workshop, monkeypatch: pytest.MonkeyPatch, death: str) -> None:
    writer, forge = type(workshop.subject.writer), type(forge_of(workshop))
    push, start = writer.push, forge.start_pipeline

    def pushed(self: Any, remote: str, updates: tuple[RefUpdate, ...]) -> None:
        claims = any(update.name == REF and update.old == ABSENT for update in updates)
        if claims and death == "stamped":
            raise Killed
        push(self, remote, updates)
        if claims and death == "claimed":
            raise Killed

    def begun(self: Any, *words: Any) -> None:
        start(self, *words)
        if death == "started":
            raise Killed

    monkeypatch.setattr(writer, "push", pushed)
    monkeypatch.setattr(forge, "start_pipeline", begun)
