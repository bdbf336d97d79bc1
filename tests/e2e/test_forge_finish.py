"""Finishing where the remote is a forge and a token is there: pull requests are opened, awaited, merged, gone on from.

Without a token all is as `test_protected` has it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hosted import ADA, BOB, BOSS, BOT, Hosted, hosted, ran
from repository import Clone

pytestmark = pytest.mark.slow

RELEASE = "release/v1.1.0 into main"
CARRY = "back-merge/v1.1.0-into-develop into develop"
FINISH = ("finish-release", "1.1.0", "--yes", "--json")
GO_ON = ("continue", "--json")

TEMPLATE = "Release " + "\n\n".join(
    f"<!-- release-tools: {mark} -->" for mark in ("version", "changes", "checklist", "deploy notes")
)
ADORNED = """\
[forge]
checklist = ["staging is green"]
reviewers = ["bob"]
labels = ["release"]
milestone = "{version}"
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hosted]:
    """Return a site at a forge."""
    with hosted(tmp_path) as made:
        yield made


def started(place: Hosted) -> Clone:
    """Start release 1.1.0 with a fix on it."""
    here = place.here
    ran(here, "start-release", "1.1.0", "-y")
    here.commit("fix: mend it\n\nDeploy: run the migration by hand", {"mended": "it"})
    here.git("push", "--quiet", "origin", "HEAD")
    return here


def is_whole(place: Hosted, *clones: Clone) -> None:
    """Look that 1.1.0 is released everywhere, shown once, and that nothing is left over."""
    there = place.site.remote
    assert there.git("cat-file", "-t", "v1.1.0") == "tag"
    assert there.at("v1.1.0^{commit}") in there.git("rev-list", "--first-parent", "main").split()
    assert there.contains("develop", "v1.1.0^{commit}")
    assert there.shown("develop", "CHANGELOG.md").count("## [1.1.0]") == 1
    assert there.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split("\n") == ["develop", "main"]
    (page,) = place.repository.releases.values()
    assert (page["tag_name"], page["draft"]) == ("v1.1.0", False)
    assert "mend it" in page["body"]
    for clone in clones:
        assert clone.at("v1.1.0") == there.at("v1.1.0")
        assert clone.git("status", "--porcelain") == ""
        assert clone.open_runs() == ()


def test_a_release_goes_through_in_one_command_where_nothing_stands_against_it(place: Hosted) -> None:
    """Both pull requests are opened and merged, each once, with merge commits; the release is shown with its notes."""
    place.protect("main", "develop")
    here = started(place)
    assert ran(here, *FINISH).data["state"] == "done"
    assert place.pulls() == [f"#1 {RELEASE}: merged", f"#2 {CARRY}: merged"]
    is_whole(place, here)


def test_the_calls_of_a_release_are_few(place: Hosted) -> None:
    """At most 25 requests, all questions counted."""
    place.protect("main", "develop")
    here = started(place)
    place.double.heard.clear()
    ran(here, *FINISH)
    print("\n".join(map(str, place.double.heard)))
    assert 0 < len(place.double.heard) <= 25


def test_where_pushes_are_taken_no_pull_request_is_opened(place: Hosted) -> None:
    """The same command pushes where it may; the forge only shows the release."""
    here = started(place)
    assert ran(here, *FINISH).data["state"] == "done"
    assert place.pulls() == []
    is_whole(place, here)


def test_only_what_is_protected_is_asked_for(place: Hosted) -> None:
    """Main is pushed and develop gets a pull request."""
    place.protect("develop")
    here = started(place)
    assert ran(here, *FINISH).data["state"] == "done"
    assert place.pulls() == [f"#1 {CARRY}: merged"]
    is_whole(place, here)


def test_without_a_token_a_person_is_told_what_to_open(place: Hosted) -> None:
    """As before: nothing is asked of the forge."""
    place.protect("main", "develop")
    here = Clone(started(place).path)
    place.double.heard.clear()
    outcome = ran(here, *FINISH)
    assert outcome.data["state"] == "waiting"
    assert "base main, head release/v1.1.0" in ran(here, "status").stdout
    assert place.double.heard == []


