"""Zstandard as streams: a sink that compresses on all cores, and a reader that finds out when the end is missing.

What is compressed is not known here.
"""

import os
import sys
from typing import BinaryIO, Protocol, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 6
"""Smaller than gzip on text, and several times as quick."""
MOST_WORKERS = 4
"""Each costs some ten megabytes."""
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
        workers = min(MOST_WORKERS, len(os.sched_getaffinity(0)))
        options: dict[int, int] = {
            parameter.compression_level: LEVEL,
            parameter.checksum_flag: 1,
            parameter.nb_workers: workers,
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
    return cast(BinaryIO, zstd.ZstdFile(source))
