"""The log of a service: a file that it appends to by itself, cut when it grows too large, and its last lines.

What stands in it is not understood here. The service writes to the file and not to us, so that it lives on when its
supervisor is killed; the price is that lines written in the instant of a cut may be lost.
"""

import os
import re
import shutil
from pathlib import Path

TAIL_BYTES = 256 * 1024
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def open_log(path: Path) -> int:
    """Open a log for appending, born 0600, and return the descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def rotate(path: Path, *, limit: int, files: int) -> bool:
    """Keep what a log of more than `limit` bytes holds under `.1` and empty it; return whether that was done.

    At most `files` are there in the end, the log itself included.
    """
    if path.stat().st_size <= limit:
        return False
    for number in range(files - 1, 1, -1):
        older = _numbered(path, number - 1)
        if older.exists():
            older.replace(_numbered(path, number))
    if files > 1:
        fresh = path.with_name(f"{path.name}.new")
        shutil.copyfile(path, fresh)
        fresh.chmod(0o600)
        fresh.replace(_numbered(path, 1))
    os.truncate(path, 0)
    return True


def last_lines(path: Path, count: int) -> tuple[str, ...]:
    """Return the last lines of a log, over one cut where it has just happened; what could steer a terminal is left out.

    At most 256 KiB are read.
    """
    lines = _lines(path)
    if len(lines) < count:
        lines = _lines(_numbered(path, 1)) + lines
    return tuple(CONTROL.sub("", line) for line in lines[-count:])


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL_BYTES))
            text = file.read(TAIL_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    lines = text.splitlines()
    return lines[1:] if size > TAIL_BYTES else lines


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
