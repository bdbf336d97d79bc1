"""What every host owes its callers: this machine, and the one in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes.clock import FakeClock
from fakes.host import FakeHost

from release_tools.adapters.local_host import LocalHost
from release_tools.adapters.system_clock import SystemClock
from release_tools.domain.deploy.env_contract import EnvLine
from release_tools.errors import ConfigError, HumanNeeded
from release_tools.ports.host import Clock, Host


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A host below one directory, and how things get there."""

    host: Host
    home: Path
    write: Callable[[Path, int], object]
    close_not: Callable[[Path], object]
    set_env: Callable[[str | None], object]


def real(home: Path) -> Machine:
    """Return this machine."""

    def write(path: Path, size: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        path.chmod(0o600)

    def set_env(text: str | None) -> None:
        if text is not None:
            (home / "production.env").write_bytes(text.encode())

    host = LocalHost(env_file=home / "production.env")
    return Machine(host=host, home=home, write=write, close_not=lambda path: path.chmod(0o644), set_env=set_env)


def fake(home: Path) -> Machine:
    """Return the one in memory."""
    host = FakeHost(env=None)

    def write(path: Path, size: int) -> None:
        host.paths[path] = size

    def set_env(text: str | None) -> None:
        host.env = text

    return Machine(
        host=host, home=home, write=write, close_not=lambda path: host.modes.update({path: 0o644}), set_env=set_env
    )


@pytest.fixture(params=[real, fake], ids=["real", "fake"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """Return an empty machine."""
    made: Machine = request.param(tmp_path)
    return made


def test_the_environment_file_gives_variables_and_lines(machine: Machine) -> None:
    """Values go to programs; the lines are without them."""
    machine.set_env("# what it needs\nDATABASE_URL='postgresql://u:p@h/d?x=$1'\n\nPORT=8000\nEMPTY=\n")
    assert machine.host.environment() == {
        "DATABASE_URL": "postgresql://u:p@h/d?x=$1",
        "PORT": "8000",
        "EMPTY": "",
    }
    text = machine.host.environment_text()
    assert text.lines == (EnvLine(2, "DATABASE_URL", False), EnvLine(4, "PORT", False), EnvLine(5, "EMPTY", True))
    assert text.faults == ()


def test_an_environment_file_that_is_not_there_is_told(machine: Machine) -> None:
    """It is a matter of configuration, for both questions."""
    machine.set_env(None)
    with pytest.raises(ConfigError):
        machine.host.environment()
    with pytest.raises(ConfigError):
        machine.host.environment_text()


def test_a_secret_that_others_may_read_is_told_and_closed(machine: Machine) -> None:
    """Sound ones and such that are not there are not mentioned; closing twice is the same."""
    open_, closed, absent = (machine.home / name for name in ("open", "closed", "absent"))
    machine.write(open_, 1)
    machine.write(closed, 1)
    machine.close_not(open_)
    faults = machine.host.permission_faults((open_, closed, absent))
    assert list(faults) == [open_]
    assert "0644" in faults[open_]
    for _ in range(2):
        machine.host.fix_permissions((open_, closed, absent))
        assert machine.host.permission_faults((open_, closed, absent)) == {}


def test_sizes_are_of_everything_below(machine: Machine) -> None:
    """What is not there has none."""
    machine.write(machine.home / "d" / "a", 100)
    machine.write(machine.home / "d" / "e" / "b", 50)
    assert machine.host.size(machine.home / "d") == 150
    assert machine.host.size(machine.home / "d" / "a") == 100
    assert machine.host.size(machine.home / "absent") == 0
    assert machine.host.free(machine.home / "absent" / "deeper") > 0


def test_what_is_removed_is_gone(machine: Machine) -> None:
    """Also twice."""
    machine.write(machine.home / "d" / "a", 1)
    assert machine.host.exists(machine.home / "d")
    for _ in range(2):
        machine.host.remove(machine.home / "d")
        assert not machine.host.exists(machine.home / "d")


def place(machine: Machine, **sizes: int) -> tuple[Path, Path, Path]:
    """Write the directories that are named with a file of a size, and return all three places."""
    for name, size in sizes.items():
        machine.write(machine.home / name / "file", size)
    fresh, live, kept = (machine.home / name for name in ("fresh", "live", "kept"))
    return fresh, live, kept


SWAPPED = {"fresh": 0, "live": 1, "kept": 2}
STATES = {
    "not begun": ({"fresh": 1, "live": 2}, SWAPPED),
    "cut off in the middle": ({"fresh": 1, "kept": 2}, SWAPPED),
    "done": ({"live": 1, "kept": 2}, SWAPPED),
    "nothing was live": ({"fresh": 1}, {"fresh": 0, "live": 1, "kept": 0}),
}


@pytest.mark.parametrize("state", STATES)
def test_a_swap_is_completed_from_wherever_it_stands(machine: Machine, state: str) -> None:
    """Fresh becomes live, live becomes kept, and nothing is lost."""
    before, after = STATES[state]
    places = place(machine, **before)
    machine.host.swap_directory(*places)
    assert {path.name: machine.host.size(path) for path in places} == after
    if len(before) > 1:
        machine.host.swap_directory(*places)
        assert {path.name: machine.host.size(path) for path in places} == after


@pytest.mark.parametrize("there", [{"fresh": 1, "live": 2, "kept": 4}, {"live": 2}, {"kept": 4}, {}], ids=str)
def test_a_swap_that_cannot_be_one_moves_nothing(machine: Machine, there: dict[str, int]) -> None:
    """A person must look which of them holds the right data."""
    places = place(machine, **there)
    with pytest.raises(HumanNeeded):
        machine.host.swap_directory(*places)
    assert {path.name: machine.host.size(path) for path in places} == {"fresh": 0, "live": 0, "kept": 0} | there


@pytest.mark.parametrize("make", [SystemClock, FakeClock])
def test_a_clock_goes_on_while_one_sleeps(make: Callable[[], Any]) -> None:
    """Both of its times move, and the wall time is UTC with a `Z`."""
    clock: Clock = make()
    before, began = clock.monotonic(), clock.now()
    clock.sleep(0.01)
    clock.sleep(-1)
    assert clock.monotonic() - before >= 0.01
    assert began <= clock.now()
    assert clock.now().endswith("Z")
