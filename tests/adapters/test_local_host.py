"""This machine: swaps that fail or are killed between two renames, owners, links, and trees that resist."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from release_tools.adapters.local_host import LocalHost
from release_tools.errors import HumanNeeded, ToolFailed


@pytest.fixture
def host(tmp_path: Path) -> LocalHost:
    """Return this machine."""
    return LocalHost(env_file=tmp_path / "production.env")


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Return a fresh and a live directory that are there, and where the live one is to be kept."""
    fresh, live, kept = (tmp_path / name for name in ("fresh", "live", "kept"))
    for path in (fresh, live):
        path.mkdir()
        (path / "name").write_text(path.name)
    return fresh, live, kept


class Killed(BaseException):
    """What a kill looks like from inside: nothing behind it is run."""


def count_renames(monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> None:
    """Let the rename of a number fail."""
    true: Callable[..., Any] = Path.rename
    seen: list[Path] = []

    def rename(self: Path, target: Path) -> Path:
        seen.append(self)
        if len(seen) == at:
            raise error
        moved: Path = true(self, target)
        return moved

    monkeypatch.setattr(Path, "rename", rename)


@pytest.mark.parametrize("at", [1, 2])
def test_a_swap_that_was_killed_is_completed(
    host: LocalHost, places: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Before the first rename and between the two: looking is enough to go on."""
    with monkeypatch.context() as patch:
        count_renames(patch, at, Killed())
        with pytest.raises(Killed):
            host.swap_directory(*places)
    host.swap_directory(*places)
    _, live, kept = places
    assert ((live / "name").read_text(), (kept / "name").read_text()) == ("fresh", "live")


@pytest.mark.parametrize("at", [1, 2])
def test_a_swap_that_fails_leaves_the_live_one(
    host: LocalHost, places: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """What was moved away first is moved back, and it can be repeated."""
    fresh, live, _ = places
    with monkeypatch.context() as patch:
        count_renames(patch, at, OSError(errno.EACCES, os.strerror(errno.EACCES)))
        with pytest.raises(ToolFailed, match="Permission denied"):
            host.swap_directory(*places)
    assert ((fresh / "name").read_text(), (live / "name").read_text()) == ("fresh", "live")
    host.swap_directory(*places)
    assert (live / "name").read_text() == "fresh"


def test_files_are_swapped_as_directories_are(host: LocalHost, tmp_path: Path) -> None:
    """A configuration file has its place as well; a live link is moved, not followed."""
    (tmp_path / "fresh").write_text("new")
    (tmp_path / "old").write_text("old")
    (tmp_path / "live").symlink_to("old")
    host.swap_directory(tmp_path / "fresh", tmp_path / "live", tmp_path / "kept")
    assert (tmp_path / "live").read_text() == "new"
    assert (tmp_path / "kept").is_symlink()
    assert (tmp_path / "old").read_text() == "old"


def test_places_on_other_disks_are_refused_before_anything_is_moved(
    host: LocalHost, places: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename cannot cross them, and half a swap is none."""
    true: Callable[..., Any] = Path.stat
    other = places[0].parent / "elsewhere"
    other.mkdir()

    def stat(self: Path, **more: Any) -> os.stat_result:
        found: os.stat_result = true(self, **more)
        return os.stat_result((*found[:2], found[2] + 1, *found[3:])) if self == other else found

    monkeypatch.setattr(Path, "stat", stat)
    with pytest.raises(HumanNeeded, match="file system"):
        host.swap_directory(places[0], places[1], other / "kept")
    assert places[0].exists()
    assert places[1].exists()


def test_another_owner_is_told_and_root_takes_the_file(host: LocalHost, tmp_path: Path) -> None:
    """Who owns a secret may read it, whatever its mode; only root may mend that."""
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(secret, 4711, -1)
        assert "4711" in host.permission_faults([secret])[secret]
        host.fix_permissions([secret])
    assert host.permission_faults([secret]) == {}


@pytest.mark.parametrize(
    ("mode", "told"), [(0o600, False), (0o400, False), (0o604, True), (0o640, True), (0o602, True)]
)
def test_any_bit_of_others_is_told(host: LocalHost, tmp_path: Path, mode: int, *, told: bool) -> None:
    """Reading and writing alike; directories and what a link leads to as well."""
    (tmp_path / "f").write_text("x")
    (tmp_path / "f").chmod(mode)
    (tmp_path / "d").mkdir()
    (tmp_path / "d").chmod(mode | 0o100)
    (tmp_path / "l").symlink_to("f")
    paths = [tmp_path / name for name in ("f", "d", "l")]
    assert list(host.permission_faults(paths)) == (paths if told else [])
    host.fix_permissions(paths)
    assert host.permission_faults(paths) == {}
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o700


def test_a_link_that_leads_nowhere_is_told(host: LocalHost, tmp_path: Path) -> None:
    """It is there, and what is behind it is not."""
    (tmp_path / "l").symlink_to("absent")
    assert host.exists(tmp_path / "l")
    assert "No such file" in host.permission_faults([tmp_path / "l"])[tmp_path / "l"]
    host.remove(tmp_path / "l")
    assert not host.exists(tmp_path / "l")


def test_a_tree_with_closed_directories_is_removed(host: LocalHost, tmp_path: Path) -> None:
    """And nothing that a link in it leads to."""
    (tmp_path / "mine").write_text("x")
    (tmp_path / "d" / "e" / "f").mkdir(parents=True)
    (tmp_path / "d" / "e" / "out").symlink_to(tmp_path)
    (tmp_path / "d" / "e" / "f").chmod(0)
    (tmp_path / "d" / "e").chmod(0o500)
    host.remove(tmp_path / "d")
    assert not (tmp_path / "d").exists()
    assert (tmp_path / "mine").exists()


def test_hard_links_count_once(host: LocalHost, tmp_path: Path) -> None:
    """As they do on disk; links do not count."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_bytes(b"x" * 100)
    os.link(tmp_path / "d" / "a", tmp_path / "d" / "b")
    (tmp_path / "d" / "l").symlink_to("a")
    assert host.size(tmp_path / "d") == 100
