"""Taking: dumps and trees become the artefacts of a backup that is not finished yet, and then its manifest.

Where it lies, and when it counts as finished, is not known here.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from release_tools.adapters.coded_file import CHUNK, SUFFIXES, coded_sink
from release_tools.adapters.file_tree import make_private, sync_directory
from release_tools.adapters.stored_backup import DIGEST, FOLDERS, MANIFEST, render_digest
from release_tools.adapters.tree_packing import Packed, pack_tree
from release_tools.domain.deploy.backup import Artefact, ArtefactKind, Coding, Manifest
from release_tools.domain.deploy.database import Contents
from release_tools.domain.deploy.manifest import render_manifest
from release_tools.errors import BackupFailed
from release_tools.ports.database import DatabaseWriter
from release_tools.record import record

_COMPRESSED = frozenset((".gz", ".zst", ".lz4", ".xz", ".bz2"))
_GLOBALS = "globals"
_MANY = 20


@record
class BackupTaking:
    """The unfinished backup in a directory of ours; encrypted to `recipients`, if there are any."""

    directory: Path
    recipients: tuple[str, ...] = ()

    def dump(self, name: str, database: DatabaseWriter) -> tuple[tuple[Artefact, ...], Contents]:
        """Dump a database; what the dump has compressed itself is not compressed again."""
        home = self._folder("database", name)
        make_private(home)
        dump = database.dump(home)
        written = [path for path in sorted(home.rglob("*")) if not path.is_symlink()]
        for path in written:
            path.chmod(0o700 if path.is_dir() else 0o600)
        files = [path for path in written if path.is_file()]
        if missing := set(dump.files) - {path.relative_to(home).as_posix() for path in files}:
            raise not_taken(f"The dump of {name} lacks {', '.join(sorted(missing))}")
        return tuple(self._keep_dumped(name, path) for path in files), dump.contents

    def pack(self, kind: ArtefactKind, subject: str, top: Path, *, quiesced: bool) -> tuple[Artefact, tuple[str, ...]]:
        """Archive a file or directory; return the artefact and what could not be proven of it."""
        coding = self._coding("zstd")
        path = self._folder(kind, f"{subject}.tar{_suffix(coding)}")
        make_private(path.parent)
        with coded_sink(path, coding, self.recipients) as (sink, file):
            packed = pack_tree(top, sink)
        _judge(subject, packed, quiesced=quiesced)
        artefact = Artefact(
            path=path.relative_to(self.directory).as_posix(),
            kind=kind,
            subject=subject,
            size=file.size,
            sha256=file.sha256,
            members=packed.members,
            listing=packed.listing,
            coding=coding,
        )
        changed = tuple(f"{what} while it was read" for what in packed.changed)
        return artefact, tuple(f"{subject}: {sentence}" for sentence in _shortened((*changed, *packed.dropped)))

    def copy(self, kind: ArtefactKind, subject: str, source: Path, name: str, coding: tuple[Coding, ...]) -> Artefact:
        """Take over a file that has a coding already; one without is compressed."""
        added = self._coding(*(() if coding else ("zstd",)))
        whole = (*coding, *added)
        path = self._folder(kind, f"{subject}/{name}{_suffix(whole)}")
        make_private(path.parent)
        with coded_sink(path, added, self.recipients) as (sink, file), source.open("rb") as content:
            while data := content.read(CHUNK):
                sink.write(data)
        where = path.relative_to(self.directory).as_posix()
        return Artefact(where, kind, subject, file.size, file.sha256, coding=whole)

    def write_manifest(self, manifest: Manifest) -> str:
        """Write the manifest, behind everything else; return its hash."""
        data = render_manifest(manifest)
        sha256 = hashlib.sha256(data).hexdigest()
        for folder in (path for path in sorted(self.directory.rglob("*")) if path.is_dir()):
            sync_directory(folder)
        for name, content in ((DIGEST, render_digest(sha256)), (MANIFEST, data)):
            with coded_sink(self.directory / name, (), ()) as (sink, _):
                sink.write(content)
        sync_directory(self.directory)
        return sha256

    def _keep_dumped(self, name: str, path: Path) -> Artefact:
        kind: ArtefactKind = "globals" if path.name.partition(".")[0] == _GLOBALS else "database"
        coding = self._coding(*(() if path.suffix in _COMPRESSED else ("zstd",)))
        file = _sealed(path) if not coding else self._code(path, coding)
        where = path.relative_to(self.directory).as_posix() + _suffix(coding)
        return Artefact(where, kind, name, file[0], file[1], coding=coding)

    def _code(self, path: Path, coding: Sequence[Coding]) -> tuple[int, str]:
        coded = path.with_name(path.name + _suffix(coding))
        with coded_sink(coded, coding, self.recipients) as (sink, file), path.open("rb") as content:
            while data := content.read(CHUNK):
                sink.write(data)
        path.unlink()
        return file.size, file.sha256

    def _coding(self, *first: Coding) -> tuple[Coding, ...]:
        return (*first, "age") if self.recipients else first

    def _folder(self, kind: ArtefactKind, name: str) -> Path:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise not_taken(f"{name!r} is no name for a part of a backup")
        return self.directory / FOLDERS[kind] / name


def not_taken(sentence: str, todo: str = "Mend that and repeat the command.") -> BackupFailed:
    """Return the error that says why there is no backup."""
    state = "Nothing of it counts as a backup; older backups and everything live are as they were."
    return BackupFailed(f"{sentence}.", state=state, todo=todo)


def _judge(subject: str, packed: Packed, *, quiesced: bool) -> None:
    if packed.refused:
        raise not_taken(
            f"{subject} holds what no restore would write: {'; '.join(_shortened(packed.refused))}",
            "Replace links that leave it by what they lead to, take such files and bits away, and repeat the command.",
        )
    if quiesced and packed.changed:
        raise not_taken(
            f"{subject} was written to while it was read: {'; '.join(_shortened(packed.changed))}",
            "Find who writes there although everything is stopped (fuser -v), end it, and repeat the command.",
        )


def _shortened(sentences: Sequence[str]) -> tuple[str, ...]:
    more = len(sentences) - _MANY
    return tuple(sentences[:_MANY]) + ((f"and {more} more",) if more > 0 else ())


def _suffix(coding: Sequence[Coding]) -> str:
    return "".join(SUFFIXES[layer] for layer in coding)


def _sealed(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
            size += len(data)
        os.fsync(file.fileno())
    return size, digest.hexdigest()
