"""Deploys that a forge is told of, on a platform and a forge in memory: one record each, with how it stands and ends.

With GitHub's double the same is told in `tests/forge/test_announced_to_github.py`.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes.forge import FakeForge
from fakes.platform import FakePlatform, commit_of
from fakes.runtime import Script
from test_recovery import Death, Killed, assert_exactly_one, deploys, new_code_dies, new_platform

from release_tools.deploy.flows.announcing import UNANNOUNCED, Announcer
from release_tools.deploy.flows.recovery import recover
from release_tools.deploy.flows.rollbacks import propose_rollback
from release_tools.domain.forge.pipeline import Deployment
from release_tools.engine.runs import Run
from release_tools.errors import Interrupted, OutcomeUnknown, RolledBack, ToolFailed


class Audience:
    """A forge that a platform's deploys are shown at, and what was said when it could not be told."""

    def __init__(self, platform: FakePlatform) -> None:
        self.forge, self.said = FakeForge(), list[str]()
        platform.announcer = Announcer(forge=self.forge, environment="production", log="there", say=self.said.append)

    @property
    def records(self) -> list[tuple[str, str, str]]:
        """Return environment, commit and state of every record."""
        return [(one.environment, one.commit, one.state) for one in self.forge.records.values()]


@pytest.fixture
def platform(tmp_path: Path) -> FakePlatform:
    """Return a platform on which 1.0.0 serves, with 1.1.0 ready that has a migration."""
    return new_platform(tmp_path)


@pytest.fixture
def audience(platform: FakePlatform) -> Audience:
    """Return a forge that hears of the next deploys."""
    return Audience(platform)


def last_run(platform: FakePlatform) -> Run:
    """Return the run that ended last."""
    return platform.runs.history()[-1]


def test_a_deploy_is_shown_while_it_runs_and_when_it_serves(platform: FakePlatform, audience: Audience) -> None:
    """One record of its version's commit, in progress and then a success."""
    assert platform.deploy("1.1.0") == "committed"
    assert audience.records == [("production", commit_of("1.1.0"), "succeeded")]
    assert audience.forge.calls == ["record_deployment", "turn_deployment running", "turn_deployment succeeded"]
    assert (audience.said, last_run(platform).closed) == ([], "committed")
    (record,) = audience.forge.records.values()
    assert record.mark == last_run(platform).id


def test_a_deploy_that_was_taken_back_is_inactive(platform: FakePlatform, audience: Audience) -> None:
    """It does not serve; that it failed stands in the record of the platform."""
    new_code_dies(platform)
    with pytest.raises(RolledBack):
        platform.deploy("1.1.0")
    assert audience.records == [("production", commit_of("1.1.0"), "inactive")]


def test_a_deploy_that_could_not_be_prepared_has_failed(platform: FakePlatform, audience: Audience) -> None:
    """Production was not touched."""
    platform.runtime.scripts["backend@1.1.0-" + commit_of("1.1.0")[:12]] = Script(exits=3)
    platform.failing["r2"] = "no such column"
    with pytest.raises(Exception, match="no such column"):
        platform.deploy("1.1.0")
    assert audience.records == [("production", commit_of("1.1.0"), "failed")]


def test_a_deploy_that_somebody_stops_is_inactive(platform: FakePlatform, audience: Audience) -> None:
    """It never came."""
    platform.stop.requested = True
    with pytest.raises(Interrupted):
        platform.deploy("1.1.0")
    assert audience.records == [("production", commit_of("1.1.0"), "inactive")]


def test_each_deploy_has_a_record_of_its_own(platform: FakePlatform, audience: Audience) -> None:
    """Two runs, two records; other commands have none."""
    platform.deploy("1.1.0")
    platform.deploy("1.2.0")
    recover(platform.conductor())
    assert [state for *_, state in audience.records] == ["succeeded", "succeeded"]


def test_a_rollback_has_a_record_of_what_serves_again(platform: FakePlatform, audience: Audience) -> None:
    """And what it took back is inactive, in an environment where no forge would see that by itself."""
    platform.deploy("1.1.0")
    rolls_back(platform)
    assert audience.records == [
        ("production", commit_of("1.1.0"), "inactive"),
        ("production", commit_of("1.0.0"), "succeeded"),
    ]
    assert audience.said == [] and last_run(platform).closed == "rolled_back"


def test_a_rollback_that_a_forge_does_not_hear_of_is_one_all_the_same(
    platform: FakePlatform, audience: Audience
) -> None:
    """It is said, as with a deploy."""
    platform.deploy("1.1.0")
    audience.forge.turn_deployment = _fails  # type: ignore[method-assign]
    rolls_back(platform)
    assert audience.said == ["warning: the forge does not show that this rollback is succeeded: no route"]
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}


