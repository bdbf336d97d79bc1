"""The port to the store of backups: take, list, verify, bring back beside the live data.

A backup is a directory of artefacts and a manifest that comes last; without a manifest it is no backup.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from release_tools.domain.deploy.backup import Kept, Manifest, Purpose
from release_tools.ports.database import DatabaseWriter


class BackupReader(Protocol):
    """Questions to the store; every method may raise `ToolFailed`, `verify` and `load` also `BackupRefused`."""

    def all(self) -> tuple[Kept, ...]:
        """Return the finished backups, oldest first."""
        ...

    def leftovers(self) -> tuple[str, ...]:
        """Return the backups that were begun, or removed, and not finished; what lies there may not be encrypted."""
        ...

    def load(self, backup: str, /, *, sha256: str = "") -> Manifest:
        """Return a backup's manifest; with `sha256`, the journal's copy of its hash, only if it is that very one."""
        ...

    def verify(self, backup: str, /, *, sha256: str = "") -> Manifest:
        """Read every byte: hashes, decryption, decompression, every archive member against its listing.

        Returns the manifest, or raises `BackupRefused` with everything that is wrong.
        """
        ...

    def free(self) -> int:
        """Return the bytes free where backups are kept."""
        ...

    def faults(self) -> tuple[str, ...]:
        """Return what makes the store unfit: missing, writable by others, on a file system that forgets."""
        ...


class BackupWriter(Protocol):
    """Changes to the store; each may be repeated, and leaves nothing that could be taken for a finished backup."""

    def take(
        self,
        backup: str,
        /,
        *,
        purpose: Purpose,
        version: str,
        taken_at: str,
        databases: Mapping[str, DatabaseWriter],
        directories: Mapping[str, Path],
        configuration: Sequence[Path],
        quiesced: bool,
    ) -> tuple[Manifest, str]:
        """Take a backup and read it back; return its manifest and the manifest's SHA-256; else `BackupFailed`.

        An identifier that has a finished backup is refused. What earlier attempts of this environment left is removed.
        `quiesced`: writers are stopped, so a file that changes while it is read is a failure, not a warning.
        """
        ...

    def mark_verified(self, backup: str, at: str, /) -> None:
        """Note in the index that a backup was proven by a restore."""
        ...

    def unpack_database(self, backup: str, database: str, directory: Path, /, *, sha256: str = "") -> None:
        """Write a database's dump, as `DatabaseWriter.dump` wrote it, into an empty directory; verified while read.

        `sha256` is the journal's copy of the manifest's hash, here and below.
        """
        ...

    def unpack_directory(self, backup: str, subject: str, target: Path, /, *, sha256: str = "") -> None:
        """Write a directory or configuration item beside the live one, at a path that is not there yet.

        A configuration item's subject is the last part of its path. Members that would leave the target, devices
        and setuid bits are refused before anything is written; `BackupRefused` leaves nothing at the target.
        """
        ...

    def import_foreign(self, backup: str, files: Sequence[Path], /, *, taken_at: str) -> tuple[Manifest, str]:
        """Take over a hand-made backup (`pg_dumpall` file, `volumes.tar.gz`); the manifest says what is not proven."""
        ...

    def remove(self, backup: str, /) -> None:
        """Remove a backup, or what an attempt at one left; refused for the last verified one."""
        ...

    def protect(self, backup: str, reason: str, /) -> None:
        """Keep a backup from being pruned; an empty reason lifts that."""
        ...
