"""A text file that is replaced as a whole: a reader sees the old text or the new one, never a part.

What is in it is not known here.
"""

import os
from pathlib import Path

from release_tools.errors import ToolFailed, UsageError


def load_text(path: Path) -> str:
    """Return a file's text, bytes that are no text as surrogates; `UsageError` when it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.",
            state="Nothing was written.",
            todo="Name a file that is there and that you may read.",
        ) from error


def replace_text(path: Path, text: str) -> None:
    """Replace a file, or the one that a symbolic link names, and keep its mode; `ToolFailed` when the disk says no."""
    from tempfile import mkstemp

    target = path.resolve()
    try:
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
        descriptor, fresh = mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8", "surrogateescape"))
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            Path(fresh).replace(target)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ToolFailed(
            f"{path} cannot be written: {error.strerror}.",
            state="It is as it was before.",
            todo="Name a file in a directory that you may write to.",
        ) from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
