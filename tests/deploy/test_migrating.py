"""Migrating by hand on a platform in memory: what serves must be known to live with the new schema."""

from pathlib import Path

import pytest
from fakes.platform import FakePlatform, revision
from fakes.runtime import Script

from release_tools.deploy.flows.migrating import propose_migration
from release_tools.deploy.flows.proposals import propose_deploy
from release_tools.errors import BackupFailed, HumanNeeded


@pytest.fixture
def platform(tmp_path: Path) -> FakePlatform:
    """Return a platform on which 1.0.0 serves; 1.1.0 has a migration."""
    made = FakePlatform(tmp_path / "state")
    made.tree = {"1.0.0": (revision("r1"),), "1.1.0": (revision("r1"), revision("r2"))}
    made.deploy("1.0.0")
    return made


def rehearse(platform: FakePlatform, *, old_runs: bool = True) -> None:
    """Rehearse 1.1.0; 1.0.0 runs on the migrated copy or does not."""
    start = platform.runtime.start

    def started(spec, placement, environment, /, *, version):  # type: ignore[no-untyped-def]
        old = bool(placement.rehearsal) and version == "1.0.0"
        platform.runtime.scripts = {spec.name: Script(exits=1)} if old and not old_runs else {}
        return start(spec, placement, environment, version=version)

    platform.runtime.start = started  # type: ignore[method-assign]
    session = platform.session()
    proposal = propose_deploy(session, session.world(), version="1.1.0", flow="rehearse")
    platform.conductor(session).begin(proposal.intent, proposal.plan)


def migrate(platform: FakePlatform, **options: bool) -> tuple[str, ...]:
    """Migrate by hand to 1.1.0; return the plan as it was shown."""
    session = platform.session()
    proposal = propose_migration(session, session.world(), "1.1.0", **options)
    assert platform.conductor(session).begin(proposal.intent, proposal.plan, proposal.stage) == "done"
    return proposal.plan.lines()


def stands(platform: FakePlatform) -> list[str]:
    """Return the revision of the live database."""
    return platform.database.live.tables["alembic_version"]


def test_a_version_that_was_never_rehearsed(platform: FakePlatform) -> None:
    """Exit 6: nobody knows whether what serves lives with it; said with what shows it."""
    with pytest.raises(HumanNeeded, match=r"1\.0\.0, which serves .* was never seen to run on the schema of") as caught:
        migrate(platform)
    assert "rehearse 1.1.0 --env production" in caught.value.todo and "--accept-unproven" in caught.value.todo
    assert stands(platform) == ["r1"]


def test_a_version_that_what_serves_was_seen_to_live_with(platform: FakePlatform) -> None:
    """It migrates, and the plan says the class of the way back."""
    rehearse(platform)
    shown = migrate(platform)
    assert "   1.0.0 goes on serving; it was seen to run on the new schema" in shown
    assert any(line.startswith("   way back: code (R1: the previous version was seen") for line in shown)
    assert stands(platform) == ["r2"] and platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}


def test_a_version_that_what_serves_was_seen_to_fail_on(platform: FakePlatform) -> None:
    """Exit 6, until a person accepts it; then the plan says what it is."""
    rehearse(platform, old_runs=False)
    with pytest.raises(HumanNeeded, match="was seen to fail on the schema") as caught:
        migrate(platform)
    assert "rehearse" not in caught.value.todo
    shown = migrate(platform, accept_unproven=True)
    assert any(line.startswith("   way back: hold (R4: users may have written") for line in shown)
    assert stands(platform) == ["r2"]


def test_what_was_rehearsed_on_another_schema_does_not_count(platform: FakePlatform) -> None:
    """A rehearsal proves what it saw."""
    rehearse(platform)
    platform.tree = {
        "1.0.0": (revision("r0"), revision("r1")),
        "1.1.0": (revision("r0"), revision("r1"), revision("r2")),
    }
    platform.database.live.tables["alembic_version"] = ["r0"]
    with pytest.raises(HumanNeeded, match="was never seen"):
        migrate(platform)


def test_without_a_fresh_backup(platform: FakePlatform) -> None:
    """Exit 9, also where the risk was accepted."""
    for stored in platform.backups.stored.values():
        stored.kept = stored.kept._replace(verified_at="2025-01-01T00:00:00+00:00")
    with pytest.raises(BackupFailed, match="no verified backup of the last 60 minutes"):
        migrate(platform, accept_unproven=True)
