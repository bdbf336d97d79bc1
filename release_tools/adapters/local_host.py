"""The host that we run on: its environment file, who may read its secrets, its disks, and the swap of directories.

What lies where is the configuration's business.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from release_tools.adapters.environment_file import load_lines, load_variables
from release_tools.adapters.file_tree import free_bytes, remove_tree, sync_directory, tree_size
from release_tools.domain.deploy.env_contract import EnvText
from release_tools.errors import HumanNeeded, ToolFailed
from release_tools.record import record


@record
class LocalHost:
    """This machine, with the environment file of one environment."""

    env_file: Path

    def environment(self) -> Mapping[str, str]:
        """Return the variables of the environment file."""
        return load_variables(self.env_file)

    def environment_path(self) -> Path:
        """Return where the environment file lies."""
        return self.env_file

    def environment_text(self) -> EnvText:
        """Return the environment file as it is written, without its values."""
        return load_lines(self.env_file)

    def permission_faults(self, paths: Sequence[Path], /) -> Mapping[Path, str]:
        """Return what is wrong with the mode or owner of each path that is there."""
        found = {path: "; ".join(_faults(path)) for path in paths if _is_there(path)}
        return {path: f"{path} {faults}" for path, faults in found.items() if faults}

    def fix_permissions(self, paths: Sequence[Path], /) -> None:
        """Give files the mode 0600, directories 0700, and ourselves as their owner where that is allowed."""
        for path in paths:
            if _is_there(path):
                with _changing(path):
                    _close(path)

    def free(self, path: Path, /) -> int:
        """Return the bytes free where a path lies, or would lie."""
        with _changing(path):
            return free_bytes(path)

    def size(self, path: Path, /) -> int:
        """Return the bytes of all files below a path, 0 where there is none."""
        with _changing(path):
            return tree_size(path)

    def swap_directory(self, fresh: Path, live: Path, kept: Path, /) -> None:
        """Make `fresh` the live file or directory and call the live one `kept`; completes what was cut off.

        Which of the three are there says how far it came; they must lie on one file system.
        """
        there = (_is_there(fresh), _is_there(live), _is_there(kept))
        with _changing(live):
            step = _SWAPS.get(there)
            if step is None or (there[0] and len({path.parent.stat().st_dev for path in (fresh, live, kept)}) > 1):
                raise _unclear(fresh, live, kept, there)
            step(fresh, live, kept)
            for parent in {path.parent for path in (fresh, live, kept)}:
                sync_directory(parent)

    def make_directory(self, path: Path, /) -> None:
        """Make an empty directory for ourselves alone, in place of whatever is at the path."""
        self.remove(path)
        with _changing(path):
            path.mkdir(mode=0o700, parents=True)

    def remove(self, path: Path, /) -> None:
        """Remove a file or a tree; one that is not there is no error."""
        with _changing(path):
            remove_tree(path)

    def exists(self, path: Path, /) -> bool:
        """Return whether there is anything at a path, a link that leads nowhere included."""
        return _is_there(path)


def _swap(fresh: Path, live: Path, kept: Path) -> None:
    live.rename(kept)
    try:
        fresh.rename(live)
    except OSError:
        kept.rename(live)
        raise


def _complete(fresh: Path, live: Path, _kept: Path) -> None:
    fresh.rename(live)


def _rest(_fresh: Path, _live: Path, _kept: Path) -> None:
    """Do nothing: it is done."""


_SWAPS: Mapping[tuple[bool, bool, bool], Callable[[Path, Path, Path], None]] = {
    (True, True, False): _swap,
    (True, False, True): _complete,
    (True, False, False): _complete,  # there was no live one yet
    (False, True, True): _rest,
}
"""What is there (fresh, live, kept) to what is still to be done; anything else is for a person to look at."""


def _unclear(fresh: Path, live: Path, kept: Path, there: tuple[bool, bool, bool]) -> HumanNeeded:
    named = zip((fresh, live, kept), there, strict=True)
    seen = ", ".join(f"{path} is {'there' if one else 'missing'}" for path, one in named)
    return HumanNeeded(
        f"{fresh} cannot take the place of {live}: {seen}.",
        state="Nothing was moved.",
        todo="See which one holds the right data; all three must lie on one file system.",
    )


def _is_there(path: Path) -> bool:
    return os.path.lexists(path)


def _faults(path: Path) -> Iterator[str]:
    try:
        status = path.stat()
    except OSError as error:
        yield f"cannot be looked at: {error.strerror}"
        return
    mode, right = stat.S_IMODE(status.st_mode), 0o700 if stat.S_ISDIR(status.st_mode) else 0o600
    if mode & 0o077:
        yield f"has the mode {mode:04o} instead of {right:04o}, so others may use it"
    if status.st_uid not in (os.geteuid(), 0):
        yield f"belongs to the user {status.st_uid} instead of {os.geteuid()}"


def _close(path: Path) -> None:
    status = path.stat()
    if os.geteuid() == 0 and status.st_uid != 0:
        os.chown(path, 0, -1)
    path.chmod(0o700 if stat.S_ISDIR(status.st_mode) else 0o600)


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ToolFailed(
            f"{error.filename or path}: {error.strerror}.",
            state="What was done before it stays done; repeating the command does the rest.",
            todo="Give us the right to that path, or make room there, and repeat the command.",
        ) from error
