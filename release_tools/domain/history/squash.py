"""A squash is one commit whose body lists the commits of a whole branch, as forges and `git merge --squash` write them.

Whether the list counts as one entry or as several is decided in `entries`.
"""

from collections.abc import Container, Sequence

from release_tools.domain.history.commit import NO_FOOTER, Commit, parse_commit
from release_tools.domain.history.marks import LISTS

BULLET = b"* "
INDENT = b"    "
GIT_HEADER = b"Squashed commit of the following:"
FEWEST = 2
"""Bullets that look like commits; a single one is prose."""


def split_squash(commit: Commit, *, released: Container[str] = ()) -> tuple[Commit, ...] | None:
    """Return the commits that the body lists, without the released ones; None when this is no squash.

    `released` holds names and subjects: a squashed back-merge lists what is released already.
    """
    if not may_be_squash(commit):
        return None
    listed = _listed_by_git(commit.message) if GIT_HEADER in commit.message else _listed_by_forge(commit.message)
    if listed is None:
        return None
    parsed = [(name, parse_commit(commit.sha, (), message)) for name, message in listed]
    return tuple(part for name, part in parsed if part.type and not _is_known(name, part, released))


def may_be_squash(commit: Commit) -> bool:
    """Return whether a message holds what every squash holds; most hold neither."""
    return bool(commit.marks & LISTS) and (b"\n* " in commit.message or GIT_HEADER in commit.message)


def _is_known(name: str, part: Commit, released: Container[str]) -> bool:
    return name in released or part.subject in released


def _listed_by_git(message: bytes) -> list[tuple[str, bytes]]:
    """Return name and message of every `commit <name>` block; its message is indented by four blanks."""
    found: list[tuple[str, list[bytes]]] = []
    for line in message.split(b"\n"):
        if line.startswith(b"commit "):
            found.append((line[7:].split(b" ")[0].decode("ascii", "replace"), []))
        elif found and (line.startswith(INDENT) or not line):
            found[-1][1].append(line[len(INDENT) :])
    return [(name, b"\n".join(lines).strip()) for name, lines in found]


def _listed_by_forge(message: bytes) -> list[tuple[str, bytes]] | None:
    """Return the message of every bullet that reads like a commit; footers go to the bullet above them."""
    parts: list[list[bytes]] = []
    for line in message.split(b"\n")[1:]:
        if line.startswith(BULLET) and _is_header(line[len(BULLET) :]):
            parts.append([line[len(BULLET) :], b""])
        elif parts:
            parts[-1].append(line.removeprefix(BULLET).lstrip(b" "))
    return [("", b"\n".join(part)) for part in parts] if len(parts) >= FEWEST else None


def _is_header(line: bytes) -> bool:
    """Return whether a line reads like a commit; parsing only what may takes a tenth of the time."""
    return (b": " in line or b'Revert "' in line) and bool(parse_commit("", (), line).type)


def join_squash(commit: Commit, parts: Sequence[Commit]) -> Commit:
    """Return the squash as one commit that covers the types of its parts and breaks what they break."""
    texts = dict.fromkeys(part.breaking for part in (commit, *parts) if part.breaking is not None)
    return commit._replace(
        breaking="; ".join(texts) if texts else None,
        covers=tuple(dict.fromkeys(part.type for part in parts)),
        warnings=tuple(warning for warning in commit.warnings if not (texts and warning == NO_FOOTER)),
    )
