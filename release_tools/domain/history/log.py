"""History is the list of commits that `git log` prints in our format, children before parents.

How commits hang together is the business of `ancestry`, what they mean for a release that of `entries`.
"""

from release_tools.domain.history.commit import Commit, parse_commit
from release_tools.errors import ToolFailed

LOG_FORMAT = "%H%x00%P%x00%B"
"""For `git log -z --format=`: name, parents and raw message, each ended by NUL, which no message can hold."""

FIELDS = 3
NAME_LENGTHS = frozenset((40, 64))
"""Hexadecimal digits of a SHA-1 and of a SHA-256 name."""


def parse_log(stream: bytes) -> tuple[Commit, ...]:
    """Parse the whole output of `git log -z --format=LOG_FORMAT`; output that was cut off is a ToolFailed."""
    fields = stream.split(b"\0")
    names = fields[:-1:FIELDS]
    if fields[-1] or len(fields) % FIELDS != 1 or not NAME_LENGTHS.issuperset(map(len, names)):
        raise ToolFailed(
            "The output of `git log` is cut off or not in the format that was asked for.",
            state="Nothing was changed.",
            todo="Run `git fsck`, then try again.",
        )
    return tuple(
        parse_commit(name.decode("ascii", "replace"), tuple(parents.decode("ascii", "replace").split()), message)
        for name, parents, message in zip(names, fields[1::FIELDS], fields[2::FIELDS], strict=True)
    )
