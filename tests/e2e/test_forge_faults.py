"""What goes wrong between a release command and a forge: nothing is done twice, and the next call ends it.

The adapter alone, against each fault, is tried in `tests/forge`.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from forge_double.faults import Fault
from hosted import ADA, BOB, BOSS, BOT, Hosted, hosted, ran, shows_no_token
from repository import Clone, Outcome, ended
from test_forge_finish import CARRY, FINISH, GO_ON, RELEASE, is_whole, started

pytestmark = pytest.mark.slow

ONCE = [f"#1 {RELEASE}: merged", f"#2 {CARRY}: merged"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hosted]:
    """Return a site at a forge that protects main and develop, with a file to release and an impatient client."""
    with hosted(tmp_path, config='[forge]\nassets = ["dist/*"]\ntimeout = 1\n', files={".gitignore": "dist\n"}) as made:
        made.protect("main", "develop")
        yield made


def ready(place: Hosted) -> Clone:
    """Start the release and build its file."""
    here = started(place)
    here.write("dist/shop.whl", b"\0wheel" * 100)
    return here


def is_once(place: Hosted, here: Clone) -> None:
    """Look that there is one of everything, and that the file is whole."""
    assert place.pulls() == ONCE
    is_whole(place, here)
    (page,) = place.repository.releases.values()
    assert sorted((one["name"], one["state"]) for one in page["assets"]) == [
        ("SHA256SUMS", "uploaded"),
        ("shop.whl", "uploaded"),
    ]


LOST = {
    "502 after a pull request was opened": Fault(kind="after", method="POST", path="/pulls$"),
    "silence after a pull request was opened": Fault(kind="hang", method="POST", path="/pulls$", seconds=2.0),
    "502 after a merge": Fault(kind="after", method="PUT", path="/merge$"),
    "502 after a draft was made": Fault(kind="after", method="POST", path="/releases$"),
    "502 after the release was shown": Fault(kind="after", method="PATCH", path="/releases/"),
    "429 with retry-after": Fault(
        kind="before", method="POST", path="/pulls$", status=429, headers={"Retry-After": "0.1"}
    ),
    "429 without": Fault(kind="before", method="PUT", path="/merge$", status=429),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_an_answer_that_got_lost_is_looked_for(place: Hosted, fault: Fault) -> None:
    """The command ends well by itself: what the server did is found, and nothing is sent twice."""
    here = ready(place)
    used = replace(fault)
    place.double.wrong(used)
    assert ran(here, *FINISH).data["state"] == "done"
    assert used.times == 0
    is_once(place, here)


HALVES = {
    "half of a file arrived": Fault(kind="cut", method="POST", path="/assets$"),
    "the draft was left behind": Fault(kind="before", method="PATCH", path="/releases/", status=403),
}


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "in another clone"])
@pytest.mark.parametrize("fault", HALVES.values(), ids=HALVES)
def test_what_is_half_done_is_taken_up(place: Hosted, fault: Fault, elsewhere: bool) -> None:
    """Exit 4 and what to type; the next call ends it with one release and whole files."""
    here = ready(place)
    place.double.wrong(replace(fault))
    failed = here.run(*FINISH)
    assert failed.code == 4, failed.stderr
    shows_no_token(failed)
    if elsewhere:
        other = place.clone("other")
        other.write("dist/shop.whl", b"\0wheel" * 100)
        ran(other, *FINISH)
    ran(here, *GO_ON)
    is_once(place, here)


def test_an_immutable_release_is_made_once(place: Hosted) -> None:
    """It is shown with its files; the same command again has nothing to do."""
    place.repository.immutable_releases = True
    here = ready(place)
    assert ran(here, *FINISH).data["state"] == "done"
    assert ran(here, *FINISH).data["state"] == "nothing"
    is_once(place, here)


def test_a_pull_request_closed_by_hand_is_not_opened_again(place: Hosted) -> None:
    """Exit 6 with its address; opened again by hand, the run goes on with that one."""
    place.protect("main", checks=("ci",))
    here = ready(place)
    assert ran(here, *FINISH).data["state"] == "waiting"
    forge = place.forge(BOB)
    forge.close_request(1)
    stopped = here.run(*GO_ON)
    assert stopped.code == 6, stopped.stderr
    assert "#1" in stopped.error[0] and "/pull/1" in stopped.error[1]
    forge.api.send("PATCH", "pulls/1", {"state": "open"})
    place.report(place.site.remote.at("release/v1.1.0"))
    assert ran(here, *GO_ON).data["state"] == "done"
    is_once(place, here)


def test_two_runners_at_once_make_one_of_everything(place: Hosted) -> None:
    """Whoever loses says so, and finds the rest done."""
    here = ready(place)
    other = place.clone("other", BOT)
    other.write("dist/shop.whl", b"\0wheel" * 100)
    outcomes = [ended(one, timeout=240) for one in [clone.start(*FINISH) for clone in (here, other)]]
    assert {one.code for one in outcomes} <= {0, 3, 4, 6}, [one.stderr for one in outcomes]
    for clone in (here, other):
        for _ in range(2):
            if clone.open_runs():
                clone.run("continue")
        last: Outcome = clone.run(*FINISH)
        assert last.code == 0, last.stderr
    assert place.pulls() == ONCE
    assert [one["draft"] for one in place.repository.releases.values()].count(False) == 1


def test_a_token_without_rights_is_told_what_it_lacks(place: Hosted) -> None:
    """Exit 4 and the permission; another token goes on where that one stopped."""
    place.double.state.add_identity("token-of-eve", "eve", permissions={"contents": "write", "pull_requests": "read"})
    here = ready(place)
    here.git("remote", "set-url", "origin", place.double.clone_url("team/shop", "token-of-eve"))
    failed = place.as_somebody(here.path, "token-of-eve").run(*FINISH)
    assert failed.code == 4, failed.stderr
    assert "pull_requests=write" in failed.stderr
    assert "token-of-eve" not in failed.stderr
    assert place.pulls() == []
    here.git("remote", "set-url", "origin", place.double.clone_url("team/shop", ADA))
    assert ran(here, *GO_ON).data["state"] == "done"
    is_once(place, here)


def test_a_token_that_is_gone_stops_before_anything(place: Hosted) -> None:
    """A plan that was made with a forge is not carried out without one."""
    place.protect("main", checks=("ci",))
    here = ready(place)
    place.double.wrong(Fault(kind="before", method="POST", path="/pulls$", status=403))
    assert here.run(*FINISH).code == 4
    stopped = Clone(here.path).run(*GO_ON)
    assert stopped.code in (3, 4), stopped.stderr
    assert "GITHUB_TOKEN" in stopped.stderr


def test_no_token_stands_anywhere(place: Hosted) -> None:
    """Not in what `--verbose` says, in the journal, in the bug report's place, nor in what a failing push says."""
    here = ready(place)
    for arguments in (("-v", "-v", *FINISH, "--dry-run"), ("-v", *FINISH), ("doctor",), ("status",)):
        shows_no_token(here.run(*arguments))
    here.git("remote", "set-url", "origin", f"http://x-access-token:{ADA}@127.0.0.1:1/team/shop.git")
    shows_no_token(here.run("start-hotfix", "mend", "-y"))
    done = subprocess.run(("grep", "-rl", ADA, ".git"), cwd=here.path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [".git/config"]


def test_protect_shows_makes_and_keeps(place: Hosted) -> None:
    """The difference first; then it is enforced; then there is nothing to do; others' rules and bypasses stay."""
    boss = place.as_somebody(place.here.path, BOSS)
    shown = ran(boss, "protect", "--dry-run", "--json").data["plan"]
    assert any("+approvals: 1" in line for line in shown)
    assert any("version tags" in line for line in shown)
    before = len(place.repository.rulesets)
    assert ran(boss, "protect", "--yes", "--json").data["state"] == "done"
    assert len(place.repository.rulesets) == before + 1
    assert ran(boss, "protect", "--yes", "--json").data["state"] == "nothing"
    assert "release-tools: main" in ran(boss, "protect", "--export").stdout
    refused = place.here.run("protect", "--yes")
    assert refused.code == 0, refused.stderr


def test_doctor_tells_what_a_token_may_do(place: Hosted) -> None:
    """Whose it is, and exit 1 when it is too little; a token in the address is warned of and not shown."""
    here = place.here
    place.double.state.add_identity("token-of-eve", "eve", role="read")
    found = place.as_somebody(here.path, "token-of-eve").run("doctor")
    assert found.code == 1
    assert "belongs to eve" in found.stdout and "may not push" in found.stdout
    here.git("config", "http.extraHeader", f"Authorization: bearer {ADA}")
    here.git("remote", "set-url", "origin", place.double.clone_url("team/shop"))
    good = ran(here, "doctor")
    assert "belongs to ada" in good.stdout
    assert "not asked: no token" in ran(Clone(here.path), "doctor", GITHUB_API_URL=place.double.api_url).stdout
