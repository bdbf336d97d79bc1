"""Hook files under a kill: at every change to the file system the old hook or ours with its chain is in force."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hook_places import BEFORE, OLDER, OURS, installation, snapshot

from release_tools.domain.seal import Seal, parse_seal


class Killed(BaseException):
    """The process is gone."""


class Killer:
    """Ends the process, as far as anybody can see, before the given change to the file system."""

    CHANGES = ("os.rename", "os.remove", "os.symlink", "os.chmod", "os.utime", "os.mkdir", "open")

    def __init__(self) -> None:
        self.left: int | None = None
        sys.addaudithook(self.see)

    def see(self, event: str, args: tuple[object, ...]) -> None:
        """Count the changes and strike at the last one."""
        if self.left is None or event not in self.CHANGES or (event == "open" and not self._writes(args)):
            return
        if self.left == 0:
            raise Killed
        self.left -= 1

    @staticmethod
    def _writes(args: tuple[object, ...]) -> bool:
        return isinstance(args[2], int) and bool(args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))

    @contextmanager
    def before(self, change: int) -> Iterator[None]:
        """Strike before the change of this number."""
        self.left = change
        try:
            yield
        finally:
            self.left = None


KILLER = Killer()


def in_force(hooks: Path) -> list[bytes]:
    """Return what git would run: the hook, or what our launcher chains and then ourselves."""
    hook, kept = hooks / "hook", hooks / "hook.before-release-tools"
    if not hook.exists():
        return []
    data = hook.read_bytes()
    if hook.is_symlink() or parse_seal(data) is not Seal.OURS:
        return [data]
    return [kept.read_bytes(), b"ours"] if kept.exists() else [b"ours"]


@pytest.mark.parametrize("job", ["install", "upgrade", "uninstall"])
@pytest.mark.parametrize("before", BEFORE)
def test_killed_at_any_step(tmp_path: Path, before: str, job: str) -> None:
    """At any kill the old hook or the launcher with its chain is in force; both ways on end where they should."""
    strikes = 0
    for onward in ("install", "uninstall"):
        for change in range(40):
            hooks = tmp_path / f"{onward}-{change}"
            hooks.mkdir()
            BEFORE[before](hooks / "hook")
            old, old_force = snapshot(hooks), in_force(hooks)
            if job != "install":
                installation(hooks, launcher=OLDER).install()
            struck = True
            with suppress(Killed), KILLER.before(change):
                getattr(installation(hooks), "uninstall" if job == "uninstall" else "install")()
                struck = False
            assert in_force(hooks) in (old_force, [*old_force, b"ours"])
            getattr(installation(hooks), onward)()
            if onward == "install":
                assert in_force(hooks) == [*old_force, b"ours"]
                assert (hooks / "hook").read_bytes() == OURS
                installation(hooks).uninstall()
            assert snapshot(hooks) == old
            strikes += struck
            if not struck:
                break
        else:
            pytest.fail("the job never came to its end")
    assert strikes >= 2
