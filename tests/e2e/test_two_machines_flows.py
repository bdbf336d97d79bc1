"""A hotfix, an upgrade or a back-merge begun on one machine and ended on another.

What dies in the middle of its steps stands in the crash matrix; what waits for pull requests, in `test_protected`.
"""

import pytest
from repository import PYPROJECT, Clone, Site

pytestmark = pytest.mark.slow

FLOWS = {
    "hotfix": ("login", "hotfix/login", "1.0.1", ()),
    "upgrade": ("2.0.0", "upgrade/v2.0.0", "2.0.0", ("--without-staging", "staging is down")),
}
"""What else ends in a tag: the name that is typed, its branch, its version, and what its finish asks for."""
EVERY_FLOW = pytest.mark.parametrize("flow", FLOWS)


def begun(clone: Clone, flow: str) -> tuple[str, ...]:
    """Start a hotfix or an upgrade with one fix on it, pushed; return the command that finishes it on any machine."""
    name, _, _, options = FLOWS[flow]
    assert clone.run(f"start-{flow}", "--yes", name).code == 0
    clone.commit("fix: mend the login", {"login": "mended\n"})
    clone.git("push", "--quiet", "origin", "HEAD")
    return (f"finish-{flow}", "--yes", "--json", *options)


def is_ended(site: Site, flow: str) -> None:
    """Look at the remote: tag on main's merge, contained in develop, branch gone, the fix in."""
    _, branch, version, _ = FLOWS[flow]
    there = site.remote
    assert there.at(f"v{version}^{{commit}}") == there.at("main")
    assert len(there.git("rev-list", "--parents", "-n1", "main").split()) == 3
    assert there.contains("develop", f"v{version}^{{commit}}")
    assert not there.at(branch)
    assert there.shown("main", "login") == there.shown("develop", "login") == "mended\n"


@EVERY_FLOW
def test_begun_here_is_ended_there(site: Site, flow: str) -> None:
    """A clone that has only main ends it by its name; the same command here then has nothing left but to tidy up."""
    name, branch, version, _ = FLOWS[flow]
    finish = begun(site.here, flow)
    outcome = site.clone("ci").run(*finish, name)
    assert (outcome.code, outcome.data) == (0, {"state": "done", "version": version}), outcome.stderr
    is_ended(site, flow)
    refs = site.remote.refs()
    late = site.here.run(*finish)
    assert (late.code, late.data) == (0, {"state": "done", "version": version}), late.stderr
    assert site.remote.refs() == refs
    assert not site.here.at(branch) and site.here.refs()["HEAD"] == "refs/heads/develop"
    assert site.here.at("main") == site.remote.at("main") and site.here.at("develop") == site.remote.at("develop")
    assert site.here.git("status", "--porcelain") == ""


@EVERY_FLOW
def test_begun_there_is_ended_here(site: Site, flow: str) -> None:
    """The reverse: this clone has never seen the branch and does not fetch first."""
    finish = begun(site.clone("there"), flow)
    outcome = site.here.run(*finish, FLOWS[flow][0])
    assert (outcome.code, outcome.data["state"]) == (0, "done"), outcome.stderr
    is_ended(site, flow)
    assert site.here.at("main") == site.remote.at("main")
    assert site.here.git("status", "--porcelain") == ""


@pytest.mark.parametrize("deleted", [False, True], ids=["branch kept", "branch deleted"])
@EVERY_FLOW
def test_ci_ends_a_flow_that_a_forge_has_merged(site: Site, flow: str, deleted: bool) -> None:
    """Without a name, on main: the tag goes on the forge's merge commit; what was finished stays finished."""
    _, branch, version, _ = FLOWS[flow]
    finish = begun(site.here, flow)
    if flow == "hotfix":
        site.here.commit("chore: release 1.0.1", {"pyproject.toml": PYPROJECT.replace("1.0.0", "1.0.1")})
        site.here.git("push", "--quiet", "origin", "HEAD")
    forge = site.clone("forge")
    forge.git("merge", "--quiet", "--no-ff", f"origin/{branch}", "-m", f"Merge pull request #8 from team/{branch}")
    forge.git("push", "--quiet", "origin", "main")
    if deleted:
        site.remote.git("branch", "-D", branch)
    clone = site.clone("ci")
    outcome = clone.run(*finish)
    assert (outcome.code, outcome.data) == (0, {"state": "done", "version": version}), outcome.stderr
    assert site.remote.at(f"v{version}^{{commit}}") == forge.at("HEAD")
    is_ended(site, flow)
    again = clone.run(*finish)
    assert (again.code, again.data["state"]) == (0, "nothing"), again.stderr


def test_back_merge_begun_here_is_ended_there(started: Site) -> None:
    """A push that failed here is made elsewhere; `continue` finds nothing left to push."""
    other = started.clone("other")
    other.commit("fix: mend the login", {"login": "mended\n"})
    other.git("tag", "-a", "v1.0.1", "-m", "v1.0.1")
    other.git("push", "--quiet", "origin", "main", "v1.0.1")
    started.here.git("config", "remote.origin.receivepack", "false")
    assert started.here.run("back-merge", "--yes").code == 4
    started.here.git("config", "--unset", "remote.origin.receivepack")
    assert other.run("back-merge", "--yes", "--json").data == {"state": "done", "version": "1.0.1"}
    for branch in ("develop", "release/v1.1.0"):
        assert started.remote.contains(branch, "v1.0.1")
    outcome = started.here.run("continue")
    assert outcome.code == 0, outcome.stderr
    assert "found done" in outcome.stderr
    for branch in ("develop", "release/v1.1.0"):
        assert started.here.at(branch) == started.remote.at(branch)
    assert started.here.open_runs() == ()
    again = other.run("back-merge", "--yes", "--json")
    assert (again.code, again.data["state"]) == (0, "nothing"), again.stderr
