"""A store of backups in memory: trees and dumps are kept as bytes, and can be damaged on purpose."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from release_tools.domain.deploy.backup import Artefact, Kept, Manifest, Purpose, environment_of, last_verified
from release_tools.domain.deploy.database import Contents
from release_tools.domain.deploy.manifest import render_manifest
from release_tools.errors import BackupFailed, BackupRefused, PreconditionFailed, ToolFailed
from release_tools.ports.database import DatabaseWriter

Tree = dict[str, tuple[int, bytes | str | None]]
"""Relative path to mode and content: bytes of a file, target of a link, None for a directory; `.` is the top."""


@dataclass(kw_only=True)
class _Stored:
    manifest: Manifest
    kept: Kept
    items: dict[tuple[str, str], Tree]
    damaged: bool = False


@dataclass(kw_only=True)
class FakeBackups:
    """`BackupReader` and `BackupWriter`; `full` makes every attempt fail as a full disk does."""

    environment: str = "production"
    full: bool = False
    free_bytes: int = 10**12
    wrong: tuple[str, ...] = ()
    """What `faults` returns."""
    left: set[str] = field(default_factory=set)
    """Backups that were begun and not finished."""
    stored: dict[str, _Stored] = field(default_factory=dict)

    def all(self) -> tuple[Kept, ...]:
        """Return the finished backups, oldest first."""
        return tuple(sorted((one.kept for one in self.stored.values()), key=lambda kept: (kept.taken_at, kept.backup)))

    def leftovers(self) -> tuple[str, ...]:
        """Return `left`."""
        return tuple(sorted(self.left))

    def load(self, backup: str, /, *, sha256: str = "") -> Manifest:
        """Return the manifest."""
        stored = self._find(backup)
        if sha256 and sha256 != stored.kept.manifest_sha256:
            raise _refused(f"The manifest of {backup} is not the one that the journal knows")
        return stored.manifest

    def verify(self, backup: str, /, *, sha256: str = "") -> Manifest:
        """Refuse a backup that was damaged."""
        manifest = self.load(backup, sha256=sha256)
        if self.stored[backup].damaged:
            raise _refused(f"{backup} is damaged")
        return manifest

    def free(self) -> int:
        """Return `free_bytes`."""
        return self.free_bytes

    def faults(self) -> tuple[str, ...]:
        """Return `wrong`."""
        return self.wrong

    def damage(self, backup: str) -> None:
        """Let every reading of the backup's artefacts fail from now on."""
        self.stored[backup].damaged = True

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
        """Keep the bytes of everything."""
        if self.full or backup in self.stored:
            raise BackupFailed(f"The backup {backup} failed.", state="No backup was made.", todo="Make room.")
        self.left = {one for one in self.left if environment_of(one) != self.environment}
        items: dict[tuple[str, str], Tree] = {}
        contents: dict[str, Contents] = {}
        for name, database in databases.items():
            items["database", name], contents[name] = _dump(database)
        try:
            items |= {("directory", name): _read(path) for name, path in directories.items()}
            items |= {("configuration", path.name): _read(path) for path in configuration}
        except OSError as error:
            raise BackupFailed(
                f"{error.filename} cannot be read.", state="No backup was made.", todo="Look."
            ) from error
        manifest = Manifest(
            backup=backup,
            environment=self.environment,
            version=version,
            purpose=purpose,
            taken_at=taken_at,
            artefacts=tuple(_artefacts(items)),
            contents=contents,
        )
        return self._keep(manifest, items)

    def mark_verified(self, backup: str, at: str, /) -> None:
        """Note that a backup was proven."""
        stored = self._find(backup)
        stored.kept = stored.kept._replace(verified_at=at)

    def unpack_database(self, backup: str, database: str, directory: Path, /, *, sha256: str = "") -> None:
        """Write the dump's files."""
        tree = self._item(backup, ("database",), database, sha256)
        if any(directory.iterdir()):
            raise PreconditionFailed(f"{directory} is not empty.", state="Nothing was written.", todo="Empty it.")
        _write(tree, directory)

    def unpack_directory(self, backup: str, subject: str, target: Path, /, *, sha256: str = "") -> None:
        """Write the tree or file."""
        tree = self._item(backup, ("directory", "configuration"), subject, sha256)
        if os.path.lexists(target):
            raise PreconditionFailed(f"{target} is there already.", state="Nothing was written.", todo="Remove it.")
        _write(tree, target)

    def import_foreign(self, backup: str, files: Sequence[Path], /, *, taken_at: str) -> tuple[Manifest, str]:
        """Keep the files as they are."""
        items = {("database" if ".sql" in path.name else "directory", path.name): _read(path) for path in files}
        manifest = Manifest(
            backup=backup,
            environment=self.environment,
            version="",
            purpose="imported",
            taken_at=taken_at,
            artefacts=tuple(_artefacts(items)),
            contents={},
            unproven=tuple(f"{path.name}: nothing says that it is whole" for path in files),
        )
        return self._keep(manifest, items)

    def remove(self, backup: str, /) -> None:
        """Forget a backup."""
        if backup and backup == last_verified(self.all()):
            raise PreconditionFailed(
                f"{backup} is the last verified backup.", state="It is as it was.", todo="Verify a younger one first."
            )
        self.left.discard(backup)
        self.stored.pop(backup, None)

    def protect(self, backup: str, reason: str, /) -> None:
        """Note why it is kept."""
        stored = self._find(backup)
        stored.kept = stored.kept._replace(protected=reason)

    def _find(self, backup: str) -> _Stored:
        if backup not in self.stored:
            raise _refused(f"There is no backup {backup}")
        return self.stored[backup]

    def _item(self, backup: str, kinds: tuple[str, ...], subject: str, sha256: str) -> Tree:
        self.verify(backup, sha256=sha256)
        items = self.stored[backup].items
        found = next((items[kind, subject] for kind in kinds if (kind, subject) in items), None)
        if found is None:
            raise _refused(f"{backup} has no {kinds[0]} {subject}")
        return found

    def _keep(self, manifest: Manifest, items: dict[tuple[str, str], Tree]) -> tuple[Manifest, str]:
        sha256 = hashlib.sha256(render_manifest(manifest)).hexdigest()
        size = sum(one.size for one in manifest.artefacts)
        kept = Kept(manifest.backup, manifest.taken_at, "", sha256, size)
        self.stored[manifest.backup] = _Stored(manifest=replace(manifest), kept=kept, items=items)
        return manifest, sha256


