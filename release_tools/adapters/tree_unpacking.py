"""Unpacking: the members of a tar archive are listed and judged, and written beside what is live.

Where the archive comes from, and whether its bytes are the right ones, is not known here.
"""

import os
import stat
import tarfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from release_tools.adapters.member_listing import XATTR, Listing
from release_tools.adapters.side_digest import SideDigest
from release_tools.domain.deploy.archive import TOP, Member, lint_members, parse_path

_CHUNK = 1 << 20
_KINDS = (
    (tarfile.TarInfo.isreg, "file"),
    (tarfile.TarInfo.isdir, "directory"),
    (tarfile.TarInfo.issym, "symlink"),
    (tarfile.TarInfo.islnk, "hardlink"),
    (tarfile.TarInfo.isfifo, "fifo"),
    (tarfile.TarInfo.isdev, "device"),
)


def lint_archive(stream: BinaryIO) -> tuple[str, ...]:
    """Return what a restore must not write, from the headers alone; `tarfile.TarError` where they are damaged."""
    return tuple(lint_members(member for _, _, member in _members(stream)))


def list_archive(stream: BinaryIO) -> tuple[Listing, tuple[str, ...]]:
    """Read an archive to its end; return its listing and what a restore must not write."""
    listing = Listing()

    def listed() -> Iterator[Member]:
        for tar, info, member in _members(stream):
            whole = member._replace(content=_read(tar, info)) if member.kind == "file" else member
            listing.add(whole)
            yield whole

    return listing, tuple(lint_members(listed()))


def unpack_archive(stream: BinaryIO, target: Path) -> Listing:
    """Write an archive's members to a path that is not there; return the listing of what was written.

    Owners are given where we are root, as tar does; `HostileMember` comes before that member is written.
    """
    writer, listing = _Writer(target), Listing()

    def written() -> Iterator[Member]:
        for tar, info, member in _members(stream):
            yield member  # the linter has nothing against it once it asks for the next one
            content = writer.write(tar, info, member)
            listing.add(member._replace(content=content) if member.kind == "file" else member)

    for fault in lint_members(written()):
        raise HostileMember(fault)
    writer.finish()
    return listing


class HostileMember(Exception):
    """An archive has a member that a restore must not write; the message is a sentence without its full stop."""


class _StrictInfo(tarfile.TarInfo):
    """A header that must be one: tarfile takes a damaged header in the middle for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> "_StrictInfo":
        """Return the header, or raise `ReadError`; the end mark stays what it is."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"a header of the archive is damaged: {error}") from error


def _members(stream: BinaryIO) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo, Member]]:
    tar: Any
    source: Any = _Forward(stream)
    with tarfile.TarFile(fileobj=source, mode="r", tarinfo=_StrictInfo) as tar:
        while (info := tar.next()) is not None:
            yield tar, info, _member(info)
            tar.members.clear()  # tarfile keeps every member that it saw


def _member(info: tarfile.TarInfo) -> Member:
    kind = next((name for is_kind, name in _KINDS if is_kind(info)), "member of an unknown kind")
    target = {"symlink": info.linkname, "hardlink": parse_path(info.linkname)}.get(kind, "")
    attributes = tuple(sorted(key.removeprefix(XATTR) for key in info.pax_headers if key.startswith(XATTR)))
    size = info.size if kind == "file" else 0
    return Member(parse_path(info.name), kind, info.mode & 0o7777, size, target, attributes)


def _read(tar: tarfile.TarFile, info: tarfile.TarInfo) -> str:
    digest = SideDigest()
    for data in _chunks(tar, info):
        digest.update(data)
    return digest.hexdigest()


def _chunks(tar: tarfile.TarFile, info: tarfile.TarInfo) -> Iterator[bytes]:
    content = tar.extractfile(info) if info.issparse() else tar.fileobj
    if content is None:
        raise tarfile.ReadError(f"{info.name} has no content")
    content.seek(0 if info.issparse() else info.offset_data)
    left = info.size
    while left:
        data = content.read(min(_CHUNK, left))
        if not data:
            raise tarfile.ReadError("the archive ends in the middle of a member")
        left -= len(data)
        yield data


class _Forward:
    """A stream that can be sought forward, which is all that tarfile does; its own streams copy everything twice."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._position = 0

    def read(self, count: int) -> bytes:
        data = self._stream.read(count)
        self._position += len(data)
        return data

    def seek(self, position: int) -> int:
        if position < self._position:
            raise tarfile.StreamError("an archive is read from its beginning to its end")
        while self._position < position and self.read(min(_CHUNK, position - self._position)):
            pass
        return self._position

    def tell(self) -> int:
        return self._position


class _Writer:
    def __init__(self, target: Path) -> None:
        self._target = os.fspath(target)
        self._directories: list[tuple[str, tarfile.TarInfo]] = []
        self._is_root = os.geteuid() == 0

    def write(self, tar: tarfile.TarFile, info: tarfile.TarInfo, member: Member) -> str:
        """Write one member; return a file's hash."""
        path = os.path.normpath(f"{self._target}/{member.path}")
        if member.path != TOP:
            _make_directory(os.path.dirname(path))  # noqa: PTH120 - hand-made archives may lack what lies above
        if member.kind == "file":
            return self._write_file(tar, info, path)
        if member.kind == "directory":
            _make_directory(path)
            self._directories.append((path, info))
        elif member.kind == "hardlink":
            os.link(f"{self._target}/{member.content}", path, follow_symlinks=False)
        else:
            os.symlink(info.linkname, path)  # noqa: PTH211
            if self._is_root:
                os.lchown(path, info.uid, info.gid)
            os.utime(path, ns=_times(info), follow_symlinks=False)
        return ""

    def finish(self) -> None:
        """Give directories what would have been in the way before, or changed with every name written into them."""
        for path, info in reversed(self._directories):
            self._dress(path, info)

    def _write_file(self, tar: tarfile.TarFile, info: tarfile.TarInfo, path: str) -> str:
        digest = SideDigest()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            for data in _chunks(tar, info):
                digest.update(data)
                view = memoryview(data)
                while view:
                    view = view[os.write(descriptor, view) :]
            self._dress(descriptor, info)
        finally:
            os.close(descriptor)
        return digest.hexdigest()

    def _dress(self, place: str | int, info: tarfile.TarInfo) -> None:
        if self._is_root:
            os.chown(place, info.uid, info.gid)
        for key, value in info.pax_headers.items():
            if key.startswith(XATTR):
                os.setxattr(place, key.removeprefix(XATTR), value.encode("utf-8", "surrogateescape"))
        os.chmod(place, info.mode & 0o777)  # noqa: PTH101 - by descriptor where there is one
        os.utime(place, ns=_times(info))


def _make_directory(path: str) -> None:
    if not os.path.lexists(path):
        _make_directory(os.path.dirname(path))  # noqa: PTH120
        os.mkdir(path, 0o700)  # noqa: PTH102 - texts, for there may be millions
    if not stat.S_ISDIR(os.lstat(path).st_mode):
        raise HostileMember(f"{path} is in the archive twice")


def _times(info: tarfile.TarInfo) -> tuple[int, int]:
    nanoseconds = int(Decimal(info.pax_headers.get("mtime", str(info.mtime))) * 10**9)
    return nanoseconds, nanoseconds
