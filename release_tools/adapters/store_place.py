"""The place where backups lie: whether it is there, ours alone, lasting and writable, and what mends it.

What lies in it is not known here.
"""

import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
"""Where the kernel lists the file systems; elsewhere their kinds stay unknown."""
_FORGETFUL = frozenset(("tmpfs", "ramfs", "devtmpfs"))
_OCTAL = re.compile(r"\\([0-7]{3})")


def place_faults(directory: Path, mounts: Path = MOUNTS) -> Iterator[str]:
    """Yield what makes a directory unfit for backups, each with the command that mends it."""
    quoted = shlex.quote(str(directory))
    try:
        status = directory.stat()
    except FileNotFoundError:
        yield f"the backup directory {directory} is missing; make it: install -d -m 0700 {quoted}"
        return
    except OSError as error:
        yield f"the backup directory {directory} cannot be looked at ({error.strerror}); look: namei -l {quoted}"
        return
    if not stat.S_ISDIR(status.st_mode):
        yield f"the backup directory {directory} is a file; name another one in the host file, `backup.directory`"
        return
    if status.st_mode & 0o022:
        mode = stat.S_IMODE(status.st_mode)
        yield f"the backup directory {directory} is writable by others ({mode:04o}); close it: chmod go-w {quoted}"
    if status.st_uid not in (os.geteuid(), 0):
        yield f"the backup directory {directory} belongs to another user; take it: chown {os.geteuid()} {quoted}"
    kind = file_system(directory, mounts)
    if kind in _FORGETFUL:
        yield f"{directory} lies on {kind}, which a restart empties; name a disk in the host file, `backup.directory`"
    yield from _write_faults(directory, quoted)


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """Return the kind of file system that a path lies on, empty where the kernel does not tell."""
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return ""
    # The fields before the hyphen vary in number; the fifth is the mount point, the first behind the hyphen the kind.
    rows = [(_unescape(line.split()[4]), line.partition(" - ")[2].split()[0]) for line in lines]
    real = path.resolve()
    inside = [(len(point), number, kind) for number, (point, kind) in enumerate(rows) if real.is_relative_to(point)]
    return max(inside, default=(0, 0, ""))[2]


def _write_faults(directory: Path, quoted: str) -> Iterator[str]:
    try:
        if os.statvfs(directory).f_flag & os.ST_RDONLY:
            yield f"{directory} is on a read-only file system; see on which, and remount it: findmnt -T {quoted}"
            return
        probe = directory / f".probe-{os.getpid()}"
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        probe.unlink()
    except OSError as error:
        yield f"{directory} cannot be written by us ({error.strerror}); look who may: namei -l {quoted}"


def _unescape(text: str) -> str:
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), text)
