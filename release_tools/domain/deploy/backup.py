"""Backups: the manifest that says what one holds, and the rule which of them are kept.

Reading and writing them is the store's business.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from release_tools.domain.deploy.database import Contents
from release_tools.record import record

ArtefactKind = Literal["database", "globals", "directory", "configuration"]
Coding = Literal["zstd", "gzip", "age"]
Purpose = Literal["live", "fallback", "manual", "imported", "salvage"]


class Artefact(NamedTuple):
    """One file of a backup, as it lies on disk: compressed, perhaps encrypted."""

    path: str
    kind: ArtefactKind
    subject: str
    """The database, directory or configuration item that it came from."""
    size: int
    """Bytes on disk."""
    sha256: str
    """Of the bytes on disk."""
    members: int = 0
    """Archives: how many members it has."""
    listing: str = ""
    """Archives: SHA-256 of the canonical list of members: path, type, mode, size, hash."""
    coding: tuple[Coding, ...] = ()
    """What was done to its content, first to last: compressed, encrypted."""


@record
class Manifest:
    """What a backup holds; the manifest's own SHA-256 stands in the journal of the run that made it."""

    backup: str
    """Identifier: UTC time, environment, version, purpose and six hex digits, joined by hyphens; sorts by time."""
    environment: str
    version: str
    """The version that served when it was taken; empty: none was known."""
    purpose: Purpose
    taken_at: str
    """ISO 8601, UTC."""
    artefacts: tuple[Artefact, ...]
    contents: Mapping[str, Contents]
    """Database to what it held in the snapshot that was dumped."""
    unproven: tuple[str, ...] = ()
    """Sentences on what could not be proven: of an import, or of files that changed while they were read."""
    recipients: tuple[str, ...] = ()
    """The age recipients that it is encrypted to; empty: it is not."""


class Kept(NamedTuple):
    """A backup as the index knows it."""

    backup: str
    taken_at: str
    verified_at: str
    """ISO 8601, UTC; empty: never verified."""
    manifest_sha256: str
    size: int
    """Bytes on disk."""
    protected: str = ""
    """Why it must not be pruned, such as an unfinished run; empty: nothing protects it."""


@record
class Generations:
    """How many days, weeks and months keep one backup each, beside the youngest ones."""

    last: int = 6
    """The youngest ones, which are kept in any case: those of the last deploys."""
    daily: int = 7
    weekly: int = 4
    monthly: int = 6


def last_verified(kept: Iterable[Kept]) -> str:
    """Return the youngest backup that was proven by a restore, which nothing removes; empty where there is none."""
    verified = [(one.taken_at, one.backup) for one in kept if one.verified_at]
    return max(verified, default=("", ""))[1]


def prunable(kept: tuple[Kept, ...], generations: Generations) -> tuple[str, ...]:
    """Return the backups that no generation keeps, oldest first; never the last verified one, never a protected one."""
    ordered = sorted(kept, key=lambda one: (one.taken_at, one.backup), reverse=True)
    chosen = {one.backup for one in ordered if one.protected} | {last_verified(kept)}
    chosen |= {one.backup for one in ordered[: generations.last]}
    for count, period in _periods(generations):
        newest: dict[str, str] = {}
        for one in ordered:
            newest.setdefault(period(one.taken_at), one.backup)
        chosen |= set(list(newest.values())[:count])
    return tuple(one.backup for one in reversed(ordered) if one.backup not in chosen)


def _periods(generations: Generations) -> tuple[tuple[int, Callable[[str], str]], ...]:
    return (
        (generations.daily, lambda at: at[:10]),
        (generations.weekly, lambda at: "{}-{}".format(*date.fromisoformat(at[:10]).isocalendar())),
        (generations.monthly, lambda at: at[:7]),
    )
