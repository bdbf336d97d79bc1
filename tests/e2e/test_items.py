"""The promises of the commit and release journeys, one test each, told as a story from one end to the other.

Single properties and faults stand in the other modules of this directory.
"""

import pytest
from repository import DAY, Clone, Site, write_hook

pytestmark = pytest.mark.slow


def test_item_1_house(site: Site) -> None:
    """On a trunk with direct commits, as this project is run itself, a release starts from main and ends there."""
    here = site.here
    here.git("switch", "--quiet", "main")
    here.write("release-tools.toml", '[branches]\ndevelop = false\ndirect = ["main"]\n')
    assert here.run("install-hooks").code == 0
    here.git("commit", "--quiet", "-a", "-m", "feat: settle on a trunk")
    here.git("push", "--quiet", "origin", "main")
    assert here.run("start-release", "--yes").code == 0
    assert here.run("finish-release", "--yes").code == 0
    assert here.refs()["HEAD"] == "refs/heads/main"
    assert here.at("v1.1.0^{commit}") == here.at("main") == site.remote.at("main")
    assert here.shown("v1.1.0", "pyproject.toml").count("1.1.0") == 1


def test_item_2_commit_msg(site: Site) -> None:
    """A refused message is kept with its proposal, and the printed command commits the proposal."""
    here = site.here
    assert here.run("install-hooks").code == 0
    here.git("switch", "--quiet", "-c", "feature/parser", "develop")
    here.write("parser", "1\n")
    here.git("add", "parser")
    before = here.at("HEAD")
    here.git("commit", "-m", "faet(api): add stuff", ok=(1,))
    assert here.at("HEAD") == before
    assert (here.path / ".git" / "RELEASE_TOOLS_EDITMSG").read_text() == "faet(api): add stuff\n"
    here.git("commit", "--quiet", "-F", ".git/RELEASE_TOOLS_EDITMSG.fixed")
    assert here.git("log", "-1", "--format=%s") == "feat(api): add stuff"
    assert here.run("check-commit", "--range", "develop..HEAD").code == 0
    refused = here.run("check-commit", "--message", "fixes: it")
    assert refused.code == 1 and "did you mean 'fix'?" in refused.stderr + refused.stdout


def test_item_3_branch_names(site: Site) -> None:
    """Every kind of the table passes, a near miss is proposed right, a direct commit is refused with the way out."""
    here = site.here
    for name in ("feature/a", "fix/a", "hotfix/a", "release/v1.2.3", "upgrade/v1.2.3"):
        assert here.run("check-branch", name).code == 0
    wrong = here.run("check-branch", "release/1.2.3")
    assert wrong.code == 1 and "release/v1.2.3" in wrong.stdout + wrong.stderr
    assert here.run("install-hooks").code == 0
    for branch in ("main", "develop"):
        here.git("switch", "--quiet", branch)
        here.write("direct", branch)
        here.git("add", "direct")
        here.git("commit", "-m", "feat: go straight", ok=(1,))
        here.git("reset", "--quiet", "direct")
        (here.path / "direct").unlink()


def test_item_4_install_hooks(site: Site) -> None:
    """A hook that was there runs first and comes back byte by byte."""
    here = site.here
    theirs = here.path / ".git" / "hooks" / "commit-msg"
    write_hook(theirs, "echo seen >>.git/seen")
    before = theirs.read_bytes()
    assert here.run("install-hooks").code == 0
    here.git("switch", "--quiet", "-c", "fix/chain", "develop")
    here.commit("fix: chain the hooks")
    assert (here.path / ".git" / "seen").read_text() == "seen\n"
    assert here.run("uninstall-hooks").code == 0
    assert theirs.read_bytes() == before
    assert not (here.path / ".git" / "hooks" / "pre-commit").exists()


def test_item_5_engine_status_continue_abort(site: Site) -> None:
    """A run that stops is shown by `status`, goes on by `continue`, goes back by `abort`, and not past the push."""
    here, refs = site.here, (site.here.refs(), site.remote.refs())
    hook = site.hook("pre-receive", "exit 1")
    assert here.run("start-release", "--yes").code == 4
    shown = here.run("status")
    assert shown.code == 0
    assert "start-release 1.1.0: begun 20" in shown.stdout
    assert "    done  take the prepared objects" in shown.stdout
    assert "  failed  push to origin" in shown.stdout
    assert "   to do  switch to release/v1.1.0" in shown.stdout
    assert "release-tools continue" in shown.stdout
    other = here.run("start-release", "1.2.0", "--yes")
    assert (other.code, other.error[0].partition(",")[0]) == (3, "Another run is unfinished: start-release 1.1.0")
    assert here.run("abort", "--yes", "--json").data["state"] == "aborted"
    assert (here.refs(), site.remote.refs()) == refs
    assert here.run("start-release", "--yes").code == 4
    assert here.run("continue").code == 4
    hook.unlink()
    going = here.run("continue", "--json")
    assert (going.code, going.data) == (0, {"state": "done", "version": "1.1.0"}), going.stderr
    assert here.run("status", "--json").data == {"state": "none", "runs": []}
    assert here.run("continue", "--json").data["state"] == "nothing"
    assert here.run("abort", "--json").data["state"] == "nothing"
    published(site)


