"""The promises of the whole git-flow, one test each, told as a story from one end to the other.

Single properties and faults stand in the other modules of this directory.
"""

import subprocess

import pytest
from protected_remote import Forge
from repository import DAY, Clone, Site

pytestmark = pytest.mark.slow


def ran(here: Clone, *arguments: str) -> str:
    """Run a command that must succeed and return its result."""
    outcome = here.run(*arguments)
    assert outcome.code == 0, outcome.stderr
    return outcome.stdout


def test_item_1_flow(site: Site) -> None:
    """A feature, a release with a hotfix in the middle, an upgrade with its reason, an old line: each in its place."""
    here = site.here
    ran(here, "start-feature", "login", "--yes")
    here.commit("feat(login): add the form")
    ran(here, "finish-feature", "--yes")
    ran(here, "start-release", "1.1.0", "--yes")
    ran(here, "start-hotfix", "crash", "--yes")
    here.commit("fix: mend the crash")
    ran(here, "finish-hotfix", "--yes")
    assert all(here.contains(f"origin/{branch}", "v1.0.1") for branch in ("main", "develop", "release/v1.1.0"))
    ran(here, "finish-release", "1.1.0", "--yes")
    here.git("branch", "support/1.x", "v1.1.0^{commit}")
    here.git("push", "--quiet", "-u", "origin", "support/1.x")
    ran(here, "start-upgrade", "2.0.0", "--yes")
    assert here.run("finish-upgrade", "--yes").code == 3
    ran(here, "finish-upgrade", "--without-staging", "staging is being rebuilt", "--yes")
    assert "Without-Staging: staging is being rebuilt" in here.git("tag", "--list", "--format=%(contents)", "v2.0.0")
    main = here.at("origin/main")
    here.git("switch", "--quiet", "support/1.x")
    ran(here, "start-hotfix", "old", "--yes")
    here.commit("fix: mend the old line")
    ran(here, "finish-hotfix", "--yes")
    assert here.contains("origin/support/1.x", "v1.1.1") and here.at("origin/main") == main
    assert not here.contains("origin/develop", "v1.1.1")
    assert ran(here, "back-merge", "--yes").startswith("nothing to do")
    here.git("switch", "--quiet", "develop")
    ran(here, "start-release", "2.1.0", "--yes")
    ran(here, "bump", "3.0.0", "--yes")
    assert site.remote.at("release/v3.0.0") and not site.remote.at("release/v2.1.0")


def test_item_2_semantic_merge(site: Site) -> None:
    """A hotfix goes into a release with other versions and another changelog without anybody resolving anything."""
    here = site.here
    ran(here, "start-release", "--yes")
    pending = here.shown("release/v1.1.0", "CHANGELOG.md").partition("## [1.1.0]")[2].partition("## [")[0]
    ran(here, "start-hotfix", "crash", "--yes")
    here.commit("fix: mend the crash")
    forecast = here.run("finish-hotfix", "--dry-run")
    assert forecast.code == 0 and "conflict" not in forecast.stderr
    ran(here, "finish-hotfix", "--yes")
    text = here.shown("origin/release/v1.1.0", "CHANGELOG.md")
    assert pending in text and text.index("## [1.1.0]") < text.index(f"## [1.0.1] - {DAY}") < text.index("## [1.0.0]")
    assert 'version = "1.1.0"' in here.shown("origin/release/v1.1.0", "pyproject.toml")
    assert 'version = "1.0.1"' in here.shown("origin/develop", "pyproject.toml")


def test_item_3_protected_remote(started: Site) -> None:
    """The refused push is the discovery; another clone goes on after each pull request, and none is pushed past."""
    forge = Forge(started)
    forge.protect("main", "develop")
    here = started.here
    waiting = here.run("finish-release", "--yes", "--json")
    assert waiting.code == 0 and waiting.data["state"] == "waiting"
    forge.merge("release/v1.1.0", "main")
    other = started.clone("other")
    assert other.run("finish-release", "--yes", "--json").data["state"] == "waiting"
    assert started.remote.contains("main", "v1.1.0")
    forge.merge("back-merge/v1.1.0-into-develop", "develop")
    assert here.run("continue", "--json").data["state"] == "done"
    assert started.remote.contains("develop", "v1.1.0")
    assert set(started.remote.refs()) == {"HEAD", "refs/heads/main", "refs/heads/develop", *TAGS}
    assert here.run("status", "--json").data["state"] == "none"


