"""Deploys that GitHub's double is told of: one deployment with its states, whatever goes wrong with the answers.

The platform is in memory; which state means what is told in `tests/deploy/test_announced_deploys.py`.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes.platform import FakePlatform
from forge_double.faults import Fault
from forge_double.subject import ADA, DoubleSubject

from release_tools.deploy.flows.announcing import Announcer

pytestmark = pytest.mark.slow

LOG = "https://github.com/team/shop/actions/runs/7"
MADE, TURNED = r"/deployments$", r"/statuses$"


@pytest.fixture
def said() -> list[str]:
    """Return what is said to a person."""
    return []


@pytest.fixture
def platform(github: DoubleSubject, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    """Return an empty platform whose version is main's commit at the double."""
    commit = github.repository.branch("main")
    monkeypatch.setattr("fakes.platform.commit_of", lambda version: commit)
    made = FakePlatform(tmp_path / "state")
    made.front.figures = {"requests": 100.0, "error_rate": 0.0, "p95": 0.01}
    forge = github.seen_by(ADA, timeout=1)
    made.announcer = Announcer(forge=forge, environment="production", log=LOG, say=said.append)
    return made


def shown(github: DoubleSubject) -> list[tuple[str, list[str]]]:
    """Return each deployment's environment and its states, the oldest first."""
    rows: list[dict[str, Any]] = github.repository.deployments
    states = github.repository.deployment_statuses
    return [(row["environment"], [one["state"] for one in states.get(row["id"], [])]) for row in rows]


def test_a_deploy_is_one_deployment(github: DoubleSubject, platform: FakePlatform) -> None:
    """In progress, then a success, with the log's address."""
    assert platform.deploy("1.0.0") == "committed"
    assert shown(github) == [("production", ["in_progress", "success"])]
    (states,) = github.repository.deployment_statuses.values()
    assert {one["log_url"] for one in states} == {LOG}


LOST = {
    "502 after it was made": Fault(kind="after", method="POST", path=MADE),
    "silence after it was made": Fault(kind="hang", method="POST", path=MADE, seconds=1.5),
    "429 without retry-after": Fault(kind="before", method="POST", path=MADE, status=429),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_an_answer_that_got_lost_makes_no_second_deployment(
    github: DoubleSubject, platform: FakePlatform, said: list[str], fault: Fault
) -> None:
    """What GitHub did is found by the run's name in the payload."""
    used = replace(fault)
    github.double.wrong(used)
    assert platform.deploy("1.0.0") == "committed"
    assert used.times == 0
    assert shown(github) == [("production", ["in_progress", "success"])]
    assert said == []


def test_a_token_without_rights_harms_no_deploy(github: DoubleSubject, platform: FakePlatform, said: list[str]) -> None:
    """It is said, without the token, and the version serves."""
    github.double.state.add_identity("token-of-eve", "eve", permissions={"metadata": "read"})
    platform.announcer = replace(platform.announcer, forge=github.seen_by("token-of-eve"))
    assert platform.deploy("1.0.0") == "committed"
    assert shown(github) == []
    assert len(said) == 2
    assert "token-of-eve" not in "".join(said)
    (run,) = platform.runs.history()
    assert "token-of-eve" not in run.journal.path.read_text()
