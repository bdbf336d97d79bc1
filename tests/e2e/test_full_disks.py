"""A disk that fills up in the middle of a cut-over, or on its way back: real disks, small ones of the test's own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conducted import conducted, recovered
from lab import DeployLab, deploy_lab, repository, silent
from own_mounts import in_own_mounts, on_small_disk, resize

pytestmark = pytest.mark.slow
SIZE = 600 * 2**20
"""Bytes; none of them is used but for what lies there."""


def told_on_small_disk(part: Callable[[DeployLab], Path], story: Callable[[DeployLab, Path], None]) -> None:
    """Tell a story on a lab a part of which lies on a small disk."""

    def tell() -> None:
        with deploy_lab() as lab:
            os.environ["RELEASE_TOOLS_HOSTS"] = str(lab.top / "hosts")
            with on_small_disk(part(lab), SIZE):
                story(lab, part(lab))
                silent(lab)

    repository("sqlite")  # made here, it is removed with us; the process with mounts of its own ends at once
    in_own_mounts(tell)


def files(lab: DeployLab) -> dict[str, bytes]:
    """Return the files of users."""
    return {path.name: path.read_bytes() for path in (lab.staging.home / "artefacts").iterdir()}


def fills_up_at_the_fallback_point(lab: DeployLab, disk: Path) -> None:
    """Let the disk of backups be full once services are stopped."""
    here = lab.staging
    assert conducted(lab, "1.0.0")[0] == 0
    here.make("kept")
    (here.home / "artefacts" / "large").write_bytes(os.urandom(2**20))
    before, kept = files(lab), sorted(path.name for path in disk.iterdir())
    code, told = conducted(lab, "1.1.0", after={"stop backend": lambda: resize(disk)})
    assert code == 7, told
    assert "No space left on device" in told and "GB are free" in told and "1.1.0 was taken back (R0)" in told
    assert here.serves() == "1.0.0" and here.names() == {"kept"} and files(lab) == before
    assert here.rows("SELECT version_num FROM alembic_version") == [("0001",)]
    left = {path.name for path in disk.iterdir()} - set(kept)
    assert len(left) == 1 and "-live-" in left.pop(), "the backup of preparing stays, what was begun is removed"
    resize(disk, SIZE)
    assert conducted(lab, "1.1.0")[0] == 0 and here.serves() == "1.1.0" and here.names() == {"kept"}


def test_x03_a_disk_that_fills_up_at_the_fallback_point() -> None:
    """The version before serves again, exit 7, nothing half written is left; with room again the deploy works."""
    told_on_small_disk(lambda lab: lab.staging.top / "backups", fills_up_at_the_fallback_point)


def fills_up_on_the_way_back(lab: DeployLab, disk: Path) -> None:
    """Let the disk of the home be full when data has to come back to it."""
    here = lab.staging
    assert conducted(lab, "1.1.0")[0] == 0
    here.make("kept")
    (here.home / "artefacts" / "large").write_bytes(os.urandom(2**20))
    before = files(lab)
    here.breaks_live()
    code, told = conducted(lab, "1.3.1", back=lambda: resize(disk))
    assert code == 8, told
    assert "The way back from 1.3.1 failed" in told, told
    assert "No space left on device" in told, told
    assert "the state before is in the database" in told and "release-tools recover --env staging" in told
    assert here.ask()[0] == 503, "users are kept out"
    assert files(lab) == before and (here.home / "lab.db").exists(), "what is live has its name, copies lie beside"
    assert list(here.home.glob("*__pre_*")) and not list(here.home.glob("*__failed_*"))
    resize(disk, SIZE)
    code, told = recovered(lab)
    assert (code, told) == (0, "rolled_back"), told
    assert here.serves() == "1.1.0" and here.names() == {"kept"} and files(lab) == before
    (here.state / "breaks-on").unlink()
    assert conducted(lab, "1.3.1")[0] == 0 and here.serves() == "1.3.1"
    assert here.rows("SELECT title FROM environments") == [("kept",)]


def test_x04_a_disk_that_fills_up_on_the_way_back() -> None:
    """Exit 8 with a runbook; what is live is untouched under its own name, and with room `recover` ends it."""
    told_on_small_disk(lambda lab: lab.staging.home, fills_up_on_the_way_back)
