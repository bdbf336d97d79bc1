"""The world that a case is judged by: refs, HEADs, indexes, files, configuration, leftovers, here and at the remote.

Reading only; what the world should be is `verdicts`.
"""

import fcntl
import os
import re
from collections.abc import Mapping
from pathlib import Path

from stage import Stage

World = Mapping[str, object]
RUN = re.compile(r"\d{8}T\d{6}Z-[a-z-]+-[0-9a-f]{6}")
"""A run's identifier: it stands in paths of worktrees and differs from run to run."""

VOLATILE = (
    "objects",
    "logs",
    "release-tools",
    "index",
    "packed-refs",
    "COMMIT_EDITMSG",
    "ORIG_HEAD",
    "AUTO_MERGE",
    "locked",
    "hooks",
    "info",
)
"""What may differ: objects that nothing names are garbage, and stat data and reflogs tell of the crash itself."""
TEMPORARY = re.compile(r"\.lock$|\.new$|tmp_|^tmp")


def observe_world(stage: Stage) -> World:
    """Return everything that a release command may change; two equal worlds cannot be told apart by a user."""
    repo, remote = stage.repo, stage.place / "remote.git"
    common = repo / ".git"
    world: dict[str, object] = {
        "refs": stage.git("for-each-ref"),
        "broken": stage.git("fsck", "--connectivity-only", "--no-dangling", "--no-progress", check=False),
        "config": (common / "config").read_text(),
        "private": _names(common, VOLATILE),
        "temporary": _temporary(stage),
        "open runs": sorted(path.name for path in (common / "release-tools" / "runs").glob("*")),
        "lock": _lock(common / "release-tools"),
        "worktrees": [_worktree(stage, entry) for entry in _entries(stage)],
    }
    if remote.is_dir():
        world["remote refs"] = stage.git("for-each-ref", at="remote.git")
        world["remote broken"] = stage.git("fsck", "--connectivity-only", "--no-dangling", at="remote.git", check=False)
    return {name: _nameless(value) for name, value in world.items()}


def differences(one: World, other: World) -> str:
    """Return which parts of two worlds differ, and how."""
    names = [name for name in one if one[name] != other.get(name)]
    return "\n".join(f"{name}:\n  is     {one[name]}\n  should {other.get(name)}" for name in names)


def _entries(stage: Stage) -> list[str]:
    """Return what git says of each work tree: its path first, its HEAD, its branch, whether it is locked."""
    return [one for one in stage.git("worktree", "list", "--porcelain", check=False).split("\n\n") if one]


def _worktree(stage: Stage, entry: str) -> tuple[str, ...]:
    path = Path(entry.partition("\n")[0].removeprefix("worktree "))
    if not path.is_dir():
        return (str(path), "gone")
    files = {str(name.relative_to(path)): _text(name) for name in sorted(path.rglob("*")) if _is_content(name, path)}
    return (entry, stage.git("ls-files", "--stage", at=str(path), check=False), str(files))


def _is_content(name: Path, top: Path) -> bool:
    return (name.is_file() or name.is_symlink()) and name.relative_to(top).parts[0] != ".git"


def _text(path: Path) -> str:
    return str(path.readlink()) if path.is_symlink() else f"{path.stat().st_mode:o} {path.read_bytes()!r}"


def _names(top: Path, without: tuple[str, ...]) -> list[str]:
    found = (path.relative_to(top) for path in top.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if not set(path.parts) & set(without))


def _temporary(stage: Stage) -> list[str]:
    places = (stage.repo / ".git", stage.place / "remote.git", stage.place / "tmp")
    # A server whose client was killed may be tidying up: what vanishes under the walk is not left.
    walks = (os.walk(place) for place in places)
    entries = (Path(top, name) for walk in walks for top, folders, files in walk for name in (*folders, *files))
    found = (path.relative_to(stage.place) for path in entries)
    kept = ("release-tools/lock", "release-tools/effects.lock")
    return sorted(str(p) for p in found if TEMPORARY.search(p.name) and not str(p).endswith(kept) and not _theirs(p))


def _theirs(path: Path) -> bool:
    """Return whether a server's git left it when it was killed, too: that is for whoever looks after the server."""
    quarantine = any(part.startswith("tmp_objdir-incoming-") for part in path.parts)
    return path.parts[0] == "remote.git" and (quarantine or path.name.endswith(".lock"))


def _lock(state: Path) -> str:
    if not state.is_dir():
        return "free"
    if (state / "lock.holder").exists():
        return "a holder is named"
    for name in ("lock", "effects.lock"):
        with (state / name).open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return f"{name} is held"
    return "free"


def _nameless(value: object) -> object:
    if isinstance(value, str):
        return RUN.sub("RUN", value)
    if isinstance(value, list | tuple):
        return [_nameless(one) for one in value]
    return value
