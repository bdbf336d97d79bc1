"""The shelf: the finished backups of one environment, a directory for each, looked up, loaded and verified.

Nothing is changed here; `backup_store` does that.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from release_tools.adapters.age_stream import AgeFailed, load_identities, parse_recipients
from release_tools.adapters.backup_index import BackupIndex
from release_tools.adapters.file_tree import free_bytes, tree_size
from release_tools.adapters.store_place import MOUNTS, place_faults
from release_tools.adapters.stored_backup import MANIFEST, StoredBackup, refused
from release_tools.domain.deploy.backup import Kept, Manifest
from release_tools.errors import BackupRefused, ToolFailed
from release_tools.record import record

PARTIAL = ".partial"
"""How the directory of a backup ends that is not finished, or half removed."""


@record
class BackupShelf:
    """The backups below `root`; `index` lies in the state directory, `identity` decrypts."""

    root: Path
    index: BackupIndex
    recipients: Sequence[str] = ()
    identity: Path | None = None
    mounts: Path = MOUNTS

    def all(self) -> tuple[Kept, ...]:
        """Return the finished backups, oldest first; one that the index does not know counts as never verified."""
        with reading(self.root):
            found = [kept for name in self._names() if (kept := self._kept(name)) is not None]
        return tuple(sorted(found, key=lambda kept: (kept.taken_at, kept.backup)))

    def load(self, backup: str, /, *, sha256: str = "") -> Manifest:
        """Return a backup's manifest; `BackupRefused` where any copy of its hash says that it is another one."""
        with reading(self.root):
            known = self.index.find(backup)
            copies = {"the index": known.manifest_sha256} if known else {}
            return self.stored(backup).load(copies | ({"the journal": sha256} if sha256 else {}))[0]

    def verify(self, backup: str, /, *, sha256: str = "") -> Manifest:
        """Read every byte of a backup; `BackupRefused` names everything that is wrong."""
        manifest = self.load(backup, sha256=sha256)
        if faults := tuple(self.stored(backup).faults(manifest)):
            raise refused(backup, faults)
        return manifest

    def free(self) -> int:
        """Return the bytes free where backups are kept."""
        with reading(self.root):
            return free_bytes(self.root)

    def faults(self) -> tuple[str, ...]:
        """Return what makes the store unfit, each with what mends it: the place, the keys, backups without a record."""
        return (*place_faults(self.root, self.mounts), *self._key_faults(), *self._unreadable())

    def stored(self, backup: str) -> StoredBackup:
        """Return a finished backup's directory; `BackupRefused` where there is none."""
        directory = self.place(backup)
        if not directory.is_dir():
            raise refused(backup, ("there is no such backup",))
        return StoredBackup(backup=backup, directory=directory, identity=self.identity)

    def kept(self, backup: str) -> Kept:
        """Return a finished backup's record; `BackupRefused` where there is none."""
        directory = self.stored(backup)
        known = self._kept(backup)
        if known is None:
            directory.load({})
            raise refused(backup, ("there is no such backup",))
        return known

    def place(self, backup: str) -> Path:
        """Return where a backup lies once it is finished; `BackupRefused` for what cannot name one."""
        if not backup or "/" in backup or backup.startswith(".") or backup.endswith(PARTIAL):
            raise refused(backup, ("that names no backup",))
        return self.root / backup

    def partial(self, backup: str) -> Path:
        """Return where it lies until then."""
        return self.place(backup).with_name(backup + PARTIAL)

    def _names(self) -> list[str]:
        # A root that is not there holds no backups; that it is missing is a fault, and told as one.
        entries = self.root.iterdir() if self.root.is_dir() else ()
        return sorted(one.name for one in entries if one.suffix != PARTIAL and (one / MANIFEST).is_file())

    def _kept(self, backup: str) -> Kept | None:
        if known := self.index.find(backup):
            return known
        stored = StoredBackup(backup=backup, directory=self.root / backup)
        try:
            manifest, sha256 = stored.load({})
        except BackupRefused:
            return None
        return Kept(backup, manifest.taken_at, "", sha256, tree_size(stored.directory))

    def _unreadable(self) -> Iterator[str]:
        for name in self._names():
            if self._kept(name) is None:
                yield f"the backup {name} is damaged and not in the index; look at it, and remove {self.root / name}"

    def _key_faults(self) -> Iterator[str]:
        where = "; set it right in the host file, `backup."
        try:
            parse_recipients(self.recipients)
        except AgeFailed as error:
            yield f"{error}{where}recipients`"
        try:
            load_identities(self.identity) if self.identity else None
        except AgeFailed as error:
            yield f"{error}{where}identity`"


@contextmanager
def reading(root: Path) -> Iterator[None]:
    """Turn what the disk says into an error that names the place."""
    try:
        yield
    except OSError as error:
        raise ToolFailed(
            f"The backups in {root} cannot be reached: {error.strerror} ({error.filename}).",
            state="Nothing was changed.",
            todo="Mount the disk, or name another directory in the host file, and repeat the command.",
        ) from error