TAGS = ("refs/tags/v1.0.0", "refs/tags/v1.1.0")


def test_item_4_doors(site: Site) -> None:
    """What commit-msg could not see is caught at the push; one grammar says so in every door and command."""
    here = site.here
    ran(here, "install-hooks")
    ran(here, "start-feature", "login", "--yes")
    here.commit("feat(login): add the form")
    here.git("push", "--quiet", "-u", "origin", "HEAD")
    here.write("late", "1\n")
    here.git("add", "late")
    here.git("commit", "--quiet", "--no-verify", "-m", "stuff")
    refused = subprocess.run(("git", "push", "origin", "HEAD"), cwd=here.path, capture_output=True, text=True)
    assert refused.returncode == 1 and "stuff" in refused.stderr
    assert here.run("check-commit", "--range", "origin/develop..HEAD").code == 1
    assert here.run("check-pr", "--title", "stuff", "--base", "develop", "--head", "feature/login").code == 1
    assert here.run("check-pr", "--title", "feat: add it", "--base", "develop", "--head", "feature/login").code == 0
    here.git("reset", "--quiet", "--soft", "HEAD^")
    ran(here, "commit", "--type", "fix", "--subject", "come late", "--yes")
    here.git("push", "--quiet", "origin", "HEAD")
    for name in ("v1.0.0", "v01.2.0"):
        here.git("tag", "--force", "-a", "-m", "moved", name)
        assert here.git("push", "--force", "origin", name, ok=(1,)) == ""


def test_item_5_version_files(site: Site) -> None:
    """Files of every language move together, each in its own spelling, and disagreement is named with its place."""
    here = site.here
    here.git("switch", "--quiet", "develop")
    rows = """
[[version.files]]
path = "pyproject.toml"
[[version.files]]
path = "Cargo.toml"
[[version.files]]
path = "chart/Chart.yaml"
[[version.files]]
path = "app/__init__.py"
[[version.files]]
path = ".env"
key = "APP_VERSION"
"""
    config = here.shown("develop", "release-tools.toml") + rows
    files = {
        "release-tools.toml": config,
        "Cargo.toml": '[package]\nname = "x"\nversion = "1.0.0" # ours\n',
        "chart/Chart.yaml": 'apiVersion: v2\nname: x\nversion: 1.0.0\nappVersion: "1.0.0"\n',
        "app/__init__.py": "__version__ = '1.0.0'\n",
        ".env": "export APP_VERSION='1.0.0'  # ours\n",
    }
    here.commit("build: name the version everywhere", files)
    here.git("push", "--quiet", "origin", "develop")
    ran(here, "start-release", "--yes")
    for name, text in files.items():
        if name != "release-tools.toml":
            assert here.shown("HEAD", name) == text.replace("1.0.0", "1.1.0")
    here.write(".env", "APP_VERSION=1.0.9\n")
    here.git("commit", "--quiet", "--all", "-m", "fix: forget the version")
    disagreeing = here.run("versions")
    assert disagreeing.code == 1 and ".env:1" in disagreeing.stdout + disagreeing.stderr


def test_item_6_anywhere(site: Site) -> None:
    """In a linked work tree of a clone with another remote's name and settings that get in the way."""
    site.clone("there", "--origin", "upstream")
    there = Clone(site.home / "there")
    for key, value in (
        ("pull.rebase", "true"),
        ("merge.ff", "only"),
        ("push.default", "nothing"),
        ("core.autocrlf", "input"),
    ):
        there.git("config", key, value)
    there.git("worktree", "add", "--quiet", "-b", "work", "../linked", "upstream/develop")
    linked = Clone(site.home / "linked")
    ran(linked, "start-hotfix", "crash", "--yes")
    linked.commit("fix: mend the crash")
    ran(linked, "finish-hotfix", "--yes")
    assert site.remote.contains("develop", "v1.0.1") and site.remote.contains("main", "v1.0.1")
    assert linked.git("status", "--porcelain") == there.git("status", "--porcelain") == ""