def test_checks_and_approvals_are_waited_for(place: Hosted) -> None:
    """What stands against the merge is named; it is merged when nothing does, and nothing is opened twice."""
    place.protect("main", checks=("ci",), approvals=1)
    here = started(place)
    assert ran(here, *FINISH).data["state"] == "waiting"
    said = ran(here, "status").stdout
    assert f"{RELEASE} (#1)" in said and f"{place.double.address}/team/shop/pull/1" in said
    assert "an approval or a check that is missing" in said
    tip = place.site.remote.at("release/v1.1.0")
    place.report(tip, conclusion="failure")
    assert ran(here, *GO_ON).data["state"] == "waiting"
    assert "checks failed: ci" in ran(here, "status").stdout
    place.report(tip)
    assert ran(here, *GO_ON).data["state"] == "waiting"
    place.approve(1)
    assert ran(here, *GO_ON).data["state"] == "done"
    assert place.pulls() == [f"#1 {RELEASE}: merged"]
    is_whole(place, here)


def test_checks_that_never_come_end_the_wait(place: Hosted) -> None:
    """Exit 6 when the time is up, naming the pull request; the run is there to go on with."""
    place.protect("main", checks=("ci",))
    here = started(place)
    outcome = here.run(*FINISH, "--wait", "0.2")
    assert outcome.code == 6, outcome.stderr
    assert RELEASE in outcome.error[0]
    assert ran(here, "status", "--json").data["state"] == "waiting"


@pytest.mark.parametrize("merged_by", [BOB, None], ids=["merged by a person", "merged by the flow"])
def test_another_clone_finishes_what_a_laptop_started(place: Hosted, merged_by: str | None) -> None:
    """A workflow on main goes on without a name where the laptop's run still waits; the laptop notices."""
    place.protect("main", "develop", checks=("ci",))
    here = started(place)
    assert ran(here, *FINISH).data["state"] == "waiting"
    place.report(place.site.remote.at("release/v1.1.0"))
    if merged_by:
        place.merge(1)
    ci = place.clone("ci", BOT)
    command = ("finish-release", "--yes", "--json") if merged_by else FINISH
    assert ran(ci, *command).data["state"] == "waiting"
    place.report(place.site.remote.at("back-merge/v1.1.0-into-develop"))
    assert ran(ci, *GO_ON).data["state"] == "done"
    assert place.pulls() == [f"#1 {RELEASE}: merged", f"#2 {CARRY}: merged"]
    ran(here, *GO_ON)
    is_whole(place, here, ci)


def test_the_text_of_a_pull_request_tells_the_release(tmp_path: Path) -> None:
    """Version, changes, checklist and deploy notes, in the team's template; reviewers, labels and a milestone."""
    with hosted(tmp_path, config=ADORNED, files={".github/PULL_REQUEST_TEMPLATE.md": TEMPLATE}) as place:
        place.protect("main", approvals=1)
        place.forge().api.send("POST", "milestones", {"title": "1.1.0"})
        here = started(place)
        assert ran(here, *FINISH).data["state"] == "waiting"
        (pull,) = place.repository.pulls.values()
        assert pull.title == "chore: release v1.1.0"
        for words in ("Release 1.1.0", "mend it", "- [ ] staging is green", "run the migration by hand"):
            assert words in pull.body
        assert (pull.reviewers, pull.labels, pull.milestone) == (["bob"], ["release"], 1)
        before = place.forge().request(1).body
        place.forge().rewrite_request(1, pull.title, f"mine\n{before}")
        here.commit("fix: mend more", {"more": "it"})
        here.git("push", "--quiet", "origin", "HEAD")
        ran(here, *GO_ON)
        assert pull.body.startswith("mine\n") and "mend more" in pull.body


def test_a_conflicting_back_merge_becomes_a_pull_request(place: Hosted) -> None:
    """The release is out; the conflict is told there, mended on its branch by a colleague, and the run ends."""
    here = started(place)
    other = place.clone("other")
    other.git("switch", "--quiet", "develop")
    other.commit("fix: mend it otherwise", {"mended": "otherwise"})
    other.git("push", "--quiet", "origin", "develop")
    assert ran(here, *FINISH).data["state"] == "waiting"
    assert place.site.remote.at("v1.1.0^{commit}") == place.site.remote.at("main")
    (pull,) = place.repository.pulls.values()
    assert f"{pull.head} into {pull.base}" == CARRY
    assert "- `mended`" in pull.body
    assert "conflicts in: mended" in ran(here, "status").stdout
    other.git("fetch", "--quiet")
    other.git("switch", "--quiet", pull.head)
    other.git("merge", "origin/develop", ok=(1,))
    other.write("mended", "both")
    other.git("checkout", "--ours", "CHANGELOG.md", "pyproject.toml", ok=(0, 1))
    other.git("commit", "--quiet", "--all", "--no-edit")
    other.git("push", "--quiet", "origin", "HEAD")
    assert ran(here, *GO_ON).data["state"] == "done"
    assert place.site.remote.shown("develop", "mended") == "both"
    assert place.pulls() == [f"#1 {CARRY}: merged"]


