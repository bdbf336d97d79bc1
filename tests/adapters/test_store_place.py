"""Places that are unfit for backups, each told with the command that mends it."""

import errno
import os
from pathlib import Path

import pytest

from release_tools.adapters.store_place import file_system, place_faults

DISK = "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    """Return a table of mounts that knows one disk."""
    path = tmp_path / "mountinfo"
    path.write_text(DISK)
    return path


def faults(directory: Path, mounts: Path) -> list[str]:
    """Return what is wrong."""
    return list(place_faults(directory, mounts))


def make(home: Path, mode: int = 0o700) -> Path:
    """Return a directory."""
    path = home / "back ups"
    path.mkdir()
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_a_directory_that_others_may_not_write_is_sound(tmp_path: Path, mounts: Path, mode: int) -> None:
    """What is in it is closed anyway; nothing is left by looking."""
    path = make(tmp_path, mode)
    assert faults(path, mounts) == []
    assert list(path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o702])
def test_a_directory_that_others_may_write_is_told(tmp_path: Path, mounts: Path, mode: int) -> None:
    """With the command that closes it."""
    (fault,) = faults(make(tmp_path, mode), mounts)
    assert f"({mode:04o})" in fault
    assert fault.endswith(f"chmod go-w '{tmp_path}/back ups'")


def test_a_directory_that_is_missing_is_told(tmp_path: Path, mounts: Path) -> None:
    """With the command that makes it."""
    (fault,) = faults(tmp_path / "absent", mounts)
    assert fault.endswith(f"install -d -m 0700 {tmp_path}/absent")


def test_a_file_in_its_place_is_told(tmp_path: Path, mounts: Path) -> None:
    """It is no directory, whatever its mode."""
    (tmp_path / "file").write_text("")
    (fault,) = faults(tmp_path / "file", mounts)
    assert "is a file" in fault


def test_memory_is_no_place_for_backups(tmp_path: Path, mounts: Path) -> None:
    """The innermost mount counts, and among equals the last one; blanks in its name are written in octal."""
    path = make(tmp_path)
    escaped = str(path).replace(" ", "\\040")
    mounts.write_text(f"{DISK}30 21 0:30 / {escaped} rw - tmpfs tmpfs rw\n31 21 0:31 / {tmp_path} rw - xfs /dev/b rw\n")
    (fault,) = faults(path, mounts)
    assert "tmpfs" in fault
    assert "backup.directory" in fault
    mounts.write_text(f"{mounts.read_text()}32 30 8:2 / {escaped} rw - ext4 /dev/sdb1 rw\n")
    assert faults(path, mounts) == []


def test_the_kernels_own_table_is_understood() -> None:
    """On Linux /proc is what it is; elsewhere nothing is told."""
    assert file_system(Path("/proc/self")) == "proc"
    assert file_system(Path("/"), Path("/absent")) == ""


def test_a_read_only_disk_is_told(tmp_path: Path, mounts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is tried."""
    path = make(tmp_path)
    true = os.statvfs(path)
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result((*true[:8], os.ST_RDONLY, true[9])))
    (fault,) = faults(path, mounts)
    assert "read-only" in fault
    assert "findmnt" in fault


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_server_that_lets_root_not_write_is_told(
    tmp_path: Path, mounts: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Modes say yes and the server says no: only trying tells."""
    path = make(tmp_path)
    true = os.open

    def denied(target: object, *rest: object, **more: object) -> int:
        if str(target).startswith(f"{path}/"):
            raise OSError(code, os.strerror(code))
        return true(target, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", denied)
    (fault,) = faults(path, mounts)
    assert os.strerror(code) in fault


def test_another_owner_is_told(tmp_path: Path, mounts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever owns the directory may exchange what is in it."""
    path = make(tmp_path)
    if path.stat().st_uid == 0:
        os.chown(path, 4711, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 4711)
    (fault,) = faults(path, mounts)
    assert "another user" in fault
