"""A release begun on one machine and ended on another: the world is the journal, whatever a clone knows of it.

Two at the same moment stand in `test_races`; hotfixes, upgrades and back-merges in `test_two_machines_flows`.
"""

from pathlib import Path

import pytest
from repository import Clone, Site

pytestmark = pytest.mark.slow

FINISH = ("finish-release", "--yes", "--json")


def is_whole(site: Site) -> None:
    """Look at the remote: tag on main's merge, merged into develop, release branch gone."""
    there = site.remote
    assert there.git("cat-file", "-t", "v1.1.0") == "tag"
    assert there.at("v1.1.0^{commit}") == there.at("main")
    assert len(there.git("rev-list", "--parents", "-n1", "main").split()) == 3
    assert there.contains("develop", "v1.1.0^{commit}")
    assert not there.at("release/v1.1.0")


def merge_at_the_forge(site: Site, message: str = "Merge pull request #7 from team/release/v1.1.0") -> str:
    """Merge the release into main as a forge does, from nobody's clone here."""
    forge = site.clone("forge")
    forge.git("merge", "--quiet", "--no-ff", "origin/release/v1.1.0", "-m", message)
    forge.git("push", "--quiet", "origin", "main")
    return forge.at("HEAD")


def ci(site: Site, *options: str) -> Clone:
    """Return a clone as a workflow checks it out: main alone is known locally."""
    clone = site.clone("ci", *options)
    assert clone.git("for-each-ref", "--format=%(refname)", "refs/heads") == "refs/heads/main"
    return clone


def test_started_here_finished_there(started: Site) -> None:
    """A fresh clone that has only main finishes what another one began; the first one is then brought along."""
    there = ci(started)
    outcome = there.run(*FINISH, "1.1.0")
    assert (outcome.code, outcome.data["state"]) == (0, "done"), outcome.stderr
    is_whole(started)
    assert there.refs()["HEAD"] == "refs/heads/main"
    assert there.at("main") == started.remote.at("main")
    assert there.git("status", "--porcelain") == ""
    late = started.here.run(*FINISH)
    assert (late.code, late.data["state"]) == (0, "done"), late.stderr
    assert started.here.at("main") == started.remote.at("main")
    assert started.here.refs()["HEAD"] == "refs/heads/develop"
    assert not started.here.at("release/v1.1.0")
    assert started.here.git("status", "--porcelain") == ""


def test_started_there_finished_here(site: Site) -> None:
    """The reverse: this clone has never seen the release branch and does not fetch first."""
    there = site.clone("there")
    assert there.run("start-release", "--yes").code == 0
    assert site.here.run(*FINISH, "1.1.0").code == 0
    is_whole(site)
    assert site.here.at("v1.1.0") == site.remote.at("v1.1.0")
    assert site.here.git("status", "--porcelain") == ""


@pytest.mark.parametrize("deleted", [False, True], ids=["branch kept", "branch deleted"])
def test_ci_finishes_what_a_forge_has_merged(started: Site, tmp_path: Path, deleted: bool) -> None:
    """Without a name, on main: the tag goes on the forge's merge commit; state and version are handed on."""
    merged = merge_at_the_forge(started)
    if deleted:
        started.remote.git("branch", "-D", "release/v1.1.0")
    outcome = ci(started).run(*FINISH, GITHUB_OUTPUT=str(tmp_path / "output"))
    assert (outcome.code, outcome.data) == (0, {"state": "done", "version": "1.1.0"}), outcome.stderr
    assert started.remote.at("main") == started.remote.at("v1.1.0^{commit}") == merged
    is_whole(started)
    assert outputs(tmp_path / "output") == {"state": "done", "version": "1.1.0"}


def test_ci_finishes_when_main_has_moved_on(started: Site) -> None:
    """The tag goes on the merge of the release, not on whatever main has become since."""
    merged = merge_at_the_forge(started)
    other = started.clone("other")
    other.commit("docs: later")
    other.git("push", "--quiet", "origin", "main")
    assert ci(started).run(*FINISH).data == {"state": "done", "version": "1.1.0"}
    assert started.remote.at("v1.1.0^{commit}") == merged
    assert started.remote.at("main") == other.at("HEAD")
    assert started.remote.contains("develop", merged)
    assert not started.remote.contains("develop", other.at("HEAD"))