def _refused(sentence: str) -> BackupRefused:
    return BackupRefused(f"{sentence}.", state="Nothing was written.", todo="Choose another backup.")


def _dump(database: DatabaseWriter) -> tuple[Tree, Contents]:
    with tempfile.TemporaryDirectory(prefix="fake-dump-") as directory:
        try:
            dump = database.dump(Path(directory))
        except ToolFailed as error:
            raise BackupFailed(error.failed, state="No backup was made.", todo=error.todo) from error
        return _read(Path(directory)), dump.contents


def _artefacts(items: Mapping[tuple[str, str], Tree]) -> list[Artefact]:
    sizes = {key: sum(len(one) for _, one in tree.values() if isinstance(one, bytes)) for key, tree in items.items()}
    digests = {key: hashlib.sha256(repr(sorted(tree.items())).encode()).hexdigest() for key, tree in items.items()}
    return [Artefact(f"{key[0]}/{key[1]}", key[0], key[1], sizes[key], digests[key]) for key in sorted(items)]  # type: ignore[arg-type]


def _read(top: Path) -> Tree:
    below = sorted(top.rglob("*")) if top.is_dir() else []
    return {path.relative_to(top).as_posix(): (_mode(path), _content(path)) for path in (top, *below)}


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _content(path: Path) -> bytes | str | None:
    if path.is_symlink():
        return str(path.readlink())
    return None if path.is_dir() else path.read_bytes()


def _write(tree: Tree, top: Path) -> None:
    for name, (_, content) in tree.items():
        path = top / name
        if content is None:
            path.mkdir(exist_ok=True)
        elif isinstance(content, str):
            path.symlink_to(content)
        else:
            path.write_bytes(content)
    for name, (mode, content) in reversed(tree.items()):
        if not isinstance(content, str):
            (top / name).chmod(mode)
