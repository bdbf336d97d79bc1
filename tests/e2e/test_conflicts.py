"""Merges that only a person can make: into main and into develop, resolved in each way a person may choose.

Conflicts between people (races) stand in `test_races`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from repository import Clone, Outcome, Site

pytestmark = pytest.mark.slow

FINISH = ("finish-release", "1.1.0", "--yes")


def conflicting(site: Site, branch: str) -> None:
    """Have the same line say something else on the release branch and on another one, both pushed."""
    here = site.here
    here.commit("fix: reword a", {"a": "release\n"})
    here.git("push", "--quiet", "origin", "release/v1.1.0")
    here.git("switch", "--quiet", branch)
    here.commit("fix: reword a otherwise", {"a": "other\n"})
    here.git("push", "--quiet", "origin", branch)
    here.git("switch", "--quiet", "release/v1.1.0")


def stopped(site: Site, branch: str) -> Path:
    """Finish until the conflict; look at what is said; return the worktree in which it waits."""
    before = site.remote.refs(), {name: sha for name, sha in site.here.refs().items() if name != "HEAD"}
    outcome = site.here.run(*FINISH)
    assert outcome.code == 6, outcome.stderr
    failed, state, todo = outcome.error
    merge = "Merge branch 'release/v1.1.0'" if branch == "main" else "Merge tag 'v1.1.0' into develop"
    assert failed == f"“{merge}” conflicts in: a."
    assert state == "Nothing is published yet."
    place = Path(todo.partition("cd '")[2].partition("'")[0])
    assert place.is_dir() and "`release-tools continue`" in todo and "`release-tools abort`" in todo
    assert "<<<<<<<" in (place / "a").read_text()
    assert (site.remote.refs(), {name: sha for name, sha in site.here.refs().items() if name != "HEAD"}) == before
    assert site.here.git("status", "--porcelain") == ""
    return place


def in_the_worktree(site: Site, place: Path, branch: str) -> None:
    """Resolve the merge where it waits."""
    tree = Clone(place)
    tree.write("a", "both\n")
    tree.git("add", "a")
    tree.git("commit", "--quiet", "--no-edit")


def on_the_branch_itself(site: Site, place: Path, branch: str) -> None:
    """Make the very merge on the local branch by hand."""
    source = Clone(place).git("rev-parse", "MERGE_HEAD")
    site.here.git("switch", "--quiet", branch)
    site.here.git("merge", "--no-ff", source, ok=(1,))
    site.here.write("a", "both\n")
    site.here.git("commit", "--quiet", "-a", "--no-edit")


def into_the_release_branch(site: Site, place: Path, branch: str) -> None:
    """Merge the other branch into the release and push it: then there is no conflict any more."""
    site.here.git("switch", "--quiet", "release/v1.1.0")
    site.here.git("merge", branch, ok=(1,))
    site.here.write("a", "both\n")
    site.here.git("commit", "--quiet", "-a", "--no-edit")
    site.here.git("push", "--quiet", "origin", "release/v1.1.0")


def finished(site: Site, outcome: Outcome, branch: str) -> None:
    """Look that the release is whole: tag on main's merge, merged into develop, branch and worktree gone."""
    assert outcome.code == 0, outcome.stderr
    there = site.remote
    assert there.at("v1.1.0^{commit}") == there.at("main")
    assert there.contains("develop", "v1.1.0^{commit}")
    assert there.git("show", f"{branch}:a") == "both"
    assert not there.at("release/v1.1.0") and not site.here.at("release/v1.1.0")
    assert site.here.git("worktree", "list", "--porcelain").count("worktree ") == 1
    assert site.here.git("status", "--porcelain") == ""
    assert site.here.open_runs() == ()


Resolve = Callable[[Site, Path, str], None]


@pytest.mark.parametrize("command", [("continue",), FINISH], ids=["continue", "finish again"])
@pytest.mark.parametrize("branch", ["main", "develop"])
@pytest.mark.parametrize("resolve", [in_the_worktree, on_the_branch_itself])
def test_conflict_is_resolved_by_a_person(
    started: Site, branch: str, resolve: Resolve, command: tuple[str, ...]
) -> None:
    """Any commit with the right parents is taken, wherever it was made; both commands go on."""
    conflicting(started, branch)
    resolve(started, stopped(started, branch), branch)
    finished(started, started.here.run(*command), branch)


@pytest.mark.parametrize("command", [("continue",), FINISH], ids=["continue", "finish again"])
def test_conflict_is_resolved_on_the_release_branch(started: Site, command: tuple[str, ...]) -> None:
    """Main merged into the release and pushed: the run goes on with the new tip of the branch."""
    conflicting(started, "main")
    into_the_release_branch(started, stopped(started, "main"), "main")
    finished(started, started.here.run(*command), "main")


@pytest.mark.parametrize("branch", ["main", "develop"])
def test_conflict_that_is_not_resolved_stops_again(started: Site, branch: str) -> None:
    """Going on too early is harmless: exit 6 with the same words."""
    conflicting(started, branch)
    place = stopped(started, branch)
    again = started.here.run("continue")
    assert again.code == 6
    assert str(place) in again.error[-1]
    status = started.here.run("status")
    assert str(place) in status.stdout and "conflicts in: a" in status.stdout


@pytest.mark.parametrize("branch", ["main", "develop"])
def test_conflict_is_given_up_and_everything_is_as_before(started: Site, branch: str) -> None:
    """Abort removes the worktree with whatever is in it; refs, index and files are as they were."""
    conflicting(started, branch)
    before = started.here.refs(), started.remote.refs(), started.here.git("ls-files", "--stage")
    place = stopped(started, branch)
    Clone(place).write("a", "half done\n")
    outcome = started.here.run("abort", "--yes")
    assert outcome.code == 0, outcome.stderr
    assert not place.exists()
    assert (started.here.refs(), started.remote.refs(), started.here.git("ls-files", "--stage")) == before
    assert started.here.git("worktree", "list", "--porcelain").count("worktree ") == 1
    assert started.here.open_runs() == ()
    assert started.here.run("status").stdout == "no unfinished run\n"


def test_both_merges_conflict_one_after_the_other(started: Site) -> None:
    """The second conflict is handed over like the first, and the person's first merge is kept."""
    conflicting(started, "main")
    started.here.git("switch", "--quiet", "develop")
    started.here.commit("fix: reword a a third time", {"a": "third\n"})
    started.here.git("push", "--quiet", "origin", "develop")
    started.here.git("switch", "--quiet", "release/v1.1.0")
    first = stopped(started, "main")
    in_the_worktree(started, first, "main")
    merged = Clone(first).at("HEAD")
    second = started.here.run("continue")
    assert second.code == 6, second.stderr
    assert second.error[0] == "“Merge tag 'v1.1.0' into develop” conflicts in: a."
    place = Path(second.error[2].partition("cd '")[2].partition("'")[0])
    in_the_worktree(started, place, "develop")
    finished(started, started.here.run("continue"), "develop")
    assert started.remote.at("main") == merged


def test_dry_run_of_a_conflict_names_it_and_makes_nothing(started: Site) -> None:
    """The conflict is known before anything happened."""
    conflicting(started, "main")
    before = started.snapshot()
    outcome = started.here.run("finish-release", "--dry-run")
    assert outcome.code == 0, outcome.stderr
    assert "“Merge branch 'release/v1.1.0'” conflicts in: a" in outcome.stderr
    assert started.snapshot() == before
