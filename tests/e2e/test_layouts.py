"""Repositories of other shapes: a trunk, no remote, several worktrees, paths with spaces and umlauts.

The usual shape, one clone with main, develop and a remote, is everywhere else.
"""

from pathlib import Path

import pytest
from repository import CHANGELOG, FILES, PYPROJECT, Clone, Site, found_site

pytestmark = pytest.mark.slow

TRUNK = '[branches]\nmain = "main"\ndevelop = false\n'
FINISH = ("finish-release", "--yes")


def trunk(home: Path) -> Site:
    """Make a site without develop, with a feature on main."""
    site = found_site(home, {**FILES, "release-tools.toml": TRUNK})
    site.here.git("switch", "--quiet", "main")
    site.here.git("merge", "--quiet", "--ff-only", "develop")
    site.here.git("push", "--quiet", "origin", "main", ":develop")
    site.here.git("branch", "-D", "develop")
    return site


def test_trunk_releases_from_main_to_main(tmp_path: Path) -> None:
    """There is no develop: the tag is on the merge into main, and what main has had since the cut is in the section."""
    site = trunk(tmp_path / "site")
    assert site.here.run("next-version").stdout == "1.1.0\n"
    assert site.here.run("start-release", "--yes").code == 0
    site.here.git("switch", "--quiet", "main")
    site.here.commit("feat: go on")
    site.here.git("push", "--quiet", "origin", "main")
    outcome = site.here.run(*FINISH, "1.1.0")
    assert outcome.code == 0, outcome.stderr
    assert set(site.remote.refs()) == {"HEAD", "refs/heads/main", "refs/tags/v1.0.0", "refs/tags/v1.1.0"}
    assert site.remote.at("v1.1.0^{commit}") == site.remote.at("main") == site.here.at("main")
    assert len(site.here.git("rev-list", "--parents", "-n1", "main").split()) == 3
    assert site.here.git("status", "--porcelain") == ""
    section = site.here.shown("v1.1.0", "CHANGELOG.md").partition("## [1.1.0]")[2].partition("## [1.0.0]")[0]
    assert "add a" in section and "go on" in section
    assert (site.here.run("next-version").stdout, site.here.run("status").stdout) == ("", "no unfinished run\n")


def test_repository_without_remote_releases_here_alone(tmp_path: Path) -> None:
    """The plan says that nothing is pushed; the rest is the same."""
    site = found_site(tmp_path / "site")
    site.here.git("remote", "remove", "origin")
    started = site.here.run("start-release", "--yes")
    assert started.code == 0, started.stderr
    assert "there is no remote: nothing is pushed" in started.stderr
    finished = site.here.run(*FINISH)
    assert finished.code == 0, finished.stderr
    assert "there is no remote: nothing is pushed" in finished.stderr
    assert site.here.at("v1.1.0^{commit}") == site.here.at("main")
    assert site.here.contains("develop", "v1.1.0")
    assert not site.here.at("release/v1.1.0")
    assert site.here.refs()["HEAD"] == "refs/heads/develop"
    assert site.here.git("status", "--porcelain") == ""
    assert site.here.run(*FINISH, "1.1.0", "--json").data["state"] == "nothing"


def worktree(site: Site, name: str, branch: str) -> Clone:
    """Check out a branch in a worktree of its own."""
    site.here.git("worktree", "add", "--quiet", str(site.home / name), branch)
    return Clone(site.home / name)


def test_main_in_another_worktree_is_brought_along(started: Site) -> None:
    """Its files follow the branch; a bare ref update would show the release as staged deletions."""
    main = worktree(started, "main tree", "main")
    main.write("notes", "mine")
    outcome = started.here.run(*FINISH)
    assert outcome.code == 0, outcome.stderr
    assert main.at("HEAD") == started.remote.at("main")
    assert main.git("status", "--porcelain") == "?? notes"
    assert "1.1.0" in (main.path / "pyproject.toml").read_text()


