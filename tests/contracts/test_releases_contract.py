"""What every store of releases does, on disk and in memory."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.releases import FakeReleases
from release_rig import ReleaseRepository

from release_tools.errors import PreconditionFailed, ToolFailed
from release_tools.ports.runtime import Releases


@dataclass
class Ground:
    """Releases with two commits to lay out, and a hand that edits what lies there."""

    releases: Releases
    commits: tuple[str, str]

    def edit(self, release: str) -> None:
        """Change a committed file of a release."""
        if isinstance(self.releases, FakeReleases):
            self.releases.edit(release)
            return
        (Path(self.releases.path(release)) / "app.py").write_text("changed\n")


@pytest.fixture(params=["directories", "fake"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    """Return releases of which none is laid out."""
    if request.param == "fake":
        commits = ("a" * 40, "b" * 40)
        return Ground(FakeReleases(top=str(tmp_path), commits=set(commits), broken={"false"}), commits)
    repository = ReleaseRepository(tmp_path)
    commits = (repository.commit({"app.py": "1\n"}), repository.commit({"app.py": "2\n"}))
    return Ground(repository.releases, commits)


def stage(ground: Ground, release: str = "1.0.0", commit: int = 0, build: tuple[str, ...] = ()) -> str:
    """Stage one of the commits."""
    return ground.releases.stage(release, ground.commits[commit], build, timeout=30.0)


def test_at_first_there_is_nothing(ground: Ground) -> None:
    """No release, none current; where one would lie can be told."""
    assert ground.releases.all() == ()
    assert ground.releases.current() == ""
    assert ground.releases.staged("1.0.0") == ""
    assert ground.releases.path("1.0.0").endswith("/releases/1.0.0")


def test_a_staged_release_is_known_by_the_hash_of_its_tree(ground: Ground) -> None:
    """The same commit has the same hash under any name, another one another; staging again changes nothing."""
    first = stage(ground)
    assert len(first) == 64
    assert ground.releases.staged("1.0.0") == first
    assert stage(ground) == first
    assert stage(ground, "again") == first
    assert stage(ground, "1.1.0", 1) != first
    assert ground.releases.all() == ("1.0.0", "1.1.0", "again")
    assert ground.releases.current() == ""


def test_a_later_edit_shows_and_is_undone_by_staging_again(ground: Ground) -> None:
    """An edited release is none; staging lays it out anew."""
    first = stage(ground)
    ground.edit("1.0.0")
    assert ground.releases.staged("1.0.0") == ""
    assert stage(ground) == first
    assert ground.releases.staged("1.0.0") == first


def test_a_build_that_fails_leaves_no_finished_release(ground: Ground) -> None:
    """It can be staged again once the build works."""
    with pytest.raises(ToolFailed, match="`false` failed with exit code 1"):
        stage(ground, build=("false",))
    assert ground.releases.staged("1.0.0") == ""
    assert ground.releases.all() == ()
    assert stage(ground, build=("true",)) == ground.releases.staged("1.0.0") != ""


def test_a_commit_that_is_not_there_is_said(ground: Ground) -> None:
    """Nothing is laid out for it."""
    with pytest.raises(ToolFailed):
        ground.releases.stage("1.0.0", "c" * 40, (), timeout=30.0)
    assert ground.releases.all() == ()


def test_current_is_switched_to_and_fro(ground: Ground) -> None:
    """Only to a release that is finished; switching twice is switching once."""
    stage(ground)
    stage(ground, "1.1.0", 1)
    for release in ("1.0.0", "1.1.0", "1.1.0", "1.0.0"):
        ground.releases.switch(release)
        assert ground.releases.current() == release
    with pytest.raises(PreconditionFailed, match=r"no finished release 2\.0\.0"):
        ground.releases.switch("2.0.0")
    assert ground.releases.current() == "1.0.0"


def test_current_may_name_nothing_again(ground: Ground) -> None:
    """As before a first deploy that failed; twice is once, and then the release can be removed."""
    stage(ground)
    ground.releases.switch("1.0.0")
    for _ in range(2):
        ground.releases.switch("")
        assert ground.releases.current() == ""
    ground.releases.remove("1.0.0")
    assert ground.releases.all() == ()


def test_the_current_release_is_neither_removed_nor_laid_out_anew(ground: Ground) -> None:
    """Services run from it, edited or not; others go, and going twice is no error."""
    stage(ground)
    stage(ground, "1.1.0", 1)
    ground.releases.switch("1.0.0")
    with pytest.raises(PreconditionFailed, match="is the current one"):
        ground.releases.remove("1.0.0")
    ground.edit("1.0.0")
    with pytest.raises(PreconditionFailed, match="is the current one"):
        stage(ground)
    for _ in range(2):
        ground.releases.remove("1.1.0")
    assert ground.releases.current() == "1.0.0"
    assert "1.1.0" not in ground.releases.all()
