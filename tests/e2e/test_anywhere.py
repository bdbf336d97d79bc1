"""A release is the same anywhere: whatever git's settings are, and whatever shape the repository has.

Each row is released from start to finish and looked at with plain git.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from repository import Clone, Site
from settings_rows import SETTINGS
from shapes import SHAPES, Make, beside_a_submodule, separate_git_dir

QUICK_SETTINGS = ("color.ui=always", "push.followTags", "log.*")
QUICK_SHAPES = ("SHA-256", "path with a newline")


def rows(table: Mapping[str, object], quick: tuple[str, ...]) -> list[object]:
    """Return the rows of a table as parameters; those that are not quick run with all the tests alone."""
    return [pytest.param(row, id=name, marks=() if name in quick else pytest.mark.slow) for name, row in table.items()]


@pytest.mark.parametrize("settings", rows(SETTINGS, QUICK_SETTINGS))
def test_settings_change_nothing(site: Site, settings: dict[str, str]) -> None:
    """Neither what users like nor what teams demand is in the way of a release."""
    for key, value in settings.items():
        site.here.git("config", key.format(home=site.home), value)
    released(site, site.here)


@pytest.mark.parametrize("make", rows(SHAPES, QUICK_SHAPES))
def test_shapes_change_nothing(tmp_path: Path, make: Make) -> None:
    """Wherever the parts of a repository are, all of them are brought along."""
    released(*make(tmp_path / "site"))


@pytest.mark.slow
def test_first_work_tree_of_a_submodule_is_brought_along(tmp_path: Path) -> None:
    """Git lists its git directory in its place, which knows where it is."""
    site, tree = beside_a_submodule(tmp_path / "site")
    module = Clone(site.home / "outer" / "the module")
    released(site, tree)
    assert module.refs()["HEAD"] == "refs/heads/main"
    assert (module.at("HEAD"), module.git("status", "--porcelain")) == (site.remote.at("main"), "")


@pytest.mark.slow
def test_work_tree_that_nobody_can_find_is_not_left_behind(tmp_path: Path) -> None:
    """The git directory does not say where develop is checked out: exit 3 before anything is changed."""
    site, first = separate_git_dir(tmp_path / "site")
    assert first.run("start-release", "--yes").code == 0
    first.git("switch", "--quiet", "develop")
    first.git("worktree", "add", "--quiet", str(site.home / "linked"), "release/v1.1.0")
    before = site.remote.refs(), first.refs()
    outcome = Clone(site.home / "linked").run("finish-release", "--yes")
    assert (outcome.code, site.remote.refs(), first.refs()) == (3, *before), outcome.stderr
    assert "Nothing says where the work tree of the git directory" in outcome.error[0]


def test_repository_of_somebody_else_is_refused_until_it_is_declared_safe(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git's own words say how; a person's configuration decides, and then a release is like any other."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    refused = site.here.run("start-release", "--yes")
    assert (refused.code, "safe.directory" in refused.stderr) == (3, True), refused.stderr
    (home / "gitconfig").write_text(f"[safe]\n\tdirectory = {site.here.path}\n\tdirectory = {site.remote.path}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    released(site, site.here)


def released(site: Site, clone: Clone) -> None:
    """Release 1.1.0 in a clone and check refs here and there, files, and every work tree."""
    untouched = {tree.path: tree.git("status", "--porcelain") for tree in worktrees(clone)}
    fork = {name: sha for name, sha in clone.refs().items() if name.startswith("refs/heads/feature/")}
    for command in ("start-release", "finish-release"):
        outcome = clone.run(command, "--yes")
        assert outcome.code == 0, outcome.stderr
        for tree in worktrees(clone):
            assert tree.git("status", "--porcelain") == untouched.get(tree.path, ""), tree.path
    there, here = site.remote.refs(), clone.refs()
    branches = {name: sha for name, sha in there.items() if name.startswith("refs/")}
    assert set(branches) == {f"refs/{name}" for name in ("heads/main", "heads/develop", "tags/v1.0.0", "tags/v1.1.0")}
    heads = {name: sha for name, sha in here.items() if name.startswith(("refs/heads/", "refs/tags/"))}
    assert heads == {**{name: sha for name, sha in branches.items() if name in heads}, **fork}
    assert site.remote.git("cat-file", "-t", "v1.1.0") == "tag"
    assert site.remote.at("v1.1.0^{commit}") == site.remote.at("main")
    assert site.remote.contains("develop", "v1.1.0")
    for branch in ("main", "develop"):
        assert 'version = "1.1.0"  # the only place' in site.remote.shown(branch, "pyproject.toml")
        assert "## [1.1.0]" in site.remote.shown(branch, "CHANGELOG.md")
    site.remote.git("fsck", "--strict")


def worktrees(clone: Clone) -> list[Clone]:
    """Return the work trees of a repository, the one at hand first."""
    listed = clone.git("worktree", "list", "--porcelain", "-z").split("\0\0")
    paths = [block.split("\0")[0].removeprefix("worktree ") for block in listed if block and "\0bare" not in block]
    others = (Path(path) for path in paths if path != str(clone.path.resolve()))
    return [clone, *(Clone(path) for path in others if (path / ".git").exists())]
