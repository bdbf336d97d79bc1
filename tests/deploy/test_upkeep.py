"""What `gc` removes, on a platform in memory."""

from pathlib import Path

from fakes.platform import FakePlatform, revision
from fakes.stored_platform import StoredPlatform

from release_tools.config.deploy import Bake
from release_tools.deploy.flows.upkeep import propose_tidying
from release_tools.domain.deploy.backup import Generations

LEFT = "20260301T120000Z-production-1.0.0-live-3fa91c"
OTHER = "20260301T120000Z-staging-1.0.0-live-3fa91c"


def test_what_a_killed_backup_left_is_removed(tmp_path: Path) -> None:
    """Of this environment alone; it may lie in the clear."""
    platform = FakePlatform(tmp_path / "state")
    platform.deploy("1.0.0")
    platform.backups.left = {LEFT, OTHER}
    session = platform.session()
    proposal = propose_tidying(session, session.world())
    assert f"remove backup {LEFT}" in [step.title() for step in proposal.plan.steps]
    platform.conductor(session).begin(proposal.intent, proposal.plan, proposal.stage)
    assert platform.backups.left == {OTHER}


def test_the_way_back_of_the_last_deploy_is_not_pruned(tmp_path: Path) -> None:
    """Where it lies in a backup, that stays until the next deploy is committed, whatever the generations say."""
    none = Generations(last=0, daily=0, weekly=0, monthly=0)
    platform = StoredPlatform(tmp_path / "state", bake=Bake(seconds=0.0), generations=none)
    first, second, third = (revision(name) for name in ("r1", "r2", "r3"))
    platform.tree = {"1.0.0": (first,), "1.1.0": (first, second), "1.2.0": (first, second, third)}
    platform.deploy("1.0.0")
    kept = list[str]()
    for version in ("1.1.0", "1.2.0"):
        platform.deploy(version)
        (fallback,) = (one for one in platform.store.reader.all() if "-fallback-" in one.backup)
        assert fallback.protected == f"the way back from {version}"
        kept.append(fallback.backup)
    assert kept[0] != kept[1]
    session = platform.session()
    assert propose_tidying(session, session.world()).plan.steps == ()
