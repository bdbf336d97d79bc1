"""Files that a checkout had written when it was cut off: they hold the new commit's content, and the index the old.

Git takes them for local changes and refuses to go on; nothing here touches a file.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from release_tools.adapters.git_process import GitProcess


class Change(NamedTuple):
    """A path that differs between two commits: its mode and blob in the new one, zeros where it is gone."""

    path: str
    mode: str
    sha: str


def accept_written(git: GitProcess, old: str, new: str) -> bool:
    """Stage what stands in the work tree as `new` has it, where the index is as `old`; return whether there was any."""
    changes = tuple(_changes(git, old, new))
    held = _held(git, changes)
    staged = set(_names(git.run("diff-index", "--cached", "--name-only", "-z", old, "--").stdout))
    written = [one for one in changes if held.get(one.path) == one.sha and one.path not in staged]
    rows = "".join(f"{one.mode.lstrip('0') or '0'} {one.sha}\t{one.path}\0" for one in written)
    if written:
        git.run("update-index", "-z", "--index-info", stdin=os.fsencode(rows))
    return bool(written)


def _changes(git: GitProcess, old: str, new: str) -> Iterator[Change]:
    fields = _names(git.run("diff-tree", "-r", "-z", "--no-renames", old, new).stdout)
    for row, path in zip(fields[::2], fields[1::2], strict=True):
        _, mode, _, sha, _ = row.split(" ")
        yield Change(path=path, mode=mode, sha=sha)


def _held(git: GitProcess, changes: tuple[Change, ...]) -> Mapping[str, str]:
    """Return the blobs that the files would become by path, zeros where there is none; only plain names and files."""
    absent = {one.path: "0" * len(one.sha) for one in changes if not os.path.lexists(git.directory / one.path)}
    files = [one.path for one in changes if _is_plain(git.directory / one.path) and not set(one.path) & {"\n", '"'}]
    asked = os.fsencode("".join(f"{path}\n" for path in files))
    hashes = git.run("hash-object", "--stdin-paths", stdin=asked).text.split() if files else ()
    return absent | dict(zip(files, hashes, strict=True))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _names(stdout: bytes) -> list[str]:
    return os.fsdecode(stdout).split("\0")[:-1]