@pytest.mark.parametrize("method", ["squash", "rebase"])
def test_a_feature_goes_through_a_pull_request_by_its_method(tmp_path: Path, method: str) -> None:
    """Opened with the squash's header as title; merged by the flow where the team lets it; then deleted."""
    config = f'[flow.feature]\nmerge = "{method}"\n[forge]\nmerge = ["feature"]\n'
    with hosted(tmp_path, config=config) as place:
        place.protect("develop", checks=("ci",))
        here = place.here
        ran(here, "start-feature", "login", "-y")
        here.commit("feat: log in", {"login": "1"})
        here.commit("fix: log out", {"logout": "1"})
        assert ran(here, "finish-feature", "--yes", "--json").data["state"] == "waiting"
        (pull,) = place.repository.pulls.values()
        assert (pull.head, pull.base, pull.title) == ("feature/login", "develop", "feat: log in")
        place.report(place.site.remote.at("feature/login"))
        assert ran(here, *GO_ON).data["state"] == "done"
        there = place.site.remote
        assert there.at("feature/login") == ""
        count = there.git("rev-list", "--count", "develop", f"^{here.at('v1.0.0')}")
        assert int(count) == (2 if method == "squash" else 3)
        assert there.git("log", "-1", "--format=%s", "develop") == (
            "feat: log in" if method == "squash" else "fix: log out"
        )


def test_a_feature_is_left_to_its_reviewers(place: Hosted) -> None:
    """The flow opens it and waits; whoever merged it, the next call only deletes."""
    here = place.here
    ran(here, "start-feature", "login", "-y")
    here.commit("feat: log in", {"login": "1"})
    assert ran(here, "finish-feature", "--yes", "--json").data["state"] == "waiting"
    assert ran(here, *GO_ON).data["state"] == "waiting"
    assert place.pulls() == ["#1 feature/login into develop: open"]
    place.merge(1, "squash")
    assert ran(here, *GO_ON).data["state"] == "done"
    assert place.site.remote.at("feature/login") == ""


def test_files_of_a_release_are_shown_with_their_checksums(tmp_path: Path) -> None:
    """Digests are those of the files; a glob that finds nothing is refused before anything is tagged."""
    with hosted(tmp_path, config='[forge]\nassets = ["dist/*"]\n', files={".gitignore": "dist\n"}) as place:
        here = started(place)
        refused = here.run(*FINISH)
        assert refused.code == 3, refused.stderr
        assert "dist/*" in refused.error[0]
        assert place.site.remote.at("v1.1.0") == ""
        here.write("dist/shop.whl", b"\0wheel")
        here.write("dist/shop.tar.gz", b"\0sdist")
        assert ran(here, *FINISH).data["state"] == "done"
        (page,) = place.repository.releases.values()
        files = {asset["name"]: place.repository.assets[asset["id"]] for asset in page["assets"]}
        assert set(files) == {"shop.whl", "shop.tar.gz", "SHA256SUMS"}
        assert files["shop.whl"] == b"\0wheel"
        for line in files["SHA256SUMS"].decode().splitlines():
            digest, _, name = line.partition("  ")
            assert next(one["digest"] for one in page["assets"] if one["name"] == name) == f"sha256:{digest}"


def test_abort_closes_what_was_opened(place: Hosted) -> None:
    """The branch is as it was, and nobody is asked to merge it any more."""
    place.protect("main", checks=("ci",))
    here = started(place)
    before = place.site.remote.refs()
    assert ran(here, *FINISH).data["state"] == "waiting"
    ran(here, "abort", "--yes")
    assert place.site.remote.refs() == before
    assert place.pulls() == [f"#1 {RELEASE}: closed"]


@pytest.mark.parametrize("token", [ADA, BOSS])
def test_a_plan_that_is_only_printed_opens_nothing(place: Hosted, token: str) -> None:
    """It names what would be opened."""
    place.protect("main")
    here = started(place)
    shown = ran(place.as_somebody(here.path, token), *FINISH, "--dry-run").data["plan"]
    place.double.heard.clear()
    assert place.pulls() == []
    assert shown
