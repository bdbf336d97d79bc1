"""The store: takes backups, brings their content back beside the live data, notes what was proven, removes them.

Which there are is `backup_shelf`'s business; what is in one, `backup_taking`'s and `stored_backup`'s.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from release_tools.adapters.age_stream import AgeFailed, parse_recipients
from release_tools.adapters.backup_shelf import BackupShelf, reading
from release_tools.adapters.backup_taking import BackupTaking, not_taken
from release_tools.adapters.file_tree import free_bytes, remove_tree, sync_directory, tree_size
from release_tools.adapters.foreign_backup import ForeignBackup, ForeignFile
from release_tools.adapters.stored_backup import StoredBackup
from release_tools.domain.deploy.backup import Artefact, ArtefactKind, Kept, Manifest, Purpose, last_verified
from release_tools.domain.deploy.database import Contents
from release_tools.errors import BackupFailed, PreconditionFailed, ReleaseToolsError, ToolFailed
from release_tools.ports.database import DatabaseWriter
from release_tools.record import record

_ONLY_HASHED = "it is encrypted and there is no identity here, so it was read back without decrypting it"


@record
class BackupStore:
    """Changes to the backups on a shelf."""

    shelf: BackupShelf
    environment: str

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
        """Take a backup and read it back; return its manifest and the manifest's SHA-256; else `BackupFailed`."""
        items: list[tuple[ArtefactKind, str, Path]] = [("directory", name, path) for name, path in directories.items()]
        items += [("configuration", path.name, path) for path in configuration]
        with self._fresh(backup, [subject for _, subject, _ in items]) as taking:
            artefacts: list[Artefact] = []
            contents: dict[str, Contents] = {}
            unproven: list[str] = []
            for name, database in databases.items():
                dumped, contents[name] = taking.dump(name, database)
                artefacts += dumped
            for kind, subject, path in items:
                artefact, sentences = taking.pack(kind, subject, path, quiesced=quiesced)
                artefacts.append(artefact)
                unproven += sentences
            manifest = Manifest(
                backup=backup,
                environment=self.environment,
                version=version,
                purpose=purpose,
                taken_at=taken_at,
                artefacts=tuple(artefacts),
                contents=contents,
                unproven=(*unproven, *self._blind()),
                recipients=tuple(self.shelf.recipients),
            )
            return manifest, self._finish(taking, manifest)

    def import_foreign(self, backup: str, files: Sequence[Path], /, *, taken_at: str) -> tuple[Manifest, str]:
        """Take over a hand-made backup as it is, read all of it, and say what is not proven."""
        with self._fresh(backup, [file.name for file in files]) as taking:
            foreign = ForeignBackup(taking=taking, identity=self.shelf.identity)
            taken = [foreign.take_over(file) for file in files]
            manifest = Manifest(
                backup=backup,
                environment=self.environment,
                version="",
                purpose="imported",
                taken_at=taken_at,
                artefacts=tuple(artefact for artefact, _ in taken),
                contents={},
                unproven=tuple(sentence for _, sentences in taken for sentence in sentences),
                recipients=tuple(self.shelf.recipients),
            )
            return manifest, self._finish(taking, manifest)

    def mark_verified(self, backup: str, at: str, /) -> None:
        """Note in the index that a backup was proven by a restore."""
        self._note(self.shelf.kept(backup)._replace(verified_at=at))

    def protect(self, backup: str, reason: str, /) -> None:
        """Keep a backup from being pruned; an empty reason lifts that."""
        self._note(self.shelf.kept(backup)._replace(protected=reason))

    def unpack_database(self, backup: str, database: str, directory: Path, /, *, sha256: str = "") -> None:
        """Write a database's dump into an empty directory, which is made where it is missing."""
        manifest = self.shelf.load(backup, sha256=sha256)
        with _unpacking(backup, directory):
            directory.mkdir(mode=0o700, exist_ok=True)
            if any(directory.iterdir()):
                raise _in_the_way(f"{directory} is not empty")
            self.shelf.stored(backup).unpack_dump(manifest, database, directory)

    def unpack_directory(self, backup: str, subject: str, target: Path, /, *, sha256: str = "") -> None:
        """Write a directory or configuration item to a path that is not there yet."""
        manifest = self.shelf.load(backup, sha256=sha256)
        with _unpacking(backup, target.parent):
            if target.is_symlink() or target.exists():
                raise _in_the_way(f"{target} is there already")
            self.shelf.stored(backup).unpack_item(manifest, subject, target)

    def remove(self, backup: str, /) -> None:
        """Remove a backup, or what an attempt at one left; refused for the last verified one."""
        directory, partial = self.shelf.place(backup), self.shelf.partial(backup)
        if backup == last_verified(self.shelf.all()):
            raise PreconditionFailed(
                f"{backup} is the last verified backup.",
                state="It is as it was.",
                todo="Prove a younger one first: `release-tools rehearse`.",
            )
        with reading(self.shelf.root):
            remove_tree(partial)
            if directory.exists():
                # Under its other name nobody takes what is half gone for a backup.
                directory.rename(partial)
                sync_directory(self.shelf.root)
                remove_tree(partial)
            self.shelf.index.forget(backup)

    @contextmanager
    def _fresh(self, backup: str, subjects: Sequence[str]) -> Iterator[BackupTaking]:
        directory, partial = self.shelf.place(backup), self.shelf.partial(backup)
        if directory.exists():
            raise not_taken(f"There is a backup {backup} already", "Repeat the command, which chooses another name.")
        if twice := sorted({one for one in subjects if subjects.count(one) > 1}):
            raise not_taken(f"Two parts of the backup are called {', '.join(twice)}", "Name one of them otherwise.")
        with _failing(backup, self.shelf.root):
            parse_recipients(self.shelf.recipients)
            remove_tree(partial)
            partial.mkdir(mode=0o700)
            try:
                yield BackupTaking(directory=partial, recipients=tuple(self.shelf.recipients))
            except BaseException:
                # A disk that lets nothing be removed must not hide why there is no backup.
                with suppress(OSError):
                    remove_tree(partial)
                raise

    def _finish(self, taking: BackupTaking, manifest: Manifest) -> str:
        sha256 = taking.write_manifest(manifest)
        stored = StoredBackup(backup=manifest.backup, directory=taking.directory, identity=self.shelf.identity)
        reread, _ = stored.load({"its writer": sha256})
        if faults := tuple(stored.faults(reread, decoded=not self._blind())):
            raise not_taken(f"The backup {manifest.backup} does not read back as written: {'; '.join(faults)}")
        # A record without a backup is nothing; a backup without a record would be one that nobody asked for.
        self._note(Kept(manifest.backup, manifest.taken_at, "", sha256, tree_size(taking.directory)))
        taking.directory.rename(self.shelf.place(manifest.backup))
        sync_directory(self.shelf.root)
        return sha256

    def _blind(self) -> tuple[str, ...]:
        return (_ONLY_HASHED,) if self.shelf.recipients and self.shelf.identity is None else ()

    def _note(self, kept: Kept) -> None:
        with reading(self.shelf.index.directory):
            self.shelf.index.write(kept)


@contextmanager
def _failing(backup: str, root: Path) -> Iterator[None]:
    try:
        yield
    except BackupFailed:
        raise
    except (AgeFailed, ForeignFile) as error:
        raise not_taken(f"The backup {backup} failed: {error}") from error
    except ToolFailed as error:
        raise not_taken(f"The backup {backup} failed: {error.failed.removesuffix('.')}", error.todo) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        free = f"{free_bytes(root) / 10**9:.1f} GB are free in {root}"
        raise not_taken(
            f"The backup {backup} failed: {error.strerror}{where}; {free}",
            "Make room there, or give us the right to read and write there, and repeat the command.",
        ) from error


@contextmanager
def _unpacking(backup: str, directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupFailed(
            f"The backup {backup} could not be unpacked in {directory}: {error.strerror};"
            f" {free_bytes(directory) / 10**9:.1f} GB are free there.",
            state="What was written is removed again; everything live is as it was.",
            todo="Make room there, or give us the right to write there, and repeat the command.",
        ) from error


def _in_the_way(sentence: str) -> ReleaseToolsError:
    return PreconditionFailed(
        f"{sentence}.", state="Nothing was written.", todo="Remove it, or name another place, and repeat the command."
    )