def published(site: Site) -> None:
    """Stop a finish after its push: there is no way back from there, only forward."""
    lock = site.here.write(".git/refs/tags/v1.1.0.lock", "")
    assert site.here.run("finish-release", "--yes").code == 4
    assert site.remote.at("v1.1.0") and not site.here.at("v1.1.0")
    lock.unlink()
    back = site.here.run("abort", "--yes")
    assert back.code == 6
    assert "is past its point of no return: push to origin" in back.error[0]
    assert "release-tools continue" in back.error[2]
    assert site.here.run("continue").code == 0
    assert site.here.at("v1.1.0") == site.remote.at("v1.1.0")


def test_item_6_start_finish_tag_next_version(site: Site) -> None:
    """From the number that the commits ask for to the tag on main's merge, checked with plain git."""
    here, there = site.here, site.remote
    assert (here.run("next-version").stdout, here.run("next-version").code) == ("1.1.0\n", 0)
    assert here.run("start-release", "--yes", "--json").data == {"state": "done", "version": "1.1.0"}
    assert here.refs()["HEAD"] == "refs/heads/release/v1.1.0"
    assert here.git("rev-parse", "--abbrev-ref", "@{upstream}") == "origin/release/v1.1.0"
    assert here.run("tag", "--yes", "--json").data == {"state": "done", "version": "v1.1.0-rc.1"}
    fix = here.commit("fix: mend it")
    here.git("push", "--quiet", "origin", "HEAD")
    assert here.run("tag", "--yes", "--json").data == {"state": "done", "version": "v1.1.0-rc.2"}
    assert here.run("finish-release", "--yes", "--json").data == {"state": "done", "version": "1.1.0"}
    assert there.git("for-each-ref", "--format=%(refname)").split("\n") == [
        "refs/heads/develop",
        "refs/heads/main",
        "refs/tags/v1.0.0",
        "refs/tags/v1.1.0",
        "refs/tags/v1.1.0-rc.1",
        "refs/tags/v1.1.0-rc.2",
    ]
    assert there.git("cat-file", "-t", "v1.1.0") == "tag"
    assert there.git("tag", "-l", "--format=%(contents:subject)", "v1.1.0") == "Release v1.1.0"
    assert there.at("v1.1.0^{commit}") == there.at("main")
    assert there.git("log", "-1", "--format=%s", "main") == "Merge branch 'release/v1.1.0'"
    assert there.git("log", "-1", "--format=%s", "develop") == "Merge tag 'v1.1.0' into develop"
    assert there.contains("main", fix) and there.contains("develop", "v1.1.0")
    assert {name: sha for name, sha in here.refs().items() if name.startswith("refs/heads/")} == {
        name: sha for name, sha in there.refs().items() if name.startswith("refs/heads/")
    }
    assert here.git("for-each-ref", "--format=%(refname)", "refs/remotes").split("\n") == [
        "refs/remotes/origin/develop",
        "refs/remotes/origin/main",
    ]
    assert here.git("config", "--get-regexp", r"^branch\.release", ok=(1,)) == ""
    assert (here.git("status", "--porcelain"), here.refs()["HEAD"]) == ("", "refs/heads/develop")
    assert (here.run("next-version").stdout, here.run("next-version").code) == ("", 0)
    here.git("fsck", "--strict")


def test_item_7_changelog(site: Site) -> None:
    """Two releases: each section has what its tag contains and no other; what was released never changes again."""
    here = site.here
    release(here)
    first = here.shown("v1.1.0", "CHANGELOG.md")
    fix = here.commit("fix(web): mend it\n\nCloses #7\n", {"x": "x"})
    here.commit("chore: sweep")
    here.git("push", "--quiet", "origin", "develop")
    release(here)
    second = here.shown("v1.1.1", "CHANGELOG.md")
    section = f"## [1.1.1] - {DAY}\n\n### Fixed\n\n- **web:** mend it ({fix[:7]}, closes #7)\n\n"
    assert second == first.replace("## [1.1.0]", f"{section}## [1.1.0]")
    assert here.shown("develop", "CHANGELOG.md") == here.shown("main", "CHANGELOG.md") == second


def release(here: Clone) -> None:
    """Start and finish."""
    for command in ("start-release", "finish-release"):
        outcome = here.run(command, "--yes")
        assert outcome.code == 0, outcome.stderr
