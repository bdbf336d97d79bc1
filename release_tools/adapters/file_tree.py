"""Files and trees on this machine: how much they take, how much is free, gone for good, on disk for certain.

What they hold is not known here.
"""

import ctypes
import os
import shutil
import stat
from pathlib import Path


def tree_size(path: Path) -> int:
    """Return the bytes of all files at and below a path, hard links once; what vanishes meanwhile does not count."""
    seen: set[tuple[int, int]] = set()
    total, pending = 0, [os.fspath(path)]
    while pending:
        one = pending.pop()
        try:
            status = os.lstat(one)
            if stat.S_ISDIR(status.st_mode):
                pending += [entry.path for entry in os.scandir(one)]
        except (FileNotFoundError, NotADirectoryError):
            continue
        if stat.S_ISREG(status.st_mode) and (status.st_nlink == 1 or (status.st_dev, status.st_ino) not in seen):
            total += status.st_size
            if status.st_nlink > 1:
                seen.add((status.st_dev, status.st_ino))
    return total


def free_bytes(path: Path) -> int:
    """Return the bytes that we may still write where a path lies, or would lie."""
    return shutil.disk_usage(next(one for one in (path, *path.absolute().parents) if one.exists())).free


def remove_tree(path: Path) -> None:
    """Remove a file, link or tree; one that is not there is no error, and closed directories are opened for it."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        path.chmod(0o700)
        for above, names, _ in os.walk(path):
            for name in names:
                if not (Path(above) / name).is_symlink():
                    (Path(above) / name).chmod(0o700)
        shutil.rmtree(path)


def make_private(path: Path) -> None:
    """Make a directory with those above it that are missing, all of them their owner's alone."""
    if not path.is_dir():
        make_private(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def sync_directory(path: Path) -> None:
    """Wait until the names in a directory are on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file_system(path: Path) -> None:
    """Wait until everything that was written to the file system of a path is on disk.

    Other file systems are not waited for where the kernel can do without: somebody may be writing gigabytes there.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(library, "syncfs"):
            os.sync()
        elif library.syncfs(descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(path))
    finally:
        os.close(descriptor)
