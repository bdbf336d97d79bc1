"""History is the list of commits that `git log` prints in our format, children before parents.

How commits hang together is the business of `ancestry`, what they mean for a release that of `entries`.
"""

from collections.abc import Iterable, Iterator, Sequence

from release_tools.domain.history.commit import Commit, parse_commit
from release_tools.domain.history.marks import mark_messages
from release_tools.errors import ToolFailed

LOG_FORMAT = "%H%x00%P%x00%B"
"""For `git log -z --format=`: name, parents and raw message, each ended by NUL, which no message can hold."""

NAME_FORMAT = "%H"
"""For the names alone, each ended by NUL."""

FIELDS = 3
NAME_LENGTHS = frozenset((40, 64))
"""Hexadecimal digits of a SHA-1 and of a SHA-256 name."""


def parse_log(stream: bytes) -> tuple[Commit, ...]:
    """Parse the whole output of `git log -z --format=LOG_FORMAT`; output that was cut off is a ToolFailed."""
    return tuple(parse_chunks((stream,)))


def parse_chunks(chunks: Iterable[bytes]) -> Iterator[Commit]:
    """Parse the output piece by piece as it comes, wherever it is cut into pieces."""
    rest = b""
    for chunk in chunks:
        fields = (rest + chunk).split(b"\0")
        whole = len(fields) - 1 - (len(fields) - 1) % FIELDS
        rest = b"\0".join(fields[whole:])
        names = fields[:whole:FIELDS]
        if not NAME_LENGTHS.issuperset(map(len, names)):
            raise _cut_off()
        parents, messages = fields[1:whole:FIELDS], fields[2:whole:FIELDS]
        marks = mark_messages(messages)
        for place, (name, above, message) in enumerate(zip(_words(names), _words(parents), messages, strict=True)):
            yield parse_commit(name, tuple(above.split()), message, marks.get(place, 0))
    if rest:
        raise _cut_off()


def _words(fields: Sequence[bytes]) -> list[str]:
    return b"\0".join(fields).decode("ascii").split("\0") if fields else []


def parse_names(stream: bytes) -> tuple[str, ...]:
    """Parse the whole output of `git log -z --format=NAME_FORMAT`."""
    *names, rest = stream.decode("ascii", "replace").split("\0")
    if rest or not NAME_LENGTHS.issuperset(map(len, names)):
        raise _cut_off()
    return tuple(names)


def _cut_off() -> ToolFailed:
    return ToolFailed(
        "The output of `git log` is cut off or not in the format that was asked for.",
        state="Nothing was changed.",
        todo="Run `git fsck`, then try again.",
    )
