"""Damage to a backup that lies on disk: flipped, cut, exchanged, or forged with every hash but the journal's.

What must be refused then is said by the tests. No test is here.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from backup_world import Store

from release_tools.adapters.backup_index import BackupIndex
from release_tools.adapters.coded_file import coded_sink
from release_tools.adapters.stored_backup import DIGEST, MANIFEST, render_digest
from release_tools.adapters.tree_packing import pack_tree
from release_tools.domain.deploy.backup import Artefact, Manifest
from release_tools.domain.deploy.manifest import render_manifest


def damaged(path: Path, data: bytes, positions: range) -> Iterator[str]:
    """Flip a bit of each byte, then cut the file at each position; the file is whole again at the end."""
    for at in positions:
        path.write_bytes(data[:at] + bytes((data[at] ^ (1 << at % 8),)) + data[at + 1 :])
        yield f"{path.name}: bit {at % 8} of byte {at} flipped"
    for at in positions:
        path.write_bytes(data[:at])
        yield f"{path.name}: cut to {at} of {len(data)} bytes"
    path.write_bytes(data + b"\0")
    yield f"{path.name}: one byte more"
    path.unlink()
    yield f"{path.name}: missing"
    path.symlink_to("elsewhere")
    yield f"{path.name}: a link"
    path.unlink()
    path.write_bytes(data)


def forge(store: Store, manifest: Manifest) -> None:
    """Put another manifest in place, with every copy of its hash that is not the journal's."""
    data = render_manifest(manifest)
    sha256 = hashlib.sha256(data).hexdigest()
    (store.root / manifest.backup / MANIFEST).write_bytes(data)
    (store.root / manifest.backup / DIGEST).write_bytes(render_digest(sha256))
    index = BackupIndex(directory=store.root.parent / "state" / "backups")
    kept = index.find(manifest.backup)
    assert kept is not None
    index.write(kept._replace(manifest_sha256=sha256))


def rehashed(store: Store, manifest: Manifest, one: Artefact) -> Manifest:
    """Return the manifest as if an artefact had been as it now is when it was hashed."""
    data = (store.root / manifest.backup / one.path).read_bytes()
    other = one._replace(size=len(data), sha256=hashlib.sha256(data).hexdigest())
    return replace(manifest, artefacts=tuple(other if each == one else each for each in manifest.artefacts))


def repack_changed(store: Store, manifest: Manifest, one: Artefact, change: str) -> None:
    """Change the live directory, put an archive of that in the artefact's place, and forge the hashes."""
    CHANGES[change](store.platform / "files")
    path = store.root / manifest.backup / one.path
    path.unlink()
    with coded_sink(path, one.coding, manifest.recipients) as (sink, _):
        pack_tree(store.platform / "files", sink)
    forge(store, rehashed(store, manifest, one))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file is missing": lambda top: (top / "a.txt").unlink(),
    "a mode is another": lambda top: (top / "closed" / "bin").chmod(0o600),
    "a directory's mode is another": lambda top: (top / "empty").chmod(0o700),
    "a byte is another": lambda top: (top / "closed" / "bin").write_bytes(b"other"),
    "a link leads elsewhere": lambda top: _relink(top / "current", "a.txt"),
    "an empty file is more": lambda top: (top / "more").write_bytes(b""),
}


def _relink(path: Path, target: str) -> None:
    path.unlink()
    path.symlink_to(target)