@pytest.mark.parametrize("staged", [False, True], ids=["unstaged", "staged"])
def test_dirty_main_in_another_worktree_is_refused(started: Site, staged: bool) -> None:
    """Somebody works there: exit 3 names the place, nothing is changed anywhere."""
    main = worktree(started, "main tree", "main")
    main.write("pyproject.toml", "mine")
    if staged:
        main.git("add", "pyproject.toml")
    before = started.snapshot(), main.snapshot()
    outcome = started.here.run(*FINISH)
    assert outcome.code == 3, outcome.stderr
    assert outcome.error[0] == f"Tracked files are changed in {main.path}: pyproject.toml."
    assert (started.snapshot(), main.snapshot()) == before


def test_untracked_file_in_another_worktree_is_not_overwritten(started: Site) -> None:
    """A file that the release brings stands there untracked: exit 3 names it."""
    started.here.commit("feat: b", {"b": "b"})
    started.here.git("push", "--quiet", "origin", "release/v1.1.0")
    main = worktree(started, "main tree", "main")
    main.write("b", "mine")
    outcome = started.here.run(*FINISH)
    assert outcome.code == 3, outcome.stderr
    assert outcome.error[0] == f"Untracked files would be overwritten in {main.path}: b."
    assert (main.path / "b").read_text() == "mine"


def test_release_is_finished_from_a_linked_worktree(started: Site) -> None:
    """The run lives in the common directory; develop is elsewhere, so this worktree lands on main."""
    started.here.git("switch", "--quiet", "develop")
    tree = worktree(started, "release tree", "release/v1.1.0")
    outcome = tree.run(*FINISH)
    assert outcome.code == 0, outcome.stderr
    assert tree.refs()["HEAD"] == "refs/heads/main"
    assert started.here.refs()["HEAD"] == "refs/heads/develop"
    assert started.here.at("develop") == started.remote.at("develop")
    for clone in (tree, started.here):
        assert clone.git("status", "--porcelain") == ""
    assert not started.here.at("release/v1.1.0")


def test_lock_is_one_for_all_worktrees(started: Site) -> None:
    """An unfinished run is seen from each of them, and ended from any."""
    hook = started.hook("pre-receive", "exit 1")
    assert started.here.run(*FINISH).code == 4
    hook.unlink()
    tree = worktree(started, "other", "develop")
    assert tree.run("status", "--json").data["state"] == "unfinished"
    assert tree.run("abort", "--yes").code == 0
    assert started.here.run("status", "--json").data["state"] == "none"


def test_spaces_and_umlauts_in_paths(tmp_path: Path) -> None:
    """Directories, files, authors and messages of any kind go through unharmed."""
    files = {
        "Büro plan/paket.toml": PYPROJECT,
        "release-tools.toml": '[branches]\ndevelop = "develop"\n'
        '[[version.files]]\npath = "Büro plan/paket.toml"\nkind = "pyproject"\n'
        '[changelog]\npath = "Büro plan/Änderungen: \\"alle\\".md"\n',
        'Büro plan/Änderungen: "alle".md': CHANGELOG,
    }
    site = found_site(tmp_path / "Kü che: eins" / "dépôt", files)
    site.here.commit("feat: größer werden", {"ü b e r": "ü"})
    site.here.git("push", "--quiet", "origin", "develop")
    for command in ("start-release", "finish-release"):
        outcome = site.here.run(command, "--yes")
        assert outcome.code == 0, outcome.stderr
    assert site.here.shown("v1.1.0", "Büro plan/paket.toml") == PYPROJECT.replace("1.0.0", "1.1.0")
    assert "größer werden" in site.here.shown("develop", 'Büro plan/Änderungen: "alle".md')
    assert site.here.git("status", "--porcelain") == ""


def test_command_works_in_a_subdirectory_and_with_repo(started: Site) -> None:
    """Paths are counted from the top of the work tree, wherever the command is typed."""
    below = Clone(started.here.write("deep/er/file", "x").parent)
    assert below.run("status", "--json").data == {"state": "none", "runs": []}
    outside = Clone(started.home)
    assert outside.run("--repo", "here", "tag", "--yes").code == 0
    assert started.remote.at("v1.1.0-rc.1")
