"""One backup as it lies on disk: its manifest, whether every byte is as that says, and its content brought back.

Which backups there are, and how one is made, is not known here.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from release_tools.adapters.coded_file import CHUNK, SUFFIXES, DamagedFile, FileSink, coded_source
from release_tools.adapters.file_tree import make_private, remove_tree, sync_directory, sync_file_system
from release_tools.adapters.member_listing import Listing
from release_tools.adapters.tree_unpacking import HostileMember, lint_archive, list_archive, unpack_archive
from release_tools.domain.deploy.archive import Member, lint_member, parse_path
from release_tools.domain.deploy.backup import Artefact, ArtefactKind, Manifest
from release_tools.domain.deploy.manifest import parse_manifest
from release_tools.errors import BackupRefused
from release_tools.record import record

MANIFEST = "manifest.json"
DIGEST = "manifest.json.sha256"
"""The manifest's hash beside it, as `sha256sum -c` reads it; the journal's copy is the one that counts."""
FOLDERS: Mapping[ArtefactKind, str] = {
    "database": "databases",
    "globals": "databases",
    "directory": "directories",
    "configuration": "configuration",
}
DUMPS: tuple[ArtefactKind, ...] = ("database", "globals")
ARCHIVES: tuple[ArtefactKind, ...] = ("directory", "configuration")
_MANY = 20


def refused(backup: str, faults: tuple[str, ...]) -> BackupRefused:
    """Return the error that names everything that is wrong with a backup."""
    named = "; ".join(faults[:_MANY]) + (f"; and {len(faults) - _MANY} more" if len(faults) > _MANY else "")
    return BackupRefused(
        f"The backup {backup} cannot be used: {named}.",
        state="Nothing was written from it, and nothing live was touched.",
        todo="Choose another one from `release-tools backups`.",
    )


@record
class StoredBackup:
    """A backup's directory, finished or about to be; `identity` decrypts it."""

    backup: str
    directory: Path
    identity: Path | None = None

    def load(self, copies: Mapping[str, str]) -> tuple[Manifest, str]:
        """Return the manifest and its hash, which must be every copy of it (who keeps it to hash)."""
        try:
            data = (self.directory / MANIFEST).read_bytes()
            beside = (self.directory / DIGEST).read_bytes()
        except FileNotFoundError as error:
            raise refused(self.backup, (f"its {Path(error.filename).name} is missing",)) from error
        except OSError as error:
            raise refused(self.backup, (f"its manifest cannot be read: {error.strerror}",)) from error
        sha256 = hashlib.sha256(data).hexdigest()
        faults = [f"its manifest is not the one that {who} knows" for who, one in copies.items() if one != sha256]
        if beside != render_digest(sha256):
            faults.append(f"its manifest is not the one that {DIGEST} knows")
        manifest = self._parse(data, faults)
        if manifest is None or faults:
            raise refused(self.backup, tuple(faults))
        return manifest, sha256

    def faults(self, manifest: Manifest, *, decoded: bool = True) -> Iterator[str]:
        """Read every byte and yield what is wrong; not `decoded`: what is encrypted is hashed only."""
        for artefact in manifest.artefacts:
            try:
                yield from (f"{artefact.path}: {fault}" for fault in self._artefact_faults(artefact, decoded=decoded))
            except (DamagedFile, OSError) as error:
                yield f"{artefact.path}: {error}"
        known = {MANIFEST, DIGEST, *(artefact.path for artefact in manifest.artefacts)}
        found = (path for path in sorted(self.directory.rglob("*")) if path.is_symlink() or not path.is_dir())
        for path in found:
            if (name := path.relative_to(self.directory).as_posix()) not in known:
                yield f"{name} is not in its manifest"

    def unpack_dump(self, manifest: Manifest, database: str, target: Path) -> None:
        """Write a database's dump into an empty directory; on failure the directory is empty again."""
        artefacts = [one for one in manifest.artefacts if one.kind in DUMPS and one.subject == database]
        if not artefacts:
            raise refused(self.backup, (f"it has no database {database}",))
        whole = False
        try:
            for artefact in artefacts:
                self._unpack_file(artefact, target / _dump_name(artefact))
            whole = True
        except DamagedFile as error:
            raise refused(self.backup, (str(error),)) from error
        finally:
            for path in () if whole else target.iterdir():
                remove_tree(path)

    def unpack_item(self, manifest: Manifest, subject: str, target: Path) -> None:
        """Write a directory or configuration item to a path that is not there; on failure nothing is there."""
        artefact = next((one for one in manifest.artefacts if one.kind in ARCHIVES and one.subject == subject), None)
        if artefact is None:
            raise refused(self.backup, (f"it has no directory or configuration item {subject}",))
        fresh = target.with_name(f".{target.name}.unpacking")
        try:
            self._lint(artefact)
            remove_tree(fresh)
            with coded_source(self.directory, artefact, self.identity) as content:
                listing = unpack_archive(content, fresh)
            if faults := tuple(_listing_faults(artefact, listing)):
                raise DamagedFile("; ".join(faults))
            sync_file_system(fresh)
            fresh.rename(target)
            sync_directory(target.parent)
        except (DamagedFile, HostileMember) as error:
            raise refused(self.backup, (f"{artefact.path}: {error}",)) from error
        finally:
            remove_tree(fresh)

    def _artefact_faults(self, artefact: Artefact, *, decoded: bool) -> Iterator[str]:
        if not decoded and "age" in artefact.coding:
            with coded_source(self.directory, artefact._replace(coding=()), None):
                return
        with coded_source(self.directory, artefact, self.identity) as content:
            listed = list_archive(content) if artefact.kind in ARCHIVES else None
        if listed is not None:
            yield from _listing_faults(artefact, listed[0])
            yield from listed[1]

    def _lint(self, artefact: Artefact) -> None:
        # All of it is read and judged before a byte is written; what is written is then judged once more.
        with coded_source(self.directory, artefact, self.identity) as content:
            faults = lint_archive(content)
        if faults:
            raise refused(self.backup, tuple(f"{artefact.path}: {fault}" for fault in faults))

    def _unpack_file(self, artefact: Artefact, path: Path) -> None:
        make_private(path.parent)
        file = FileSink(path)
        try:
            with coded_source(self.directory, artefact, self.identity) as content:
                while data := content.read(CHUNK):
                    file.write(data)
        except DamagedFile as error:
            raise DamagedFile(f"{artefact.path}: {error}") from error
        finally:
            file.close(sync=False)

    def _parse(self, data: bytes, faults: list[str]) -> Manifest | None:
        try:
            manifest = parse_manifest(data)
        except ValueError as error:
            faults.append(f"its manifest cannot be read: {error}")
            return None
        if manifest.backup != self.backup:
            faults.append(f"its manifest is that of {manifest.backup}")
        for artefact in manifest.artefacts:
            faults += lint_member(Member(artefact.path, "file", 0o600))
            if parse_path(artefact.path) != artefact.path or not artefact.path.startswith(_folder(artefact)):
                faults.append(f"its manifest has the odd path {artefact.path}")
        return manifest


def render_digest(sha256: str) -> bytes:
    """Return the file that says the manifest's hash."""
    return f"{sha256}  {MANIFEST}\n".encode()


def _folder(artefact: Artefact) -> str:
    return f"{FOLDERS[artefact.kind]}/{artefact.subject}"


def _dump_name(artefact: Artefact) -> str:
    name = artefact.path.removeprefix(f"{_folder(artefact)}/")
    for layer in reversed(artefact.coding):
        name = name.removesuffix(SUFFIXES[layer])
    return name


def _listing_faults(artefact: Artefact, listing: Listing) -> Iterator[str]:
    if listing.members != artefact.members:
        yield f"it has {listing.members} members instead of {artefact.members}"
    if listing.sha256 != artefact.listing:
        yield f"its members are others: listing {listing.sha256[:12]} instead of {artefact.listing[:12]}"