def rolls_back(platform: FakePlatform) -> None:
    """Roll back by hand, data or not."""
    session = platform.session()
    proposal = propose_rollback(session, session.world(), accept_data_loss=True)
    assert platform.conductor(session).begin(proposal.intent, proposal.plan, proposal.stage) == "rolled_back"


def _fails(*_: object) -> None:
    raise ToolFailed("no route")


@pytest.mark.parametrize("setting", [lambda platform: None, new_code_dies], ids=["forward", "back"])
def test_killed_at_every_line_there_is_one_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: Any
) -> None:
    """Whoever ends the run gives its record the final state: what serves is a success, what does not is none."""
    monkeypatch.setattr("os.fsync", lambda handle: None)
    death = Death(monkeypatch)
    undisturbed = new_platform(tmp_path / "undisturbed")
    setting(undisturbed)
    Audience(undisturbed)
    death.count = 0
    deploys(undisturbed)
    begun = range(14)
    for point in (*begun, *range(14, death.count - 12, 17), *range(death.count - 12, death.count)):
        platform = new_platform(tmp_path / str(point))
        setting(platform)
        audience = Audience(platform)
        death.left = point
        with pytest.raises(Killed):
            deploys(platform)
        recover(platform.conductor())
        serves = set(platform.serving().values()) == {"1.1.0"}
        states = [state for *_, state in audience.records]
        assert len(states) <= 1, (point, audience.forge.calls)
        assert not states or (states == ["succeeded"]) == serves, (point, audience.forge.calls)
        assert states or not serves, point
        assert audience.said == []
        assert_exactly_one(platform, point)


class Trouble:
    """A forge that fails in one of its methods."""

    def __init__(self, error: Exception, *, acts: bool = False) -> None:
        self.error, self.acts = error, acts

    def into(self, audience: Audience, method: str) -> None:
        """Let a method of the forge fail from now on, after it acted or without."""
        honest = getattr(audience.forge, method)

        def failing(*arguments: Any) -> Any:
            if self.acts:
                honest(*arguments)
            raise self.error

        setattr(audience.forge, method, failing)


@pytest.mark.parametrize("method", ["find_deployment", "record_deployment", "turn_deployment"])
@pytest.mark.parametrize("error", [ToolFailed("The forge did not answer."), KeyError("id")], ids=["silent", "garbled"])
def test_a_forge_in_trouble_harms_no_deploy(
    platform: FakePlatform, audience: Audience, method: str, error: Exception
) -> None:
    """The version serves; what could not be told is said, and stands in the journal."""
    Trouble(error).into(audience, method)
    assert platform.deploy("1.1.0") == "committed"
    assert platform.serving() == {"backend": "1.1.0", "worker": "1.1.0"}
    assert [text.split(":")[0] for text in audience.said] == ["warning", "warning"]
    noted = [facts[UNANNOUNCED]["state"] for facts in last_run(platform).facts() if UNANNOUNCED in facts]
    assert noted == ["running", "succeeded"]


def test_an_answer_that_got_lost_is_looked_for(platform: FakePlatform, audience: Audience) -> None:
    """The record that the forge made is the one; there is no second."""
    Trouble(OutcomeUnknown("It is not known."), acts=True).into(audience, "record_deployment")
    assert platform.deploy("1.1.0") == "committed"
    assert audience.records == [("production", commit_of("1.1.0"), "succeeded")]
    assert audience.said == []


def test_a_record_that_could_not_be_made_at_first_is_made_at_the_end(
    platform: FakePlatform, audience: Audience
) -> None:
    """A forge that comes back in the meantime shows how it ended."""
    honest, refusals = audience.forge.record_deployment, [ToolFailed("not now")]

    def once(environment: str, commit: str, mark: str, /) -> Deployment:
        if refusals:
            raise refusals.pop()
        return honest(environment, commit, mark)

    audience.forge.record_deployment = once  # type: ignore[method-assign]
    assert platform.deploy("1.1.0") == "committed"
    assert audience.records == [("production", commit_of("1.1.0"), "succeeded")]
    assert len(audience.said) == 1


def test_where_the_log_is_shown_is_told(platform: FakePlatform, audience: Audience) -> None:
    """Each state carries it."""
    told = list[str]()
    turn = audience.forge.turn_deployment

    def noted(deployment: int, state: Any, address: str, /) -> None:
        told.append(address)
        turn(deployment, state, address)

    audience.forge.turn_deployment = noted  # type: ignore[method-assign]
    platform.announcer = replace(platform.announcer, log="https://github.com/team/shop/actions/runs/7")
    platform.deploy("1.1.0")
    assert told == ["https://github.com/team/shop/actions/runs/7"] * 2
