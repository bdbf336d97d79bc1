"""A hand-made backup: a file of `pg_dumpall` or `pg_dump`, an archive of volumes, and what nobody can prove of them.

Where they go is not known here.
"""

import re
from pathlib import Path
from typing import BinaryIO

from release_tools.adapters.backup_taking import BackupTaking
from release_tools.adapters.coded_file import CHUNK, DECODING_ERRORS, DamagedFile, coded_source, decoded
from release_tools.adapters.tree_unpacking import list_archive
from release_tools.domain.deploy.backup import Artefact, Coding
from release_tools.record import record

_MAGIC: tuple[tuple[bytes, tuple[Coding, ...]], ...] = ((b"\x1f\x8b", ("gzip",)), (b"\x28\xb5\x2f\xfd", ("zstd",)))
_TAR_MARK = slice(257, 262)
_ENDING = re.compile(r"(\.tgz|(\.tar|\.sql|\.dump)?(\.gz|\.zst)?)$")
_EDGE = 4096
"""Bytes at the beginning and the end of a dump in which its marks stand."""
_CLUSTER, _DATABASE = b"-- PostgreSQL database cluster dump", b"-- PostgreSQL database dump"

OLD = "it was not hashed when it was made, so damage from before the import cannot be seen"
DUMP = (OLD, "rows were not counted when it was made, so nothing can be compared with what the database held")
CLUSTER = "each database in it was dumped in a snapshot of its own, so two of them need not fit together"
VOLUMES = (
    OLD,
    "files may have changed while it was made, and may be younger or older than the database's dump beside it",
    "it does not say which files there were, so one that was left out is not missed",
)


class ForeignFile(Exception):
    """A file is none of the known kinds, or is cut off; the message is a sentence without its full stop."""


@record
class ForeignBackup:
    """Takes files over into the unfinished backup of `taking`."""

    taking: BackupTaking
    identity: Path | None = None

    def take_over(self, file: Path) -> tuple[Artefact, tuple[str, ...]]:
        """Copy a file as it is, read all of the copy, and return what it is and what cannot be proven of it."""
        with file.open("rb") as content:
            start = content.read(len(b"\x28\xb5\x2f\xfd"))
        coding: tuple[Coding, ...] = next((one for magic, one in _MAGIC if start.startswith(magic)), ())
        subject = _ENDING.sub("", file.name)
        try:
            if _is_archive(file, coding):
                artefact = self._archive(self.taking.copy("directory", subject, file, f"{subject}.tar", coding))
                return artefact, tuple(f"{file.name}: {sentence}" for sentence in VOLUMES)
            artefact = self.taking.copy("database", subject, file, f"{subject}.sql", coding)
            sentences = self._dump(artefact)
        except DamagedFile as error:
            raise ForeignFile(f"{file} cannot be taken over: {error}") from error
        except ForeignFile as error:
            raise ForeignFile(f"{file} {error}") from error
        return artefact, tuple(f"{file.name}: {sentence}" for sentence in sentences)

    def _archive(self, artefact: Artefact) -> Artefact:
        with coded_source(self.taking.directory, artefact, self.identity) as content:
            listing, faults = list_archive(content)
        if faults:
            raise ForeignFile(f"holds what no restore would write: {'; '.join(faults[:20])}")
        return artefact._replace(members=listing.members, listing=listing.sha256)

    def _dump(self, artefact: Artefact) -> tuple[str, ...]:
        with coded_source(self.taking.directory, artefact, self.identity) as content:
            first = last = _first(content, _EDGE)
            while data := content.read(CHUNK):
                last = (last + data)[-_EDGE:]
        begun = next((mark for mark in (_CLUSTER, _DATABASE) if mark in first), None)
        if begun is None:
            raise ForeignFile("is neither a text dump of PostgreSQL nor a tar archive")
        if begun + b" complete" not in last:
            raise ForeignFile("is cut off: the line that ends a whole dump is missing")
        return (*DUMP, CLUSTER) if begun == _CLUSTER else DUMP


def _is_archive(file: Path, coding: tuple[Coding, ...]) -> bool:
    try:
        with file.open("rb") as raw, decoded(raw, coding, None) as content:
            return _first(content, _TAR_MARK.stop)[_TAR_MARK] == b"ustar"
    except DECODING_ERRORS as error:
        raise ForeignFile(f"cannot be read: {error}") from error


def _first(content: BinaryIO, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := content.read(count - len(data))):
        data += more
    return data
