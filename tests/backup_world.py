"""The stores of backups that tests look at, real and fake, and what is backed up: a small platform with a database.

No test is here.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.backups import FakeBackups

from release_tools.adapters.backup_index import BackupIndex
from release_tools.adapters.backup_shelf import BackupShelf
from release_tools.adapters.backup_store import BackupStore
from release_tools.domain.deploy.backup import Manifest
from release_tools.domain.deploy.database import Contents, Dump, SequenceValue, TableCount
from release_tools.errors import ToolFailed
from release_tools.ports.backups import BackupReader, BackupWriter

CONTENTS = Contents(
    schema="5c" * 32,
    tables=(TableCount("public.notes", 3, "ab" * 32), TableCount("public.users", 2)),
    sequences=(SequenceValue("public.notes_id_seq", 3), SequenceValue("public.users_id_seq", None)),
    roles=("app",),
)
DUMP = {
    "toc.dat": b"toc" * 1000,
    "3001.dat.gz": b"\x1f\x8bpacked",
    "blobs/1.dat": b"",
    "globals.sql": b"CREATE ROLE app;",
}
AT = "2026-03-01T12:00:00Z"


@dataclass(kw_only=True)
class DumpedDatabase:
    """The part of `DatabaseWriter` that a backup uses: it writes given files, or fails half way."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(DUMP))
    fails: bool = False
    contents: Contents = CONTENTS

    def dump(self, directory: Path, /, *, jobs: int = 2, timeout: float = 3600.0) -> Dump:
        """Write the files, as a dumping program does with the mode that it likes."""
        for name, data in self.files.items():
            path = directory / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o644)
        if self.fails:
            raise ToolFailed(
                "main at localhost cannot be dumped: table public.users may not be read.", todo="Grant it."
            )
        return Dump(files=tuple(sorted(self.files)), contents=self.contents, method="test")


@dataclass(frozen=True, kw_only=True)
class Store:
    """A store with a platform beside it, and how to break it."""

    reader: BackupReader
    writer: BackupWriter
    platform: Path
    root: Path
    """Where the real one lies."""
    damage: Callable[[str], object]
    leave: Callable[[str], object]
    """Leaves what a killed attempt at a backup leaves."""

    def take(self, backup: str = "b1", **changed: Any) -> tuple[Manifest, str]:
        """Take a backup of everything, with the arguments changed that are named."""
        return self.writer.take(backup, **(self._everything() | changed))

    def _everything(self) -> dict[str, Any]:
        return {
            "purpose": "live",
            "version": "1.0.0",
            "taken_at": AT,
            "databases": {"main": DumpedDatabase()},
            "directories": {"files": self.platform / "files"},
            "configuration": [self.platform / "production.env", self.platform / "ssl"],
            "quiesced": True,
        }


def make_platform(home: Path) -> Path:
    """Write a directory with an odd tree, and configuration."""
    files = home / "files"
    (files / "closed").mkdir(parents=True)
    (files / "a.txt").write_text("a" * 5000)
    (files / "a.txt").chmod(0o640)
    os.link(files / "a.txt", files / "same.txt")
    (files / "closed" / "bin").write_bytes(os.urandom(20_000))
    (files / "current").symlink_to("closed/bin")
    (files / "empty").mkdir(mode=0o750)
    (files / "no\udcff name").write_bytes(b"")
    os.utime(files / "a.txt", ns=(1, 1_700_000_000_123_456_789))
    (files / "closed").chmod(0o500)
    (home / "production.env").write_text("SECRET=1\n")
    (home / "production.env").chmod(0o600)
    (home / "ssl").mkdir(mode=0o700)
    (home / "ssl" / "key.pem").write_text("key\n")
    return home


def make_real(home: Path, **options: Any) -> Store:
    """Make a store on disk, with a platform beside it."""
    (home / "backups").mkdir(mode=0o700, parents=True)
    make_platform(home / "platform")
    return make_store(home, **options)


def make_store(home: Path, **options: Any) -> Store:
    """Return the store on disk that was made before."""
    mounts = home / "mounts"
    mounts.write_text("1 0 8:1 / / rw - ext4 /dev/sda rw\n")
    index = BackupIndex(directory=home / "state" / "backups")
    shelf = BackupShelf(root=home / "backups", index=index, **({"mounts": mounts} | options))

    def damage(backup: str) -> None:
        path = next((shelf.root / backup).glob("directories/*"))
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    def leave(backup: str) -> None:
        dump = shelf.partial(backup) / "databases" / "main"
        dump.mkdir(parents=True)
        (dump / "toc.dat").write_bytes(b"in the clear")

    writer = BackupStore(shelf=shelf, environment="production")
    places = {"platform": home / "platform", "root": shelf.root}
    return Store(reader=shelf, writer=writer, damage=damage, leave=leave, **places)


def make_fake(home: Path) -> Store:
    """Return the store in memory."""
    fake = FakeBackups()
    return Store(
        reader=fake,
        writer=fake,
        platform=make_platform(home / "platform"),
        root=home,
        damage=fake.damage,
        leave=fake.left.add,
    )
