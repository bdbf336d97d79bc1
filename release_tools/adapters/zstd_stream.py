"""Zstandard as streams: a sink that compresses on all cores, and a reader that finds out when the end is missing.

What is compressed is not known here.
"""

import io
import os
import sys
from typing import Any, BinaryIO, Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 3
"""Smaller than gzip's usual one, at a fifth of the time."""
CHUNK = 1 << 18
JOB = 1 << 20
"""Bytes that one core compresses at a time; left to itself, the library takes fifty megabytes for each."""
MOST_WORKERS = 4
ERRORS = (zstd.ZstdError, EOFError)
"""What reading a damaged or truncated stream raises."""


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> int:
        """Take all of the bytes."""
        ...


class ZstdSink:
    """Compresses what is written into another sink; without `finish` the result is recognisably unfinished."""

    def __init__(self, sink: Sink) -> None:
        parameter = zstd.CompressionParameter
        workers = min(MOST_WORKERS, os.cpu_count() or 1)
        options: dict[int, int] = {
            parameter.compression_level: LEVEL,
            parameter.checksum_flag: 1,
            parameter.nb_workers: workers,
            parameter.job_size: JOB,
        }
        self._compressor = zstd.ZstdCompressor(options=options)
        self._sink = sink

    def write(self, data: bytes, /) -> int:
        """Compress bytes."""
        if packed := self._compressor.compress(data):
            self._sink.write(packed)
        return len(data)

    def finish(self) -> None:
        """Write what is left and the end mark."""
        self._sink.write(self._compressor.flush())


def zstd_reader(source: BinaryIO) -> BinaryIO:
    """Return a stream of the content; its reading raises one of `ERRORS` where the source is damaged or ends early."""
    return io.BufferedReader(_Unpacked(source), CHUNK)


class _Unpacked(io.RawIOBase):
    # The library's own file reads a few kilobytes at a time, which costs a third more.
    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source = source
        self._decompressor = zstd.ZstdDecompressor()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = b""
        while not content:
            data = b"" if not self._decompressor.needs_input else self._source.read(CHUNK)
            if self._decompressor.eof:
                data = self._decompressor.unused_data or self._source.read(CHUNK)
                if not data:
                    return 0
                self._decompressor = zstd.ZstdDecompressor()
            elif self._decompressor.needs_input and not data:
                raise EOFError("the compressed stream ends in the middle")
            content = self._decompressor.decompress(data, len(buffer))
        buffer[: len(content)] = content
        return len(content)
