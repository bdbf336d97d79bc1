"""Recovery on a platform in memory: a deploy that dies at any line of its journal ends in exactly one version."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.platform import FakePlatform, revision
from fakes.runtime import Script

from release_tools.deploy.flows.recovery import recover
from release_tools.engine.journal import Journal
from release_tools.errors import ReleaseToolsError

Setting = Callable[[FakePlatform], None]


class Killed(BaseException):
    """What no code of ours may catch: the process is gone."""


class Death:
    """Lets the process die at a line of a journal, counted from when it is armed: before the line, or behind it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        self.count = 0
        append = Journal.append

        def appended(journal: Journal, event: str, **values: Any) -> Any:
            self._reach()
            entry = append(journal, event, **values)
            self._reach()
            return entry

        monkeypatch.setattr(Journal, "append", appended)

    def _reach(self) -> None:
        self.count += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed


def new_platform(root: Path) -> FakePlatform:
    """Return a platform on which 1.0.0 serves, with 1.1.0 ready that has a migration."""
    made = FakePlatform(root / "state")
    made.front.figures = {"requests": 100.0, "error_rate": 0.0, "p95": 0.01}
    made.tree = {"1.0.0": (revision("r1"),), "1.1.0": (revision("r1"), revision("r2"))}
    made.deploy("1.0.0")
    return made


def all_is_well(platform: FakePlatform) -> None:
    """Leave the platform as it is."""


def new_code_dies(platform: FakePlatform) -> None:
    """Let 1.1.0 die once it is live, so that the deploy goes back by code."""
    _scripted(platform, old_boots=True)


def new_code_dies_and_old_code_is_unproven(platform: FakePlatform) -> None:
    """Let 1.1.0 die once it is live, and 1.0.0 on the migrated copy, so that the data goes back as well."""
    _scripted(platform, old_boots=False)


def _scripted(platform: FakePlatform, *, old_boots: bool) -> None:
    start = platform.runtime.start

    def started(spec: Any, placement: Any, environment: Any, /, *, version: str) -> Any:
        live = not placement.rehearsal and version == "1.1.0" and spec.name == "backend"
        old = bool(placement.rehearsal) and version == "1.0.0" and not old_boots
        platform.runtime.scripts = {spec.name: Script(exits=3)} if live or old else {}
        return start(spec, placement, environment, version=version)

    platform.runtime.start = started  # type: ignore[method-assign]


def deploys(platform: FakePlatform) -> None:
    """Deploy 1.1.0 in a process that may end in an error of ours, as it is said to."""
    try:
        platform.deploy("1.1.0")
    except ReleaseToolsError as error:
        assert error.exit_code == 7, error


@pytest.fixture(autouse=True)
def disk_that_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the waiting for the disk: the process dies here, not the machine."""
    monkeypatch.setattr("os.fsync", lambda handle: None)


SETTINGS = (all_is_well, new_code_dies, new_code_dies_and_old_code_is_unproven)


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.slow), pytest.param(17)])
@pytest.mark.parametrize("setting", SETTINGS)
def test_killed_at_every_line_of_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: Setting, step: int
) -> None:
    """`recover` leads to the old or the new version: code, schema and front agree, and the next deploy works."""
    death = Death(monkeypatch)
    platform = new_platform(tmp_path / "undisturbed")
    setting(platform)
    death.count = 0
    deploys(platform)
    points = death.count
    assert points > 60
    for point in range(0, points, step):
        platform = new_platform(tmp_path / str(point))
        setting(platform)
        death.left = point
        with pytest.raises(Killed):
            deploys(platform)
        recover(platform.conductor())
        assert_exactly_one(platform, point)


def assert_exactly_one(platform: FakePlatform, point: int) -> None:
    """Look at everything that must agree."""
    versions = set(platform.serving().values())
    assert len(versions) == 1, (point, platform.serving())
    serving = versions.pop()
    assert platform.serving().keys() == {"backend", "worker"}, point
    assert platform.releases.current().startswith(f"{serving}-"), point
    revisions = platform.database.live.tables["alembic_version"]
    assert revisions in (["r1"], ["r2"]), point
    assert serving != "1.1.0" or revisions == ["r2"], point
    assert platform.front.mode() == "open", point
    assert platform.runs.open_runs() == (), point
    assert platform.database.live.tables["public.users"] == ["ada", "bob"], point
    recorded = [row.version for row in platform.database.versions()]
    assert recorded[-1] == serving, (point, recorded)
    assert not [name for name in platform.server.databases if "__s_" in name], point
    platform.runtime.start = type(platform.runtime).start.__get__(platform.runtime)  # type: ignore[method-assign]
    platform.runtime.scripts = {}
    assert platform.deploy("1.2.0") == "committed", point


def test_killed_while_recovering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recovery that dies is recovered."""
    death = Death(monkeypatch)
    for point in range(3, 140, 23):
        for again in (0, 9):
            platform = new_platform(tmp_path / f"{point}-{again}")
            new_code_dies_and_old_code_is_unproven(platform)
            death.left = point
            try:
                deploys(platform)
            except Killed:
                death.left = again
                try:
                    recover(platform.conductor())
                except Killed:
                    recover(platform.conductor())
            death.left = None
            assert_exactly_one(platform, point)


def test_a_reboot_with_nothing_unfinished(tmp_path: Path) -> None:
    """What should run is started again."""
    platform = new_platform(tmp_path)
    platform.runtime.reboot()
    assert recover(platform.conductor()) == "done"
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"}


def test_nothing_to_recover(tmp_path: Path) -> None:
    """Where all is well nothing is done."""
    platform = new_platform(tmp_path)
    before = platform.done
    assert recover(platform.conductor()) == "nothing"
    assert platform.done == before
