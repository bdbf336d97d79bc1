"""Refs and what stands around them in a repository: names, objects, worktrees, identities.

Values only; reading and writing them is the git adapters' work.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from release_tools.record import record

HEADS = "refs/heads/"
TAGS = "refs/tags/"
REMOTES = "refs/remotes/"

ABSENT = ""
"""The object name that stands for “there is no such ref”."""


class RefUpdate(NamedTuple):
    """A compare-and-swap of one ref: full name, expected object, new object; `ABSENT` on either side."""

    name: str
    old: str
    new: str

    @property
    def short(self) -> str:
        """Return the name without its namespace."""
        return self.name.removeprefix(HEADS).removeprefix(TAGS)


@record
class Tag:
    """A tag: the object its ref names and the commit behind it."""

    name: str
    object: str
    commit: str


@record
class Refs:
    """Branches (short name to commit) and tags (short name to tag) of one side."""

    branches: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, Tag] = field(default_factory=dict)


PEELED = "^{}"
"""Behind a tag's name: the object that it leads to, however deep."""


def parse_refs(rows: Mapping[str, str]) -> Refs:
    """Return the branches and tags of full ref names with their objects, as `git ls-remote` tells them."""
    names = [name for name in rows if name.startswith(TAGS) and not name.endswith(PEELED)]
    tags = (
        Tag(name=name.removeprefix(TAGS), object=rows[name], commit=rows.get(name + PEELED, rows[name]))
        for name in names
    )
    return Refs(
        branches={name.removeprefix(HEADS): sha for name, sha in rows.items() if name.startswith(HEADS)},
        tags={tag.name: tag for tag in tags},
    )


def parse_listing(text: str) -> dict[str, str]:
    """Return the full ref names with their objects that `git ls-remote` prints."""
    return {name: sha for sha, name in (line.split("\t") for line in text.split("\n") if line)}


@record
class Worktree:
    """A working tree of the repository: its path and the branch checked out there, None while detached."""

    path: str
    branch: str | None
    head: str
    gone: bool = False
    """Whether its directory has vanished; git keeps the branch taken until `git worktree prune`."""


@record
class WorktreeStatus:
    """What `git status` says of tracked files, as paths from the top."""

    changed: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()


@record
class Signature:
    """Who makes a commit or tag, and when: seconds since the epoch and the offset as git writes it."""

    name: str
    email: str
    epoch: int
    offset: str

    @property
    def stamp(self) -> str:
        """Return the date as git's environment variables take it."""
        return f"{self.epoch} {self.offset}"

    @property
    def line(self) -> str:
        """Return the signature as it stands in a git object."""
        return f"{self.name} <{self.email}> {self.stamp}"


def parse_signature(line: str) -> Signature:
    """Parse who and when, as git writes it in objects and in `git var`."""
    who, epoch, offset = line.rsplit(" ", 2)
    name, _, email = who.partition(" <")
    return Signature(name=name, email=email.removesuffix(">"), epoch=int(epoch), offset=offset)


@record
class Blob:
    """A file in a commit: its git mode and its bytes."""

    mode: str
    data: bytes


@record
class Merge:
    """The forecast of a merge: the tree git would make, and the paths on which it would stop."""

    tree: str
    conflicts: tuple[str, ...] = ()
