"""A commit as a person makes it: git with its editor, its hooks and their words on the terminal, by a message file.

The message is not judged here; the hooks do that. Commits of releases are made as objects instead, in `git_draft`.
"""

import subprocess
from pathlib import Path

from release_tools.errors import ToolFailed

DEADLINE = 3600.0
"""Seconds for the hooks (a team's may run its tests) and for a person at the passphrase of a key."""


def commit_file(here: Path, message: Path, extra: tuple[str, ...]) -> int:
    """Commit what is staged with the message in a file, passing `extra` to git; return git's exit code.

    What git and the hooks print on stdout goes to stderr: stdout is for our result.
    """
    command = ("git", "commit", "-F", str(message), *extra)
    try:
        return subprocess.run(command, cwd=here, stdout=2, timeout=DEADLINE, check=False).returncode
    except subprocess.TimeoutExpired as late:
        raise ToolFailed(
            f"`git commit` did not end within {DEADLINE:g} seconds and was stopped.",
            state=f"The message is in {message}.",
            todo="See with `git status` what it left, then type: release-tools commit",
        ) from late
