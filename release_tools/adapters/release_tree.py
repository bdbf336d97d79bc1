"""The tree of a commit as files on disk: laid out from the object store, and hashed as it lies there.

Attributes, filters and line endings of the host do not touch it: every file has the very bytes that were committed.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from release_tools.adapters.git_conversation import Conversation
from release_tools.adapters.git_process import GitProcess
from release_tools.errors import PreconditionFailed, ToolFailed

FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
PIECE = 1 << 20
MARKER = ".release-tools-finished.json"
"""The file in a release's directory that says that it is finished."""

FORBIDDEN = frozenset(("", ".", "..", ".git", MARKER))


class Leaf(NamedTuple):
    """A file or a symbolic link of a commit: its mode, its object, its path."""

    mode: str
    object: str
    path: str


def leaves_of(git: GitProcess, commit: str) -> tuple[Leaf, ...]:
    """Return what stands in a commit; `PreconditionFailed` where it holds what cannot be laid out."""
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", commit).stdout
    leaves = tuple(_leaf(row) for row in listed.split(b"\0") if row)
    for leaf in leaves:
        if leaf.mode == SUBMODULE:
            raise _refused(commit, f"{leaf.path} is a submodule, whose files are not in this repository")
        if not FORBIDDEN.isdisjoint(leaf.path.lower().split("/")):
            raise _refused(commit, f"{leaf.path} has a name that no file of a release may have")
    return leaves


def lay_out(git: GitProcess, commit: str, leaves: Sequence[Leaf], directory: Path) -> None:
    """Write the files of a commit into an empty directory; links that leave it are refused and not made."""
    with closing(Conversation(git)) as store:
        # Links come last, so that no file can be written through one.
        for leaf in sorted(leaves, key=lambda leaf: (leaf.mode == LINK, leaf.path)):
            found = store.contents(leaf.object)
            if found is None:
                raise ToolFailed(f"The object {leaf.object} of {leaf.path} is not in this repository.")
            _write(commit, leaf, found.data, directory / leaf.path)
    _guard_links(commit, [leaf.path for leaf in leaves if leaf.mode == LINK], directory)


def hash_tree(directory: Path, paths: Iterable[str]) -> str:
    """Return the SHA-256 of the files at these paths: kind, whether they are programs, bytes; missing ones count."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        mode, digest = _look(directory / path)
        whole.update(os.fsencode(f"{mode} {digest} {path}\0"))
    return whole.hexdigest()


def _look(path: Path) -> tuple[str, str]:
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return "missing", ""
    if stat.S_ISLNK(found.st_mode):
        return LINK, hashlib.sha256(os.fsencode(path.readlink())).hexdigest()
    if not stat.S_ISREG(found.st_mode):
        return "other", ""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return (PROGRAM if found.st_mode & 0o100 else FILE), digest


def _leaf(row: bytes) -> Leaf:
    words, _, path = row.partition(b"\t")
    mode, _, name = words.decode("ascii").split()
    return Leaf(mode, name, os.fsdecode(path))


def _write(commit: str, leaf: Leaf, data: bytes, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if leaf.mode == LINK:
        _guard_link(commit, leaf.path, os.fsdecode(data))
        target.symlink_to(os.fsdecode(data))
        return
    target.write_bytes(data)
    target.chmod(0o755 if leaf.mode == PROGRAM else 0o644)


def _guard_link(commit: str, path: str, target: str) -> None:
    end = os.path.normpath(PurePosixPath(path).parent / target)
    if target.startswith("/") or end == ".." or end.startswith("../"):
        raise _refused(commit, f"the link {path} leads out of the release, to {target}")


def _guard_links(commit: str, paths: Iterable[str], directory: Path) -> None:
    """Follow every link on disk as well, since a link through another link goes where its text does not say."""
    top = directory.resolve()
    for path in paths:
        if not (top / path).resolve().is_relative_to(top):
            raise _refused(commit, f"the link {path} leads out of the release over another link")


def _refused(commit: str, why: str) -> PreconditionFailed:
    return PreconditionFailed(
        f"The tree of {commit[:10]} cannot be laid out: {why}.",
        state="No service was touched.",
        todo="Mend it in the repository and release it anew.",
    )
