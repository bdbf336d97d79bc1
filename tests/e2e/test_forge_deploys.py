"""Deploys that a finished release starts at the forge: a workflow of the repository, dispatched once with its mark.

What such a workflow then does is not told here.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from forge_double.faults import Fault
from hosted import ADA, BOT, Hosted, hosted, ran, shows_no_token
from repository import ended
from test_forge_finish import FINISH, GO_ON, is_whole, started

pytestmark = pytest.mark.slow

TABLE = '[forge]\ntimeout = 1\n[forge.deploy]\npipeline = "deploy.yml"\n'
WORKFLOW = """\
name: deploy
run-name: deploy ${{ inputs.version }} (${{ inputs.environment }}) ${{ inputs.mark }}
on:
  workflow_dispatch:
    inputs: {environment: {type: string}, version: {type: string}, mark: {type: string}}
jobs: {}
"""
FILES = {".github/workflows/deploy.yml": WORKFLOW}
DISPATCHES = r"/dispatches$"
CLAIM = "refs/release-tools/deploys/production"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hosted]:
    """Return a site at a forge whose releases are deployed."""
    with hosted(tmp_path, config=TABLE, files=FILES) as made:
        yield made


def run_of(place: Hosted) -> dict[str, Any]:
    """Return the only run that was started."""
    (run,) = place.repository.runs
    return run


def test_a_release_is_deployed_once(place: Hosted) -> None:
    """The plan says so; it goes from the tag, with inputs; the same command again has nothing to do."""
    place.protect("main", "develop")
    here = started(place)
    place.double.heard.clear()
    assert ran(here, *FINISH).data["state"] == "done"
    assert 0 < len(place.double.heard) <= 25
    run, commit = run_of(place), place.site.remote.at("v1.1.0^{commit}")
    mark = f"deploy-v1.1.0-production-{commit[:12]}"
    assert (run["head_branch"], run["head_sha"]) == ("v1.1.0", commit)
    assert run["inputs"] == {"environment": "production", "version": "1.1.0", "mark": mark}
    assert run["display_title"] == f"deploy 1.1.0 (production) {mark}"
    assert ran(place.clone("other", BOT), *FINISH).data["state"] == "nothing"
    assert run_of(place) == run
    is_whole(place, here)


def test_two_finishes_in_the_very_same_moment_start_one_deploy(tmp_path: Path) -> None:
    """Both asked for its run before either started it: one claims it at the remote, the other finds it started."""
    with hosted(tmp_path, config=TABLE.replace("timeout = 1", "timeout = 20"), files=FILES) as place:
        here = started(place)
        ran(here, "install-hooks")
        place.double.wrong(Fault(kind="before", method="POST", path=DISPATCHES, status=404, times=2))
        clones = (here, place.clone("other", BOT))
        failed = [clone.run(*FINISH) for clone in clones]
        assert [DISPATCHES[:-1] in one.stderr for one in failed] == [True, True], [one.stderr[-900:] for one in failed]
        assert place.site.remote.at(CLAIM) == ""
        place.double.wrong(Fault(kind="hang", method="GET", path=r"/runs$", seconds=3.0, times=2))
        place.double.heard.clear()
        outcomes = [ended(one, timeout=240) for one in [clone.start(*GO_ON) for clone in clones]]
        asked = [one.method for one in place.double.heard if one.path.endswith(("/runs", "/dispatches"))]
        assert asked[:3] == ["GET", "GET", "POST"], "they did not look in the same moment"
        assert [one.code for one in outcomes] == [0, 0], [one.stderr for one in outcomes]
        assert run_of(place)["inputs"]["version"] == "1.1.0"
        assert "deploy-v1.1.0-production" in place.site.remote.git("log", "-1", "--format=%B", CLAIM)
        is_whole(place, here)


def test_a_plan_that_is_only_printed_starts_nothing(place: Hosted) -> None:
    """It names the workflow, the version and the environment."""
    shown = ran(started(place), *FINISH, "--dry-run").data["plan"]
    assert any("start deploy.yml: deploy 1.1.0 to production" in line for line in shown)
    assert place.repository.runs == []


LOST = {
    "502 after it was started": Fault(kind="after", method="POST", path=DISPATCHES),
    "silence after it was started": Fault(kind="hang", method="POST", path=DISPATCHES, seconds=2.0),
    "429 with retry-after": Fault(
        kind="before", method="POST", path=DISPATCHES, status=429, headers={"Retry-After": "0.1"}
    ),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_an_answer_that_got_lost_is_looked_for(place: Hosted, fault: Fault) -> None:
    """The command ends well by itself, with one run."""
    used = replace(fault)
    place.double.wrong(used)
    here = started(place)
    assert ran(here, *FINISH).data["state"] == "done"
    assert used.times == 0
    assert run_of(place)["inputs"]["version"] == "1.1.0"
    is_whole(place, here)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "in another clone"])
def test_a_token_that_may_not_start_workflows_is_told_what_it_lacks(place: Hosted, elsewhere: bool) -> None:
    """GitHub answers 404; the release is out, and whoever may start them goes on with the deploy alone."""
    place.double.wrong(Fault(kind="before", method="POST", path=DISPATCHES, status=404, message="Not Found"))
    here = started(place)
    failed = here.run(*FINISH)
    assert failed.code == 4, failed.stderr
    assert "actions=write" in failed.stderr
    shows_no_token(failed)
    assert place.repository.runs == []
    if elsewhere:
        ran(place.clone("other", BOT), *FINISH)
        assert run_of(place)["inputs"]["version"] == "1.1.0"
    ran(here, *GO_ON)
    run_of(place)
    is_whole(place, here)


def test_a_deploy_may_be_waited_for(tmp_path: Path) -> None:
    """The finish waits, names the run, fails with it, and ends when it was run again and passed."""
    with hosted(tmp_path, config=f'{TABLE}environment = "staging"\nwait = true\n', files=FILES) as place:
        here = started(place)
        assert ran(here, *FINISH).data["state"] == "waiting"
        run = run_of(place)
        assert ran(here, *GO_ON).data["state"] == "waiting"
        assert f"/actions/runs/{run['id']}" in ran(here, "status").stdout
        ended = here.run(*GO_ON, "--wait", "0.2")
        assert ended.code == 6 and "Waiting for the deploy of 1.1.0 to staging" in ended.error[0]
        run.update(status="completed", conclusion="failure")
        failed = here.run(*GO_ON)
        assert failed.code == 6, failed.stderr
        assert f"/actions/runs/{run['id']}" in failed.error[0]
        run.update(conclusion="success")
        other = place.as_somebody(place.clone("other", BOT).path, ADA)
        assert ran(other, *FINISH).data["state"] == "nothing"
        assert ran(here, *GO_ON).data["state"] == "done"
        run_of(place)
        is_whole(place, here)


def test_no_token_stands_anywhere_after_a_deploy(place: Hosted) -> None:
    """Neither in what the commands of a whole run say, failing and going on, nor in its journal or git's directory."""
    place.double.wrong(Fault(kind="before", method="POST", path=DISPATCHES, status=400, message=f"you sent {ADA}"))
    here = started(place)
    for arguments in (("-v", "-v", *FINISH, "--dry-run"), ("-v", "-v", *FINISH), ("status",), ("continue",), FINISH):
        shows_no_token(here.run(*arguments))
    run_of(place)
    for path in (here.path / ".git").rglob("*"):
        if path.is_file() and path.name != "config":  # the remote's address is the person's own
            assert ADA.encode() not in path.read_bytes(), path
