"""What stands in the way of bringing a worktree from one commit to another, found before anything is published.

Nothing is moved or marked here; git itself would refuse only when it is too late.
"""

import os
from pathlib import Path, PurePath

from release_tools.adapters.git_process import GitProcess


def overwritten(git: GitProcess, old: str, new: str) -> tuple[str, ...]:
    """Return the untracked files that would be overwritten, those where a directory must come included."""
    options = ("-r", "-z", "--no-renames", "--name-status", "--diff-filter=AD")
    fields = _names(git.run("diff-tree", *options, old, new).stdout)
    changes = list(zip(fields[::2], fields[1::2], strict=True))
    gone = {path for status, path in changes if status == "D"}
    left = {str(parent) for path in gone for parent in PurePath(path).parents}
    added = [path for status, path in changes if status == "A"]
    wanted = {str(parent) for path in added for parent in PurePath(path).parents} - {"."} - gone
    # A file may stand where a directory must come, and an ignored one is a file of somebody's, too.
    blocked = (path for path in sorted(wanted) if _is_no_directory(git.directory / path))
    there = (path for path in added if os.path.lexists(git.directory / path))
    return (*blocked, *(path for path in there if path not in left or _holds_untracked(git, path)))


def concealed(git: GitProcess, old: str, new: str) -> tuple[str, ...]:
    """Return the changing files that are marked skip-worktree or assume-unchanged and edited all the same."""
    rows = _names(git.run("ls-files", "-v", "-z").stdout)
    marked = {row[2:] for row in rows if row[0] == "S" or row[0].islower()}
    present = sorted(path for path in marked if (git.directory / path).is_file() and "\n" not in path)
    if not present:
        return ()
    changing = set(_names(git.run("diff-tree", "-r", "-z", "--no-renames", "--name-only", old, new).stdout))
    asked = [path for path in present if path in changing]
    stdin = os.fsencode("".join(f"{path}\n" for path in asked))
    held = git.run("hash-object", "--stdin-paths", stdin=stdin).text.split() if asked else []
    recorded = [git.run("rev-parse", "--verify", f"{old}:{path}", ok=(0, 128)).text for path in asked]
    return tuple(path for path, one, other in zip(asked, held, recorded, strict=True) if one != other)


def _holds_untracked(git: GitProcess, path: str) -> bool:
    return bool(git.run("--literal-pathspecs", "ls-files", "-o", "-z", "--", path).stdout)


def _is_no_directory(path: Path) -> bool:
    return os.path.lexists(path) and (path.is_symlink() or not path.is_dir())


def _names(stdout: bytes) -> list[str]:
    return os.fsdecode(stdout).split("\0")[:-1]