def test_ci_finishes_a_release_that_was_fast_forwarded(started: Site) -> None:
    """Main is the release branch's tip, without a merge commit: its commits are on main, so the tag goes there."""
    forge = started.clone("forge")
    forge.git("merge", "--quiet", "--ff-only", "origin/release/v1.1.0")
    forge.git("push", "--quiet", "origin", "main")
    outcome = ci(started).run(*FINISH)
    assert (outcome.code, outcome.data) == (0, {"state": "done", "version": "1.1.0"}), outcome.stderr
    assert started.remote.at("v1.1.0^{commit}") == started.remote.at("main") == forge.at("HEAD")
    assert started.remote.contains("develop", "v1.1.0") and not started.remote.at("release/v1.1.0")


def test_nothing_to_release_is_said_and_fine(site: Site, tmp_path: Path) -> None:
    """On a main without a new release: exit 0, `state=nothing`, and nothing is touched."""
    clone = ci(site)
    before = clone.snapshot(), site.remote.snapshot()
    outcome = clone.run(*FINISH, GITHUB_OUTPUT=str(tmp_path / "output"))
    assert (outcome.code, outcome.data) == (0, {"state": "nothing", "version": ""}), outcome.stderr
    assert outputs(tmp_path / "output") == {"state": "nothing", "version": ""}
    assert (clone.snapshot(), site.remote.snapshot()) == before


def test_finished_release_is_nothing_to_do_in_any_clone(started: Site) -> None:
    """The same command again, by name: nothing is left, and that is said."""
    assert started.here.run(*FINISH).code == 0
    refs = started.remote.refs()
    again = started.here.run(*FINISH, "1.1.0")
    assert (again.code, again.data["state"]) == (0, "nothing"), again.stderr
    assert started.remote.refs() == refs


def test_detached_checkout_of_ci_is_told_how_to_go_on(started: Site) -> None:
    """Workflows check out a commit: the message names the branch to switch to."""
    merge_at_the_forge(started)
    clone = ci(started)
    clone.git("switch", "--quiet", "--detach")
    outcome = clone.run(*FINISH)
    assert outcome.code == 3
    assert "HEAD is detached" in outcome.error[0]
    assert "git switch" in outcome.error[2]


def test_clone_that_is_far_behind_is_brought_along(started: Site) -> None:
    """What others pushed to main and develop meanwhile is in the release's merges, and here afterwards."""
    other = started.clone("other")
    for branch in ("main", "develop"):
        other.git("switch", "--quiet", branch)
        other.commit(f"docs: more on {branch}")
    other.git("push", "--quiet", "origin", "main", "develop")
    outcome = started.here.run(*FINISH)
    assert outcome.code == 0, outcome.stderr
    assert "main here is behind origin/main and is brought along" in outcome.stderr
    is_whole(started)
    assert started.remote.contains("main", other.at("main"))
    assert started.here.at("main") == started.remote.at("main")
    assert started.here.at("develop") == started.remote.at("develop")


def test_old_run_whose_work_somebody_else_did_is_closed(started: Site) -> None:
    """A push was refused here; the same release is finished elsewhere; `continue` finds nothing left to push."""
    hook = started.hook("pre-receive", "exit 1")
    assert started.here.run(*FINISH).code == 4
    hook.unlink()
    other = started.clone("other")
    assert other.run(*FINISH, "1.1.0").code == 0
    outcome = started.here.run("continue")
    assert outcome.code == 0, outcome.stderr
    assert "found done" in outcome.stderr
    assert started.here.at("v1.1.0") == started.remote.at("v1.1.0")
    assert started.here.open_runs() == ()


def outputs(path: Path) -> dict[str, str]:
    """Return what a command wrote for the steps of a workflow that follow."""
    lines = path.read_text().split("\n")
    found = {}
    while len(lines) > 2:
        name, _, end = lines.pop(0).partition("<<")
        value = lines[: lines.index(end)]
        del lines[: len(value) + 1]
        found[name] = "\n".join(value)
    return found


def test_a_release_is_finished_with_what_only_the_remote_has(started: Site) -> None:
    """A fix that a colleague pushed to the release is part of it, the plan says so, and nothing of it is lost."""
    other = started.clone("other")
    other.git("switch", "--quiet", "release/v1.1.0")
    fix = other.commit("fix: of a colleague")
    other.git("push", "--quiet")
    finished = started.here.run("finish-release", "--yes")
    assert finished.code == 0
    assert "release/v1.1.0 at origin has 1 commit more than here, and is finished with them" in finished.stderr
    assert started.remote.contains("v1.1.0", fix) and started.remote.contains("develop", fix)
    assert "of a colleague" in started.here.shown("v1.1.0", "CHANGELOG.md")
    assert started.here.git("status", "--porcelain") == ""
