"""Packing: a file or a directory becomes a tar archive, with a listing of its members, and what happened meanwhile.

Where the archive goes, and what is done to its bytes there, is not known here.
"""

import os
import stat
import tarfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from release_tools.adapters.member_listing import XATTR, Listing
from release_tools.adapters.side_digest import SideDigest
from release_tools.adapters.zstd_stream import Sink
from release_tools.domain.deploy.archive import ATTRIBUTES, SPECIAL_BITS, TOP, Member, lint_member
from release_tools.record import record

CHUNK = 1 << 20
_TYPES = {
    "file": tarfile.REGTYPE,
    "directory": tarfile.DIRTYPE,
    "symlink": tarfile.SYMTYPE,
    "hardlink": tarfile.LNKTYPE,
}


@record
class Packed:
    """What came of packing."""

    members: int
    listing: str
    changed: tuple[str, ...]
    """Sentences on what changed while it was read."""
    dropped: tuple[str, ...]
    """Sentences on what the archive does not say, and a restore will not bring back."""
    refused: tuple[str, ...]
    """Sentences on what no restore would write; such an archive is of no use."""


def pack_tree(top: Path, sink: Sink) -> Packed:
    """Write an archive of a file or directory into a sink, in the order of names; sockets are left out, as tar does.

    Where the top itself is a symbolic link, what it leads to is packed.
    """
    packing = _Packing(os.fspath(top.resolve(strict=True)), sink)
    packing.pack()
    return Packed(
        members=packing.listing.members,
        listing=packing.listing.sha256,
        changed=tuple(packing.changed),
        dropped=tuple(packing.dropped),
        refused=tuple(packing.refused),
    )


class _Packing:
    def __init__(self, top: str, sink: Sink) -> None:
        self._top = top
        target: Any = _Counted(sink)
        tar: Any = tarfile.TarFile(fileobj=target, mode="w", format=tarfile.PAX_FORMAT)
        self._tar = tar
        tar.copybufsize = CHUNK
        self._first_names: dict[tuple[int, int], str] = {}
        self.listing = Listing()
        self.changed: list[str] = []
        self.dropped: list[str] = []
        self.refused: list[str] = []

    def pack(self) -> None:
        """Write all members and the end mark."""
        for path, name in self._walk():
            try:
                self._add(path, name)
            except (FileNotFoundError, NotADirectoryError):
                if name == TOP:
                    raise
                self.changed.append(f"{name} vanished")
        self._tar.close()

    def _walk(self) -> Iterator[tuple[str, str]]:
        # A directory is looked at again once everything below it was read: a name that came or went changes its time.
        pending: list[tuple[str, str, os.stat_result | None]] = [(self._top, TOP, None)]
        while pending:
            path, name, before = pending.pop()
            if before is not None:
                self._compare(name, before, _look(path))
                continue
            yield path, name
            status = _look(path)
            if status is not None and stat.S_ISDIR(status.st_mode):
                pending.append((path, name, status))
                prefix = "" if name == TOP else f"{name}/"
                pending += [(f"{path}/{one}", prefix + one, None) for one in _names(path)]

    def _add(self, path: str, name: str) -> None:
        status = os.lstat(path)
        if stat.S_ISSOCK(status.st_mode):
            return
        if not stat.S_ISREG(status.st_mode):
            self._write(path, name, status, _kind(status.st_mode))
            return
        first = self._first_names.setdefault((status.st_dev, status.st_ino), name) if status.st_nlink > 1 else name
        if first != name:
            self._write(path, name, status, "hardlink", first)
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            self._write_file(path, name, descriptor)
        finally:
            os.close(descriptor)

    def _write(self, path: str, name: str, status: os.stat_result, kind: str, target: str = "") -> None:
        if kind == "symlink":
            target = os.readlink(path)  # noqa: PTH115 - a text
        info = self._info(path, name, status, kind)
        info.linkname = target
        if self._is_sound(info, kind):
            self._tar.addfile(info)
            self._list(info, kind, target)

    def _write_file(self, path: str, name: str, descriptor: int) -> None:
        before = os.fstat(descriptor)
        info = self._info(path, name, before, "file")
        info.size = before.st_size
        if not self._is_sound(info, "file"):
            return
        content = _Content(descriptor, before.st_size)
        self._tar.addfile(info, content)
        self._list(info, "file", content.digest.hexdigest())
        self._compare(name, before, os.fstat(descriptor))

    def _info(self, path: str, name: str, status: os.stat_result, kind: str) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.mode = stat.S_IMODE(status.st_mode)
        if kind == "directory" and info.mode & SPECIAL_BITS:
            self.dropped.append(f"the mode of {name} is {info.mode:04o}, of which {info.mode & 0o777:04o} is kept")
            info.mode &= 0o777
        info.type = _TYPES.get(kind, tarfile.FIFOTYPE)
        info.uid, info.gid = status.st_uid, status.st_gid
        info.mtime = status.st_mtime_ns // 10**9
        headers = _attributes(path) if kind in ("file", "directory") else {}
        if status.st_mtime_ns % 10**9:
            headers["mtime"] = f"{Decimal(status.st_mtime_ns).scaleb(-9):f}"
        info.pax_headers = headers
        return info

    def _is_sound(self, info: tarfile.TarInfo, kind: str) -> bool:
        faults = list(lint_member(_member(info, kind, info.linkname)))
        self.refused += faults
        return not faults

    def _list(self, info: tarfile.TarInfo, kind: str, content: str) -> None:
        self.listing.add(_member(info, kind, content))
        self._tar.members.clear()  # tarfile keeps every member that it wrote, for nobody

    def _compare(self, name: str, before: os.stat_result, after: os.stat_result | None) -> None:
        if after is None or _state(before) != _state(after):
            self.changed.append(f"{name} changed" if after is not None else f"{name} vanished")


class _Counted:
    """A sink that knows its position, which is all that tar asks."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._position = 0

    def write(self, data: bytes) -> int:
        self._position += len(data)
        return self._sink.write(data)

    def tell(self) -> int:
        return self._position


class _Content:
    """A file's content as the header announced it: what grows is cut, what shrinks is filled up with zeros."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._left = size
        self.digest = SideDigest()

    def read(self, count: int) -> bytes:
        wanted = min(count, self._left)
        data = os.read(self._descriptor, wanted)
        while len(data) < wanted:
            data += os.read(self._descriptor, wanted - len(data)) or bytes(wanted - len(data))
        self._left -= wanted
        self.digest.update(data)
        return data


def _member(info: tarfile.TarInfo, kind: str, content: str) -> Member:
    attributes = (key.removeprefix(XATTR) for key in info.pax_headers if key.startswith(XATTR))
    size = info.size if kind == "file" else 0
    return Member(info.name, kind, info.mode, size, content, tuple(sorted(attributes)))


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "directory"
    if stat.S_ISLNK(mode):
        return "symlink"
    return "fifo" if stat.S_ISFIFO(mode) else "device"


def _look(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _names(path: str) -> list[str]:
    try:
        return sorted(os.listdir(path), reverse=True)  # noqa: PTH208 - texts, for there may be millions
    except (FileNotFoundError, NotADirectoryError):
        return []


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _attributes(path: str) -> dict[str, str]:
    if not hasattr(os, "listxattr"):
        return {}
    names = [name for name in os.listxattr(path) if name.startswith(ATTRIBUTES)]
    return {XATTR + name: os.getxattr(path, name).decode("utf-8", "surrogateescape") for name in sorted(names)}
