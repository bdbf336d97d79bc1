"""A part of a test in a process with mounts of its own: small disks that nobody else sees and that go with the process.

No test is here.
"""

import ctypes
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NEW_MOUNTS, NEW_USER = 0x00020000, 0x10000000
PRIVATE, RECURSIVE, REMOUNT = 1 << 18, 1 << 14, 1 << 5
DETACHED = 2
LIBC = ctypes.CDLL(None, use_errno=True)


def in_own_mounts(act: Callable[[], object]) -> None:
    """Carry out a part of a test where mounting changes nothing for others; what fails there fails here.

    The machine must let us have a mount namespace: as root, or by user namespaces. Where it does not, that is a failure
    which says so, never a skip.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os._exit(_carry_out(act, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        words = told.read().decode(errors="replace")
    _, status = os.waitpid(pid, 0)
    assert status == 0, words or f"the process with mounts of its own ended with {status}"


def _carry_out(act: Callable[[], object], writing: int) -> int:
    try:
        _separate()
        act()
    except BaseException:  # noqa: BLE001 - whatever it is, the parent raises it
        os.write(writing, traceback.format_exc().encode())
        return 1
    return 0


def _separate() -> None:
    identity = (os.geteuid(), os.getegid())
    if identity[0] == 0:
        _demand(LIBC.unshare(NEW_MOUNTS), "a mount namespace as root")
    else:
        _demand(LIBC.unshare(NEW_MOUNTS | NEW_USER), "user namespaces, or to run as root")
        Path("/proc/self/setgroups").write_text("deny")
        for name, one in zip(("uid_map", "gid_map"), identity, strict=True):
            Path(f"/proc/self/{name}").write_text(f"{one} {one} 1")
    _demand(LIBC.mount(b"none", b"/", None, RECURSIVE | PRIVATE, None), "private mounts")


def _demand(result: int, what: str) -> None:
    assert result == 0, f"this machine refuses {what}: {os.strerror(ctypes.get_errno())}"


@contextmanager
def on_small_disk(directory: Path, size: int) -> Iterator[None]:
    """Put a directory with all that is in it on a disk of its own, of so many bytes, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as aside:
        shutil.copytree(directory, Path(aside) / "kept", symlinks=True)
        mode = f"mode={directory.stat().st_mode & 0o7777:o},size={size}".encode()
        _demand(LIBC.mount(b"tmpfs", bytes(directory), b"tmpfs", 0, mode), "a disk in memory")
        shutil.copytree(Path(aside) / "kept", directory, symlinks=True, dirs_exist_ok=True)
    try:
        yield
    finally:
        _demand(LIBC.umount2(bytes(directory), DETACHED), "to take the disk away")


def resize(directory: Path, size: int | None = None) -> None:
    """Give a small disk another size; None: what is on it now, so that it is full."""
    status = os.statvfs(directory)
    used = (status.f_blocks - status.f_bfree) * status.f_frsize
    _demand(LIBC.mount(b"tmpfs", bytes(directory), b"tmpfs", REMOUNT, f"size={size or used}".encode()), "another size")
