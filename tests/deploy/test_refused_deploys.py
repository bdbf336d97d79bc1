"""What a deploy refuses before it touches anything, on a platform in memory: versions, tags, and long outages."""

from dataclasses import replace
from pathlib import Path

import pytest
from fakes.platform import FakePlatform, FakeTags, revision

from release_tools.config.deploy import Environment
from release_tools.deploy.flows.approvals import approve
from release_tools.engine.plan import plan_hash
from release_tools.errors import BackupFailed, HumanNeeded, PreconditionFailed


@pytest.fixture
def platform(tmp_path: Path) -> FakePlatform:
    """Return a platform on which 1.1.0 serves; 1.2.0 has a migration."""
    made = FakePlatform(tmp_path / "state")
    made.front.figures = {"requests": 100.0, "error_rate": 0.0, "p95": 0.01}
    made.tree = {"1.1.0": (revision("r1"),), "1.2.0": (revision("r1"), revision("r2"))}
    made.deploy("1.1.0")
    return made


def test_x39_a_version_without_a_tag(platform: FakePlatform) -> None:
    """The tag is named, and what to type."""
    with pytest.raises(PreconditionFailed, match=r"no tag v9\.9\.9"):
        platform.deploy("9.9.9")


def test_x39_a_tag_that_is_not_on_main(platform: FakePlatform) -> None:
    """It was never finished; nothing is done."""
    platform.tags = replace(platform.tags, off_main=("1.2.0",))
    before = platform.front.done[:]
    with pytest.raises(PreconditionFailed, match="is not on main"):
        platform.deploy("1.2.0")
    assert platform.front.done == before and platform.serving() == {"backend": "1.1.0", "worker": "1.1.0"}


def test_x40_a_lower_version(platform: FakePlatform) -> None:
    """Going down is a rollback, which is told."""
    with pytest.raises(PreconditionFailed, match=r"1\.0\.0 is lower than 1\.1\.0"):
        platform.deploy("1.0.0")


def test_an_environment_file_that_others_may_read(platform: FakePlatform) -> None:
    """It holds every secret there is, whether the tables list it among what is backed up or not."""
    platform.host.modes[platform.host.env_path] = 0o644
    with pytest.raises(PreconditionFailed, match=r"production\.env has the mode 0644"):
        platform.deploy("1.2.0")
    platform.host.modes[platform.host.env_path] = 0o600
    assert platform.deploy("1.2.0") == "committed"


def test_x36_a_tag_that_moved_while_approval_was_waited_for(platform: FakePlatform) -> None:
    """What was prepared is not what would be deployed: a person decides, with both commits in sight."""
    with pytest.raises(HumanNeeded, match="waits for approval"):
        platform.deploy("1.2.0", hold=True)
    (run,) = platform.runs.open_runs()
    digits = str(run.intent["commit"])[:10]
    approve(run, plan_hash(run.plan())[:12])
    platform.tags = FakeTags(versions=platform.tags.versions, moved={"1.2.0": "1.0.0"})
    with pytest.raises(HumanNeeded, match=f"was moved since this run was prepared: {digits} then"):
        platform.conductor().go_on(run)
    assert platform.serving() == {"backend": "1.1.0", "worker": "1.1.0"}


def test_x52_an_outage_longer_than_allowed(platform: FakePlatform) -> None:
    """The rehearsal's forecast decides before anybody is kept out, and nothing is left unfinished."""
    platform.environment = Environment(max_downtime=1.0)
    before = platform.front.done[:]
    with pytest.raises(BackupFailed, match="1 s are allowed"):
        platform.deploy("1.2.0")
    assert platform.front.done == before and platform.runs.open_runs() == ()
