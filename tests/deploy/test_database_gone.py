"""A database that is gone when a deploy has failed: waited for, and left to a person where it stays away.

On a platform in memory; with a real server in `test_lost_databases.py`.
"""

from pathlib import Path

import pytest
from fakes.platform import FakePlatform, revision

from release_tools.deploy.flows.failing import RETURNS_WITHIN
from release_tools.deploy.flows.recovery import recover
from release_tools.errors import OperatorNeeded, RolledBack, ToolFailed

GONE = ToolFailed("127.0.0.1:5432 does not answer")


def new_platform(top: Path, *, back_after: float) -> FakePlatform:
    """Return a platform on which 1.0.0 serves, whose server dies in 1.1.0's migration and comes back after a while."""
    made = FakePlatform(top / "state")
    made.front.figures = {"requests": 100.0, "error_rate": 0.0, "p95": 0.01}
    made.tree = {"1.0.0": (revision("r1"),), "1.1.0": (revision("r1"), revision("r2"))}
    made.deploy("1.0.0")
    sleep = made.clock.sleep
    died = list[float]()

    def dies(url: str, migration: object) -> None:
        if "__" not in url:
            died.append(made.clock.monotonic())
            made.server.failures["sessions"] = GONE
            raise ToolFailed("server closed the connection")

    def slept(seconds: float) -> None:
        sleep(seconds)
        if died and made.clock.monotonic() - died[0] >= back_after:
            made.server.failures.pop("sessions", None)

    made.during, made.clock.sleep = dies, slept  # type: ignore[method-assign]
    return made


def test_a_database_that_comes_back_in_time(tmp_path: Path) -> None:
    """What was reached is read from it then, and the version before serves again."""
    platform = new_platform(tmp_path, back_after=RETURNS_WITHIN / 2)
    with pytest.raises(RolledBack, match=r"R0.*server closed the connection"):
        platform.deploy("1.1.0")
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"} and platform.front.mode() == "open"


def test_a_database_that_stays_away(tmp_path: Path) -> None:
    """Nobody can tell what was reached: users are kept out, and `recover` ends it when the server is back."""
    platform = new_platform(tmp_path, back_after=RETURNS_WITHIN * 100)
    with pytest.raises(OperatorNeeded, match=r"What was reached cannot be told: 127\.0\.0\.1:5432") as caught:
        platform.deploy("1.1.0")
    assert "What is left to do" not in caught.value.todo and "recover --env production" in caught.value.todo
    assert platform.front.mode() == "maintenance"
    platform.server.failures.clear()
    assert recover(platform.conductor()) == "rolled_back"
    assert platform.serving() == {"backend": "1.0.0", "worker": "1.0.0"} and platform.front.mode() == "open"
