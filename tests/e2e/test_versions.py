"""`versions`: what the files of a commit name, what is tagged, what is claimed, and where these contradict."""

from pathlib import Path

import pytest
from repository import Site

PACKAGE = '{\n  "version": "1.0.0"\n}\n'


def commit(site: Site, name: str, text: str) -> None:
    """Commit a file to the branch that is checked out."""
    Path(site.here.path, name).write_text(text, encoding="utf-8")
    site.here.git("add", name)
    site.here.git("commit", "--quiet", "-m", "chore: change a file")


def test_files_that_agree(site: Site) -> None:
    """Every place is listed with its line and spelling; nothing is written and the remote is not needed."""
    commit(site, "package.json", PACKAGE)
    site.here.git("remote", "set-url", "origin", "/nowhere")
    before = site.here.git("for-each-ref")
    outcome = site.here.run("versions")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert outcome.stdout.splitlines() == [
        "pyproject.toml:3  1.0.0  pep440",
        "package.json:2    1.0.0  semver",
        "latest tag: v1.0.0",
    ]
    data = site.here.run("versions", "--json").data
    assert (data["version"], data["branch"], data["latest"], data["contained"]) == ("1.0.0", "develop", *["v1.0.0"] * 2)
    assert data["places"][1] == {
        "path": "package.json",
        "line": 2,
        "written": "1.0.0",
        "version": "1.0.0",
        "spelling": "semver",
        "writable": True,
    }
    assert site.here.git("for-each-ref") == before


def test_files_that_disagree(site: Site) -> None:
    """Exit 1 names every place, with `--json` as well; what is older than the tag is named besides."""
    commit(site, "package.json", PACKAGE.replace("1.0.0", "0.9.0"))
    for words in (("versions",), ("versions", "--json")):
        outcome = site.here.run(*words)
        assert outcome.code == 1
        assert outcome.error[1:3] == (
            "  pyproject.toml:3: names 1.0.0; all places must name one version",
            "  package.json:2: names 0.9.0; all places must name one version",
        )
        assert "warning: package.json:2: names 0.9.0, but v1.0.0 is tagged" in outcome.stderr
    assert outcome.data["version"] is None
    assert len(outcome.data["disagreements"]) == 2
    assert outcome.data["remarks"] == ["package.json:2: names 0.9.0, but v1.0.0 is tagged"]


def test_release_branch(started: Site) -> None:
    """An open release branch claims its version, and a file on it that names another one is told."""
    outcome = started.here.run("versions")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert "claimed: 1.1.0 by release/v1.1.0" in outcome.stdout.splitlines()
    text = Path(started.here.path, "pyproject.toml").read_text(encoding="utf-8")
    commit(started, "pyproject.toml", text.replace("1.1.0", "1.2.0"))
    outcome = started.here.run("versions")
    assert outcome.code == 0
    assert outcome.stderr == "warning: pyproject.toml:3: names 1.2.0, expected 1.1.0\n"


def test_tag_of_another_line(site: Site) -> None:
    """A greater tag outside of the history is told and is no contradiction."""
    tree = site.here.git("rev-parse", "HEAD^{tree}")
    other = site.here.git("commit-tree", tree, "-m", "feat: something else")
    site.here.git("tag", "v2.0.0", other)
    outcome = site.here.run("versions")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert outcome.stdout.splitlines()[1] == "latest tag: v2.0.0 (not in the history of develop; there: v1.0.0)"


def test_changes_that_are_not_committed(site: Site) -> None:
    """What is told is the commit's, and a version file with other content in the work tree is pointed out."""
    Path(site.here.path, "pyproject.toml").write_text('[project]\nversion = "3.0.0"\n', encoding="utf-8")
    outcome = site.here.run("versions")
    assert outcome.stdout.startswith("pyproject.toml:3  1.0.0  pep440\n")
    assert outcome.stderr == "warning: pyproject.toml has changes that are not committed; they are not looked at\n"
    assert (outcome.code, site.here.run("versions", "--json").data["unsaved"]) == (0, ["pyproject.toml"])


def test_file_that_cannot_be_read(site: Site) -> None:
    """A version file that cannot be trusted is exit 3 with its name."""
    commit(site, "package.json", "{")
    outcome = site.here.run("versions")
    assert outcome.code == 3
    assert outcome.error[1].startswith("  package.json: line 1: this is not JSON")


@pytest.mark.slow
def test_a_workspace_moves_as_a_whole(site: Site) -> None:
    """Without configuration: the members that inherit the version follow in the lock, one with its own number stays."""
    here = site.here
    here.git("switch", "--quiet", "develop")
    entries = "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n'
        for name, version in (("app", "1.0.0"), ("own", "0.3.0"), ("part", "1.0.0"))
    )
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n\n[workspace.package]\nversion = "1.0.0"\n',
        "crates/app/Cargo.toml": '[package]\nname = "app"\nversion.workspace = true\n',
        "crates/part/Cargo.toml": '[package]\nname = "part"\nversion = { workspace = true }\n',
        "crates/own/Cargo.toml": '[package]\nname = "own"\nversion = "0.3.0"\n',
        "Cargo.lock": f"version = 3\n{entries}",
    }
    here.commit("build: add a workspace", files)
    here.git("push", "--quiet", "origin", "develop")
    assert here.run("start-release", "--yes").code == 0
    lock = here.shown("HEAD", "Cargo.lock")
    assert lock == files["Cargo.lock"].replace("1.0.0", "1.1.0")
    assert here.shown("HEAD", "crates/own/Cargo.toml") == files["crates/own/Cargo.toml"]
    assert here.run("start-hotfix", "crash", "--yes").code == 0
    here.commit("fix: mend the crash")
    assert here.run("finish-hotfix", "--yes").code == 0
    assert here.run("finish-release", "1.1.0", "--yes").code == 0
    assert here.shown("origin/develop", "Cargo.lock") == lock
