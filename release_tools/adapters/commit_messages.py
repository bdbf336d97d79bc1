"""The messages of commits as git recorded them, read in one process for a whole range.

Whether they are good is not asked here.
"""

from typing import NamedTuple

from release_tools.adapters.git_process import GitProcess
from release_tools.errors import UsageError

_FORMAT = "%H%n%P%n%B"
_REFUSED = 128  # git's exit code for a range it cannot resolve


class CommitMessage(NamedTuple):
    """One commit's message; `merging` when the commit has more than one parent."""

    sha: str
    merging: bool
    message: bytes


def read_messages(git: GitProcess, span: str) -> tuple[CommitMessage, ...]:
    """Return the messages of a range such as `main..HEAD`, oldest first; UsageError when git knows no such range."""
    command = ("log", "-z", "--reverse", "--encoding=UTF-8", "--no-show-signature", f"--format={_FORMAT}")
    done = git.run(*command, "--end-of-options", span, "--", ok=(0, _REFUSED))
    if done.code == _REFUSED:
        raise UsageError(
            f"git cannot list the commits of '{span}': {done.stderr}",
            state="Nothing was checked.",
            todo="Pass a range such as --range origin/main..HEAD, and fetch its ends first.",
        )
    return tuple([_parse_record(record) for record in done.stdout.split(b"\0") if record])


def _parse_record(record: bytes) -> CommitMessage:
    sha, parents, message = record.split(b"\n", 2)
    return CommitMessage(sha=sha.decode(), merging=b" " in parents, message=message)
