"""Starting a release with its pull request: it is opened at once, and the finish finds and uses it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from forge_double.faults import Fault
from hosted import Hosted, hosted, ran

pytestmark = pytest.mark.slow

RELEASE = "#1 release/v1.1.0 into main"
START = ("start-release", "--request", "--yes", "--json")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hosted]:
    """Return a site at a forge whose main is protected."""
    with hosted(tmp_path, config='[forge]\nlabels = ["release"]\n') as made:
        made.protect("main", approvals=1)
        yield made


def test_a_start_opens_the_pull_request_that_its_finish_uses(place: Hosted, tmp_path: Path) -> None:
    """One pull request, with version and changes; approved, the same one is merged. The step's summary says what."""
    summary = tmp_path / "summary.md"
    assert ran(place.here, *START, GITHUB_STEP_SUMMARY=str(summary)).data == {"state": "done", "version": "1.1.0"}
    assert place.pulls() == [f"{RELEASE}: open"]
    (pull,) = place.repository.pulls.values()
    assert (pull.title, pull.labels) == ("chore: release v1.1.0", ["release"])
    assert "add a" in pull.body
    assert summary.read_text() == "### start release/v1.1.0 from develop: done\n"
    assert ran(place.here, "finish-release", "--yes", "--json").data["state"] == "waiting"
    place.approve(1)
    assert ran(place.here, "continue", "--json").data["state"] == "done"
    assert place.pulls() == [f"{RELEASE}: merged"]


def test_without_a_forge_nothing_is_begun(place: Hosted) -> None:
    """Exit 3: whoever asks for a pull request is told before the branch exists."""
    outcome = place.here.run(*START, GITHUB_TOKEN="")
    assert outcome.code == 3
    assert "no forge" in outcome.error[0]
    assert place.site.remote.at("release/v1.1.0") == ""


def test_a_start_without_a_file_to_change_has_nothing_to_ask_for(tmp_path: Path) -> None:
    """GitHub takes no pull request without a commit: refused before anything is pushed."""
    config = "[changelog]\npath = false\n"
    with hosted(tmp_path, config=config, files={"pyproject.toml": ""}) as place:
        outcome = place.here.run(*START)
        assert outcome.code == 3, outcome.stderr
        assert "without a commit of its own" in outcome.error[0]
        assert place.site.remote.at("release/v1.1.0") == ""


def test_an_interrupted_start_is_taken_back_with_its_pull_request(place: Hosted) -> None:
    """`abort` of a run that stopped after opening it closes it and deletes the branch."""
    before = place.site.remote.refs()
    place.double.wrong(Fault("before", "POST", r"/issues/1/labels", status=500, times=9))
    outcome = place.here.run(*START)
    assert outcome.code == 4, outcome.stderr
    ran(place.here, "abort", "--yes")
    assert place.pulls() == [f"{RELEASE}: closed"]
    assert place.site.remote.refs() == before
