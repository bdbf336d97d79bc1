"""An upgrade begins with a proven backup of production, where production is on this machine; else as any release."""

import json
import subprocess
from collections.abc import Iterator

import pytest
from lab import TIMEOUT, DeployLab, Outcome, deploy_lab, silent
from loaded import run_loaded

pytestmark = pytest.mark.slow


@pytest.fixture
def lab() -> Iterator[DeployLab]:
    """Return a lab on SQLite whose production serves 1.0.0; its repository has no remote."""
    with deploy_lab() as made:
        made.deploys("1.0.0", site=made.staging)
        made.ends(0, "deploy", "1.0.0", "--without-staging", "a test", "--yes", site=made.production)
        yield made
        silent(made)


def typed(lab: DeployLab, *words: str) -> Outcome:
    """Type a command that knows no environment."""
    outcome = Outcome(*run_loaded(words, lab.repository, lab.environment, timeout=TIMEOUT))
    lab.said.extend(outcome[1:])
    return outcome


def git(lab: DeployLab, *words: str) -> str:
    """Ask git itself."""
    done = subprocess.run(("git", *words), cwd=lab.repository, capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()


def backups(lab: DeployLab) -> set[str]:
    """Return the backups of production that were taken by hand, or by an upgrade."""
    return {path.name for path in (lab.production.top / "backups").glob("*-manual-*")}


def test_an_upgrade_begins_with_a_proven_backup(lab: DeployLab) -> None:
    """Shown by --dry-run, which takes none; then taken, proven, cut, and on record in the plan and its intent."""
    told = typed(lab, "start-upgrade", "2.0.0", "--dry-run")
    assert told.code == 0, told.stderr
    assert "first, back production up:" in told.stderr and "prove" in told.stderr and "upgrade/v2.0.0" in told.stderr
    assert backups(lab) == set() and not git(lab, "branch", "--list", "upgrade/*")
    told = typed(lab, "start-upgrade", "2.0.0", "--yes")
    assert told.code == 0, told.stderr
    (backup,) = backups(lab)
    assert git(lab, "branch", "--list", "upgrade/*").endswith("upgrade/v2.0.0")
    journals = list((lab.repository / ".git" / "release-tools" / "history").glob("*-start-upgrade-*/journal.jsonl"))
    run, plan = (json.loads(line) for line in journals[-1].read_text().splitlines()[:2])
    assert run["intent"]["backup"] == backup and len(run["intent"]["backup_sha256"]) == 64
    assert any(f"backed up as {backup}, proven by a restore" in note for note in plan["plan"]["notes"])
    kept = {one["backup"]: one for one in lab.asked("backups", site=lab.production)["backups"]}
    assert kept[backup]["verified_at"]


def test_without_a_good_backup_there_is_no_upgrade(lab: DeployLab) -> None:
    """A backup that fails ends with 9, and no branch was cut; a run of production that is unfinished, with 3."""
    (lab.production.home / "artefacts" / "leads-out").symlink_to("/etc/passwd")
    told = typed(lab, "start-upgrade", "2.0.0", "--yes")
    assert told.code == 9 and "leads-out" in told.stderr, told.stderr
    assert not git(lab, "branch", "--list", "upgrade/*") and backups(lab) == set()
    (lab.production.home / "artefacts" / "leads-out").unlink()
    lab.ends(6, "deploy", "1.1.0", "--without-staging", "a test", "--hold", "--yes", site=lab.production)
    told = typed(lab, "start-upgrade", "2.0.0", "--yes")
    assert told.code == 3 and "A run of production is unfinished" in told.stderr
    assert not git(lab, "branch", "--list", "upgrade/*")


def test_without_production_on_this_machine(lab: DeployLab) -> None:
    """A developer's machine has nothing to back up; the upgrade is cut as it always was."""
    (lab.top / "hosts" / "production.toml").rename(lab.top / "production.toml")
    told = typed(lab, "start-upgrade", "2.0.0", "--yes")
    assert told.code == 0 and "back production up" not in told.stderr
    assert git(lab, "branch", "--list", "upgrade/*").endswith("upgrade/v2.0.0") and backups(lab) == set()
