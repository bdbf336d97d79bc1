"""Deploys on a platform in memory: what serves and what is recorded after everything that can happen to one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.platform import FakePlatform, revision
from fakes.runtime import Script

from release_tools.config.deploy import Bake, Environment
from release_tools.deploy.waiting import DARK_SPAN
from release_tools.errors import (
    BackupFailed,
    HumanNeeded,
    Inconclusive,
    OperatorNeeded,
    PreconditionFailed,
    RolledBack,
    ToolFailed,
)

Change = Callable[[FakePlatform], object]


@pytest.fixture
def platform(tmp_path: Path) -> FakePlatform:
    """Return a platform on which 1.0.0 serves, with 1.1.0 ready that has a migration."""
    made = FakePlatform(tmp_path / "state")
    made.front.figures = {"requests": 100.0, "error_rate": 0.0, "p95": 0.01}
    made.tree = {"1.0.0": (revision("r1"),), "1.1.0": (revision("r1"), revision("r2"))}
    made.deploy("1.0.0")
    return made


def versions(platform: FakePlatform) -> list[str]:
    """Return what `platform_versions` says."""
    return [row.version for row in platform.database.versions()]


def test_a_first_deploy(platform: FakePlatform) -> None:
    """It serves, is recorded, and users are let in."""
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}
    assert versions(platform) == ["1.0.0"]
    assert platform.front.mode() == "open"
    assert platform.runs.open_runs() == ()


def test_a_first_deploy_that_fails_live(tmp_path: Path) -> None:
    """Nothing served before, so nothing serves afterwards; the next attempt is a first one again."""
    platform = FakePlatform(tmp_path / "state")
    platform.front.figures = {"requests": 100.0, "error_rate": 0.0, "p95": 0.01}
    fails_live(platform, Script(exits=3), "1.0.0")
    with pytest.raises(RolledBack, match="exit code 3") as caught:
        platform.deploy("1.0.0")
    assert "Nothing serves, as before" in caught.value.state
    assert (platform.serving(), platform.releases.current(), platform.runs.open_runs()) == ({}, "", ())
    platform.runtime.scripts.clear()
    assert platform.deploy("1.1.0") == "committed"


def test_an_upgrade_with_a_migration(platform: FakePlatform) -> None:
    """Services go down in reverse, the schema forward, services up in order; the fallback copy stays."""
    before = len(platform.runtime.done)
    assert platform.deploy("1.1.0") == "committed"
    assert platform.serving() == {"backend": "1.1.0", "worker": "1.1.0"}
    live = [word for word in platform.runtime.done[before:] if " in " not in word]
    assert [word.split()[:2] for word in live] == [
        ["stop", "worker"],
        ["stop", "backend"],
        ["start", "backend"],
        ["start", "worker"],
    ]
    assert platform.database.live.tables["alembic_version"] == ["r2"]
    assert versions(platform) == ["1.0.0", "1.1.0"]
    assert [name for name in platform.server.databases if "__" in name] == ["app__pre_000002"]


def test_the_same_version_again(platform: FakePlatform) -> None:
    """There is nothing to do, and nothing is done."""
    before = platform.done
    assert platform.deploy("1.0.0") == "nothing"
    assert platform.done == before


FAILURES: dict[str, tuple[Change, str]] = {
    "does not start": (lambda p: p.runtime.scripts.update({"backend@" + rel("1.1.0"): Script(exits=3)}), "exit code 3"),
    "never healthy": (lambda p: p.runtime.scripts.update({"backend@" + rel("1.1.0"): Script(slow=10**6)}), "in time"),
    "flaps": (lambda p: p.runtime.scripts.update({"backend@" + rel("1.1.0"): Script(flaps=9)}), "too often"),
    "out of memory": (
        lambda p: p.runtime.scripts.update({"worker@" + rel("1.1.0"): Script(exits=137, oom_killed=True)}),
        "",
    ),
}


def rel(version: str) -> str:
    """Return the release of a version."""
    from fakes.platform import commit_of

    return f"{version}-{commit_of(version)[:10]}"


@pytest.mark.parametrize("name", [name for name in FAILURES if name != "out of memory"])
def test_a_version_that_does_not_come_up_on_the_copy(platform: FakePlatform, name: str) -> None:
    """The rehearsal shows it: exit 9, and production has not noticed."""
    change, words = FAILURES[name]
    change(platform)
    before = [word for word in platform.done if " in " not in word]
    with pytest.raises(BackupFailed, match=words):
        platform.deploy("1.1.0")
    assert [word for word in platform.done if " in " not in word and not word.startswith("stage")] == [
        word for word in before if not word.startswith("stage")
    ]
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}
    assert not [name for name in platform.server.databases if "__s_" in name]
    assert platform.runs.open_runs() == ()


def fails_live(platform: FakePlatform, script: Script, failing: str = "1.1.0") -> None:
    """Let the new backend behave as a script says once it is live; in rehearsals it is well."""
    start = platform.runtime.start

    def started(spec, placement, environment, /, *, version):  # type: ignore[no-untyped-def]
        live = not placement.rehearsal and version == failing and spec.name == "backend"
        platform.runtime.scripts = {"backend": script} if live else {}
        return start(spec, placement, environment, version=version)

    platform.runtime.start = started  # type: ignore[method-assign]


def old_code_dies_on_new_schema(platform: FakePlatform) -> None:
    """Let the previous version fail on the migrated copy."""
    platform.runtime.scripts["backend@" + rel("1.0.0")] = Script(exits=1)


def test_a_failing_start_with_old_code_proven_goes_back_by_code_only(platform: FakePlatform) -> None:
    """R1: the schema stays ahead, the old version serves again, and the record says so."""
    fails_live(platform, Script(exits=3))
    with pytest.raises(RolledBack, match=r"R1.*exit code 3"):
        platform.deploy("1.1.0")
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}
    assert platform.database.live.tables["alembic_version"] == ["r2"]
    assert versions(platform) == ["1.0.0", "1.0.0"]
    assert [row.outcome for row in platform.database.live.deploys.values()] == ["committed", "rolled_back"]
    assert platform.front.mode() == "open"


def test_a_start_that_fails_unseen_is_not_waited_for(platform: FakePlatform) -> None:
    """X54: its supervisor has started it again before anybody looked; that it came back tells that it had ended."""
    fails_live(platform, Script(exits=3, again=True))
    begun = platform.clock.monotonic()
    with pytest.raises(RolledBack, match=r"R1.*exit code 3 and was started again"):
        platform.deploy("1.1.0")
    assert platform.clock.monotonic() - begun < 20, "a service that never answers is waited for much longer"


def test_users_are_kept_out_for_one_steady_window(platform: FakePlatform) -> None:
    """However many services there are, that all stay good is looked at over the same two seconds."""
    at = dict[str, float]()
    close, opened = platform.front.close, platform.front.open

    def closing(token: str, /, *, retry_after: int) -> None:
        at["closed"] = platform.clock.monotonic()
        close(token, retry_after=retry_after)

    def opening() -> None:
        at["opened"] = platform.clock.monotonic()
        opened()

    platform.front.close, platform.front.open = closing, opening  # type: ignore[method-assign]
    assert platform.deploy("1.1.0") == "committed"
    assert DARK_SPAN <= at["opened"] - at["closed"] < 2 * DARK_SPAN


def test_a_failing_start_with_old_code_unproven_restores_the_data(platform: FakePlatform) -> None:
    """R2: nobody could write, so the fallback copy becomes live, and what failed is kept beside."""
    boots_old(platform, well=False)
    fails_live_keeping(platform, Script(exits=3))
    with pytest.raises(RolledBack, match="R2"):
        platform.deploy("1.1.0")
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}
    assert platform.database.live.tables["alembic_version"] == ["r1"]
    assert "app__failed_000002" in platform.server.databases
    assert platform.front.mode() == "open"


def boots_old(platform: FakePlatform, *, well: bool) -> None:
    """Let the previous version come up on the migrated copy, or not."""
    platform.old_well = well  # type: ignore[attr-defined]


def fails_live_keeping(platform: FakePlatform, script: Script) -> None:
    """As `fails_live`, and in rehearsals the previous version fails."""
    start = platform.runtime.start

    def started(spec, placement, environment, /, *, version):  # type: ignore[no-untyped-def]
        live = not placement.rehearsal and version == "1.1.0" and spec.name == "backend"
        old = bool(placement.rehearsal) and version == "1.0.0"
        platform.runtime.scripts = {spec.name: script if live else Script(exits=1)} if live or old else {}
        return start(spec, placement, environment, version=version)

    platform.runtime.start = started  # type: ignore[method-assign]


def test_a_regression_after_opening_with_old_code_unproven_is_held(platform: FakePlatform) -> None:
    """R4: users may have written; the new version keeps serving and a person gets the commands (exit 6)."""
    fails_live_keeping(platform, Script())
    opened(platform, {"requests": 100.0, "error_rate": 0.3, "p95": 0.01})
    with pytest.raises(HumanNeeded, match="nothing is taken back by itself"):
        platform.deploy("1.1.0")
    assert platform.serving() == {"backend": "1.1.0", "worker": "1.1.0"}
    assert platform.front.mode() == "open"
    assert platform.runs.open_runs() == ()


def test_a_regression_after_opening_with_old_code_proven_goes_back(platform: FakePlatform) -> None:
    """R1: code goes back, the schema and every write stay."""
    opened(platform, {"requests": 100.0, "error_rate": 0.3, "p95": 0.01})
    with pytest.raises(RolledBack, match="R1"):
        platform.deploy("1.1.0")
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}
    assert platform.database.live.tables["alembic_version"] == ["r2"]


def opened(platform: FakePlatform, figures: dict[str, float]) -> None:
    """Change what users meet once the front was opened."""
    open_front = platform.front.open

    def changed() -> None:
        open_front()
        platform.front.figures = figures

    platform.front.open = changed  # type: ignore[method-assign]


def test_a_version_that_is_much_slower_than_the_one_before_goes_back(platform: FakePlatform) -> None:
    """The traffic of the last minutes before the cut-over is what it is measured against."""
    opened(platform, {"requests": 100.0, "error_rate": 0.0, "p95": 0.9})
    with pytest.raises(RolledBack, match=r"95th percentile is 0\.900 s, before it was 0\.010 s"):
        platform.deploy("1.1.0")
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}


def test_no_traffic_while_it_is_watched_is_inconclusive(platform: FakePlatform) -> None:
    """The version stays and is recorded; the exit code says that nothing was learned."""
    platform.front.figures = {"requests": 0.0, "error_rate": 0.0, "p95": 0.0}
    with pytest.raises(Inconclusive):
        platform.deploy("1.1.0")
    assert versions(platform) == ["1.0.0", "1.1.0"]


def test_no_traffic_after_a_first_deploy_is_no_finding(tmp_path: Path) -> None:
    """Nobody used the platform before; that its checks stay good is all that can be watched, and it ends with 0."""
    platform = FakePlatform(tmp_path / "state")
    assert platform.deploy("1.0.0") == "committed"
    run = platform.runs.history()[-1]
    assert any(fact.get("verdict") == "inconclusive" for fact in run.facts()), "what the watch saw is still on record"


def test_a_migration_that_fails_on_the_copy(platform: FakePlatform) -> None:
    """It is found before anybody is kept out."""
    platform.failing["r2"] = "column does not exist"
    with pytest.raises(BackupFailed, match="column does not exist"):
        platform.deploy("1.1.0")
    assert "close the front" not in platform.front.done[2:]
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}


def test_a_migration_that_fails_live_leaves_the_old_version_serving(platform: FakePlatform) -> None:
    """R0: its transaction was rolled back, so code and schema are as before."""

    def live_only(url: str, migration: object) -> None:
        if "__" not in url:
            raise ToolFailed("deadlock detected")

    platform.during = live_only
    with pytest.raises(RolledBack, match=r"R0.*deadlock"):
        platform.deploy("1.1.0")
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}
    assert platform.database.live.tables["alembic_version"] == ["r1"]


def test_a_way_back_that_fails_keeps_users_out_and_says_what_to_do(platform: FakePlatform) -> None:
    """S22: nothing more is done by itself; new deploys are refused until `recover`."""
    fails_live(platform, Script(exits=3))
    start = platform.runtime.start

    def refuses(spec, placement, environment, /, *, version):  # type: ignore[no-untyped-def]
        if not placement.rehearsal and version == "1.0.0":
            raise ToolFailed("no such file: backend")
        return start(spec, placement, environment, version=version)

    platform.runtime.start = refuses  # type: ignore[method-assign]
    with pytest.raises(OperatorNeeded, match="no such file: backend"):
        platform.deploy("1.1.0")
    assert platform.front.mode() == "maintenance"
    assert len(platform.runs.open_runs()) == 1


def test_a_failing_backup_changes_nothing(platform: FakePlatform) -> None:
    """Exit 9 before anything else."""
    platform.backups.full = True
    with pytest.raises(BackupFailed):
        platform.deploy("1.1.0")
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}


def test_the_policy_never_keeps_users_out_and_leaves_it_to_a_person(tmp_path: Path) -> None:
    """`rollback: never`: exit 6 with the run open; `abort` then goes back by the table."""
    platform = FakePlatform(tmp_path / "state", environment=Environment(rollback="never"), bake=Bake(seconds=0.0))
    platform.deploy("1.0.0")
    fails_live(platform, Script(exits=3))
    with pytest.raises(HumanNeeded):
        platform.deploy("1.1.0")
    run = platform.runs.open_run()
    assert run is not None
    with pytest.raises(RolledBack):
        platform.conductor().turn_back(run, "Aborted by a person.")
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}


def test_a_hold_waits_for_approval(platform: FakePlatform) -> None:
    """Production is untouched until a person approves the very plan."""
    with pytest.raises(HumanNeeded, match="approval"):
        platform.deploy("1.1.0", hold=True)
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}


def test_a_version_that_staging_has_not_seen(tmp_path: Path) -> None:
    """Production refuses it, and takes it with a reason."""
    platform = FakePlatform(tmp_path / "state", environment=Environment(after="staging"), bake=Bake(seconds=0.0))
    with pytest.raises(PreconditionFailed, match="staging has not committed"):
        platform.deploy("1.0.0")
    assert platform.deploy("1.0.0", waived={"staging": "it burns"}) == "committed"
