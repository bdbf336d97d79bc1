"""A file of a backup as it lies on disk: compressed, perhaps encrypted, hashed while written and while read.

What is in it is not known here.
"""

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from release_tools.adapters.age_stream import AgeFailed, decrypting, encrypting
from release_tools.adapters.side_digest import SideDigest
from release_tools.adapters.zstd_stream import ERRORS, Sink, ZstdSink, zstd_reader
from release_tools.domain.deploy.backup import Artefact, Coding

CHUNK = 1 << 20
SUFFIXES: dict[Coding, str] = {"zstd": ".zst", "gzip": ".gz", "age": ".age"}
DECODING_ERRORS = (*ERRORS, gzip.BadGzipFile, zlib.error, tarfile.TarError, AgeFailed)
"""What reading damaged content raises, the disk's own errors left out."""


class DamagedFile(Exception):
    """A file is not what the manifest says; the message is a sentence without its full stop, about `it`."""


class FileSink:
    """A fresh file, its owner's alone; counts and hashes what is written, and remembers why it could not be."""

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)
        self._digest = SideDigest()
        self.size = 0
        self.error: OSError | None = None

    def write(self, data: bytes, /) -> int:
        """Write all of the bytes."""
        self._digest.update(data)
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            self.error = error
            raise
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing is kept back."""

    def close(self, *, sync: bool) -> None:
        """Close the file, once it is on disk where that is asked for."""
        try:
            if sync:
                os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)

    @property
    def sha256(self) -> str:
        """Return the hash of what was written."""
        return self._digest.hexdigest()


@contextmanager
def coded_sink(path: Path, coding: Sequence[Coding], recipients: Sequence[str]) -> Iterator[tuple[Sink, FileSink]]:
    """Yield a sink for the content and the file behind it, which is whole and on disk after leaving without error."""
    file, whole = FileSink(path), False
    try:
        with ExitStack() as stack:
            sink: Sink = file
            if "age" in coding:
                sink = cast(Sink, stack.enter_context(encrypting(file, recipients)))
            packed = ZstdSink(sink) if "zstd" in coding else None
            yield packed or sink, file
            if packed:
                packed.finish()
        whole = True
    except (AgeFailed, BrokenPipeError) as error:
        # The library says this in words only; what the disk said is kept by the file.
        raise file.error or error from error
    finally:
        file.close(sync=whole)


class HashedSource:
    """A file that is read once from its beginning to its end, hashed and counted."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = SideDigest()
        self.size = 0

    def read(self, count: int = -1, /) -> bytes:
        """Return the next bytes."""
        data = self._file.read(count)
        self._digest.update(data)
        self.size += len(data)
        return data

    def drain(self) -> None:
        """Read what is left."""
        while self.read(CHUNK):
            pass

    @property
    def sha256(self) -> str:
        """Return the hash of what was read."""
        return self._digest.hexdigest()


@contextmanager
def coded_source(directory: Path, artefact: Artefact, identity: Path | None) -> Iterator[BinaryIO]:
    """Yield an artefact's content; leaving reads what is left, and raises `DamagedFile` unless every byte is right."""
    try:
        file = os.fdopen(os.open(directory / artefact.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb", CHUNK)
    except OSError as error:
        raise DamagedFile(f"it cannot be read: {error.strerror}") from error
    with file:
        source = HashedSource(file)
        fault = None
        try:
            with decoded(cast(BinaryIO, source), artefact.coding, identity) as content:
                yield content
                while content.read(CHUNK):
                    pass
        except DECODING_ERRORS as error:
            fault = error
        try:
            source.drain()
        except OSError as error:
            raise DamagedFile(f"it cannot be read: {error.strerror}") from error
    if (source.size, source.sha256) != (artefact.size, artefact.sha256):
        raise DamagedFile(_difference(source, artefact)) from fault
    if fault is not None:
        raise DamagedFile(_said(fault)) from fault


@contextmanager
def decoded(source: BinaryIO, coding: Sequence[Coding], identity: Path | None) -> Iterator[BinaryIO]:
    """Yield the content of a coded stream; reading it may raise one of `DECODING_ERRORS`."""
    with ExitStack() as stack:
        content = source
        for layer in reversed(coding):
            if layer == "age":
                content = stack.enter_context(decrypting(content, identity))
            elif layer == "zstd":
                content = zstd_reader(content)
            else:
                content = cast(BinaryIO, gzip.GzipFile(fileobj=content))
        yield content


def _difference(source: HashedSource, artefact: Artefact) -> str:
    if source.size != artefact.size:
        return f"it has {source.size} bytes instead of {artefact.size}"
    return f"its bytes are others: SHA-256 {source.sha256[:12]} instead of {artefact.sha256[:12]}"


def _said(fault: Exception) -> str:
    return str(fault) if isinstance(fault, AgeFailed) else f"its content cannot be read: {fault}"
