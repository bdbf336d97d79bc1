"""The steps that take backups, prove them by a restore, and bring data back from them.

What is restored lies beside the live data until a step of `copies` swaps it in.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from release_tools.deploy.world import World
from release_tools.domain.deploy.backup import Manifest, Purpose
from release_tools.domain.deploy.database import contents_differences
from release_tools.engine.step import DONE, PENDING, Reality
from release_tools.errors import BackupRefused, ToolFailed
from release_tools.record import record


@record
class TakeBackup:
    """Take a backup under the name it was given at plan time, and read it back."""

    kind: ClassVar[str] = "take-backup"
    backup: str
    purpose: Purpose
    version: str
    taken_at: str
    databases: tuple[str, ...]
    directories: tuple[tuple[str, str], ...]
    """Name, and path below the home."""
    configuration: tuple[str, ...]
    """Paths below the home."""
    quiesced: bool

    def title(self) -> str:
        """Return one line for the plan."""
        parts = (*self.databases, *(name for name, _ in self.directories), *self.configuration)
        return f"back up {', '.join(parts)} as {self.backup}"

    def probe(self, world: World) -> Reality:
        """Look for a finished backup of that name; what an attempt left is no backup."""
        return DONE if any(one.backup == self.backup for one in world.backups.all()) else PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Take it; the facts say what the journal must remember of it."""
        begun = world.clock.monotonic()
        manifest, sha256 = world.store.take(
            self.backup,
            purpose=self.purpose,
            version=self.version,
            taken_at=self.taken_at,
            databases={name: world.databases[name] for name in self.databases},
            directories={name: world.home / path for name, path in self.directories},
            configuration=tuple(world.home / path for path in self.configuration),
            quiesced=self.quiesced,
        )
        return {
            "backup" if self.purpose != "fallback" else "fallback_backup": {
                "id": self.backup,
                "manifest_sha256": sha256,
                "size": sum(artefact.size for artefact in manifest.artefacts),
                "seconds": world.clock.monotonic() - begun,
            }
        }


@record
class ProveBackup:
    """Restore a backup's databases into copies beside the live ones and compare; begins anew when entered again."""

    kind: ClassVar[str] = "prove-backup"
    backup: str
    manifest_sha256: str
    """The journal's copy of its hash; empty: the backup is taken by the same plan."""
    copies: tuple[tuple[str, str], ...]
    """Database, and what its copy is called."""
    directories: tuple[tuple[str, str], ...]
    """Name, and path below the home."""
    jobs: int

    def title(self) -> str:
        """Return one line for the plan."""
        return f"prove {self.backup} by restoring it"

    def probe(self, world: World) -> Reality:
        """Nothing tells whether a copy is a whole one: a proof that was cut off is made again."""
        return PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Read every byte, restore, compare rows, sequences, roles and schema with the manifest."""
        begun = world.clock.monotonic()
        manifest = world.backups.verify(self.backup, sha256=self.manifest_sha256)
        for database, copy in self.copies:
            restore_copy(world, manifest, self.manifest_sha256, database, copy, jobs=self.jobs)
        home = world.scratch / "home"
        world.host.make_directory(home)
        for subject, path in self.directories:
            target = home / path
            world.store.unpack_directory(self.backup, subject, target, sha256=self.manifest_sha256)
        world.store.mark_verified(self.backup, world.clock.now())
        return {"proven": {"id": self.backup, "seconds": world.clock.monotonic() - begun}}


@record
class RestoreCopy:
    """Make a database beside the live one from a backup, and compare it with the manifest."""

    kind: ClassVar[str] = "restore-copy"
    backup: str
    manifest_sha256: str
    database: str
    copy: str
    jobs: int

    def title(self) -> str:
        """Return one line for the plan."""
        return f"restore {self.database} from {self.backup} as {self.copy}"

    def probe(self, world: World) -> Reality:
        """Look whether a copy is there that holds what the manifest says."""
        database = world.databases[self.database]
        if self.copy not in database.names(self.copy):
            return PENDING
        expected = world.backups.load(self.backup, sha256=self.manifest_sha256).contents[self.database]
        try:
            return PENDING if any(contents_differences(expected, database.contents(self.copy))) else DONE
        except ToolFailed:
            return PENDING  # a copy that cannot be read is no copy

    def apply(self, world: World) -> None:
        """Restore and compare; a difference is a failure."""
        manifest = world.backups.verify(self.backup, sha256=self.manifest_sha256)
        restore_copy(world, manifest, self.manifest_sha256, self.database, self.copy, jobs=self.jobs)


@record
class RestoreDirectory:
    """Unpack a directory or configuration item of a backup beside the live one."""

    kind: ClassVar[str] = "restore-directory"
    backup: str
    manifest_sha256: str
    subject: str
    target: str
    """Absolute path beside the live one."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"unpack {self.subject} from {self.backup} beside the live one"

    def probe(self, world: World) -> Reality:
        """Unpacking ends with a rename, so what is there is whole."""
        return DONE if world.host.exists(Path(self.target)) else PENDING

    def apply(self, world: World) -> None:
        """Unpack it, verified while it is read."""
        world.store.unpack_directory(self.backup, self.subject, Path(self.target), sha256=self.manifest_sha256)


def restore_copy(world: World, manifest: Manifest, sha256: str, database: str, copy: str, *, jobs: int) -> None:
    """Make the database `copy` from a backup's dump, in place of what an earlier attempt left, and compare it.

    `BackupRefused` where it does not hold, row by row, what the manifest says; the copy is then removed again.
    """
    dump, there = world.scratch / "dumps" / database, world.databases[database]
    world.host.make_directory(dump)
    world.store.unpack_database(manifest.backup, database, dump, sha256=sha256)
    there.drop(copy)
    there.restore(dump, copy, jobs=jobs)
    world.host.remove(dump)
    found = tuple(contents_differences(manifest.contents[database], there.contents(copy, hashed=True)))
    if found:
        there.drop(copy)
        raise BackupRefused(f"What was restored of {database} is not what was backed up: {'; '.join(found)}.")
