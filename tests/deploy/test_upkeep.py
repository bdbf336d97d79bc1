"""What `gc` removes, on a platform in memory."""

from pathlib import Path

from fakes.platform import FakePlatform

from release_tools.deploy.flows.upkeep import propose_tidying

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
