"""What an attacker once found: work that would have been lost, and releases that would have gone to the wrong place.

Each test is one finding, told as the property that holds since.
"""

import shutil
from pathlib import Path

import pytest
from repository import Clone, Site
from test_conflicts import conflicting, stopped

FINISH = ("finish-release", "1.1.0", "--yes")


@pytest.mark.slow
def test_conflict_markers_are_not_released(started: Site) -> None:
    """A resolution that still has the markers is refused until it is amended."""
    conflicting(started, "main")
    tree = Clone(stopped(started, "main"))
    tree.git("commit", "--quiet", "-a", "--no-edit")
    refused = started.here.run("continue")
    assert refused.code == 6 and "still has conflict markers in: a." in refused.stderr
    tree.write("a", "both\n")
    tree.git("commit", "--quiet", "-a", "--amend", "--no-edit")
    assert started.here.run("continue").code == 0
    assert started.remote.shown("v1.1.0", "a") == "both\n"


@pytest.mark.slow
def test_work_in_the_merge_worktree_is_not_thrown_away(started: Site) -> None:
    """What was written there after the merge commit keeps the worktree from being removed."""
    conflicting(started, "main")
    tree = Clone(stopped(started, "main"))
    tree.write("a", "both\n")
    tree.git("commit", "--quiet", "-a", "--no-edit")
    tree.write("precious", "notes\n")
    before = started.remote.refs()
    refused = started.here.run("continue")
    assert refused.code == 3 and "precious" in refused.stderr
    assert started.remote.refs() == before and (tree.path / "precious").read_text() == "notes\n"
    (tree.path / "precious").unlink()
    assert started.here.run("continue").code == 0


def test_where_pushes_go_is_where_is_looked(started: Site) -> None:
    """With a push address of its own, that place decides what is published; with two of them nothing is pushed."""
    other = started.home / "other.git"
    shutil.copytree(started.remote.path, other)
    here = started.here
    here.git("config", "remote.origin.pushurl", str(other))
    assert here.run(*FINISH).code == 0
    assert "refs/tags/v1.1.0" in Clone(other).refs() and "refs/tags/v1.1.0" not in started.remote.refs()
    again = here.run("finish-release", "1.1.0", "--yes")
    assert again.code == 0 and "nothing to do" in again.stdout


def test_two_push_addresses_are_refused(started: Site) -> None:
    """They cannot be changed all or nothing."""
    for place in ("one.git", "two.git"):
        started.here.git("config", "--add", "remote.origin.pushurl", str(started.home / place))
    before = started.snapshot()
    refused = started.here.run(*FINISH)
    assert refused.code == 3 and "pushes to 2 places" in refused.stderr
    assert started.snapshot() == before


@pytest.mark.parametrize("mark", ["--skip-worktree", "--assume-unchanged"])
def test_an_edit_that_git_overlooks_is_seen(started: Site, mark: str) -> None:
    """It would stop the files from being updated after everything was published."""
    here = started.here
    here.git("switch", "--quiet", "main")
    here.git("update-index", mark, "CHANGELOG.md")
    here.write("CHANGELOG.md", "mine\n")
    before = started.remote.refs()
    refused = here.run(*FINISH)
    assert refused.code == 3 and "are edited: CHANGELOG.md." in refused.stderr
    assert started.remote.refs() == before and (here.path / "CHANGELOG.md").read_text() == "mine\n"


def test_a_vanished_worktree_does_not_strand_a_release(started: Site, tmp_path: Path) -> None:
    """Git keeps its branch taken, so the release ends on another one."""
    here = started.here
    here.git("worktree", "add", "--quiet", str(tmp_path / "wt"), "develop")
    shutil.rmtree(tmp_path / "wt")
    done = here.run(*FINISH)
    assert done.code == 0, done.stderr
    assert here.git("branch", "--show-current").strip() == "main"
    assert here.contains("develop", "v1.1.0")


@pytest.mark.parametrize("key", ["i18n.commitEncoding", "i18n.logOutputEncoding"])
def test_other_encodings_reach_the_changelog_whole(site: Site, key: str) -> None:
    """Git is asked for UTF-8, whatever it would show a person."""
    here = site.here
    here.git("switch", "--quiet", "develop")
    here.git("config", key, "ISO-8859-1")
    message = "feat: gr\u00f6\u00dfe".encode("iso-8859-1" if key.endswith("commitEncoding") else "utf-8")
    (site.home / "message").write_bytes(message)
    here.write("size", "1\n")
    here.git("add", "size")
    here.git("commit", "--quiet", "-F", str(site.home / "message"))
    here.git("push", "--quiet", "origin", "develop")
    assert here.run("start-release", "1.1.0", "--yes").code == 0
    assert "gr\u00f6\u00dfe" in here.shown("HEAD", "CHANGELOG.md")


def test_a_tag_of_a_tag_counts(site: Site) -> None:
    """The commit at the end of it is released, so that nothing is released twice."""
    here = site.here
    here.git("switch", "--quiet", "develop")
    here.git("tag", "-a", "v1.5.0-rc.1", "-m", "candidate")
    here.git("tag", "-a", "v1.5.0", "v1.5.0-rc.1", "-m", "final")
    here.git("push", "--quiet", "origin", "v1.5.0-rc.1", "v1.5.0")
    outcome = here.run("next-version")
    assert outcome.code == 0 and outcome.stdout == ""


def test_a_path_with_a_newline(site: Site, tmp_path: Path) -> None:
    """Git names paths one by one."""
    odd = tmp_path / "two\nlines"
    shutil.copytree(site.here.path, odd)
    outcome = Clone(odd).run("next-version")
    assert (outcome.code, outcome.stdout) == (0, "1.1.0\n")


def test_nobody_listens(started: Site) -> None:
    """A closed stdout does not turn a finished release into a crash."""
    done = started.here.run(*FINISH, wrap=("sh", "-c", 'exec "$@" >&-', "sh"))
    assert done.code == 0, done.stderr


def test_a_configured_develop_that_is_missing_is_named(site: Site) -> None:
    """A mistyped branch is no empty history."""
    here = site.here
    here.write("release-tools.toml", '[branches]\ndevelop = "devel"\n')
    refused = here.run("next-version")
    assert refused.code == 3 and "There is no branch devel" in refused.stderr
