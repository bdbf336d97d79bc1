"""Walks over commits for the reader: the log of revisions, and what named commits change.

What stands in single objects is asked of `git_objects`.
"""

import os
from collections.abc import Sequence

from release_tools.adapters.git_process import GitProcess
from release_tools.domain.history.changes import CHANGES, Change, parse_changes
from release_tools.domain.history.log import NAME_FORMAT

PLAIN = ("--encoding=UTF-8", "--no-color", "--no-notes", "--no-show-signature", "--no-decorate")
"""Only what a format names may be in the stream, whatever the user's settings add to `git log`."""


def read_log(git: GitProcess, log_format: str, revisions: Sequence[str]) -> bytes:
    """Return `git log -z` of the revisions in topological order, in the given format."""
    options = tuple(word for word in revisions if word.startswith("--"))
    # By its input: names of ten thousand tags may be more than a command line holds.
    names = "".join(f"{word}\n" for word in revisions if not word.startswith("--")).encode()
    asked = ("log", "-z", "--topo-order", *PLAIN, f"--format={log_format}", *options, "--stdin")
    return git.run(*asked, stdin=names).stdout


def read_changes(git: GitProcess, commits: Sequence[str], paths: Sequence[str]) -> dict[str, tuple[Change, ...]]:
    """Return what the commits change at or below the paths, each against its first parent."""
    if not commits:
        return {}
    names = "".join(f"{name}\n" for name in commits).encode()
    asked = ("log", "-z", *PLAIN, f"--format={NAME_FORMAT}", *CHANGES, "--stdin", "--", *paths)
    return parse_changes(os.fsdecode(git.run("--literal-pathspecs", *asked, stdin=names).stdout))


def list_below(git: GitProcess, commit: str, directory: str) -> tuple[str, ...]:
    """Return the paths of a commit's files below a directory, in git's order."""
    asked = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, f"{directory.rstrip('/')}/")
    out = os.fsdecode(git.run("--literal-pathspecs", *asked).stdout)
    return tuple(path for path in out.split("\0") if path)
