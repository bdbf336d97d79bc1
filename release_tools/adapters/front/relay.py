"""Bodies on their way: read as their framing says, sent as the other side's framing says, piece by piece.

No body is ever held as a whole; a reader that is too slow holds its sender back.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator

from release_tools.adapters.front.wire import HEAD_LIMIT, Framing, Refused, chunk_size

PIECE = 64 * 1024


class CutOff(ConnectionError):
    """The sender of a body is gone before its end."""


async def read_head(reader: StreamReader, seconds: float) -> bytes:
    """Return a head with its empty line, nothing where the peer has hung up before it; `Refused` when it is too long.

    `TimeoutError` when it is not whole in time, however busily it drips.
    """
    try:
        async with asyncio.timeout(seconds):
            return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    except asyncio.LimitOverrunError:
        raise Refused(431, "the head is too long") from None


async def send_body(pieces: AsyncIterator[bytes], writer: StreamWriter, seconds: float, *, chunked: bool) -> None:
    """Send a body as it comes; `TimeoutError` when the other side takes nothing for so many seconds."""
    async for piece in pieces:
        if chunked:
            writer.writelines((b"%x\r\n" % len(piece), piece, b"\r\n"))
        else:
            writer.write(piece)
        await _drain(writer, seconds)
    if chunked:
        writer.write(b"0\r\n\r\n")
        await _drain(writer, seconds)


async def pieces_of(reader: StreamReader, framing: Framing, seconds: float) -> AsyncIterator[bytes]:
    """Yield a body; `CutOff` where its sender is gone, `TimeoutError` when nothing comes for so many seconds."""
    if framing.kind == "length":
        async for piece in _exactly(reader, framing.length, seconds):
            yield piece
    elif framing.kind == "close":
        while piece := await _some(reader, PIECE, seconds):
            yield piece
    else:
        while size := chunk_size(await _line(reader, seconds)):
            async for piece in _exactly(reader, size, seconds):
                yield piece
            if await _line(reader, seconds) != b"\r\n":
                raise Refused(400, "a chunk is longer than it says")
        await _skip_trailers(reader, seconds)


async def copy_raw(reader: StreamReader, writer: StreamWriter) -> None:
    """Copy bytes until one side hangs up, and tell the other."""
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.close()


async def _exactly(reader: StreamReader, count: int, seconds: float) -> AsyncIterator[bytes]:
    while count:
        piece = await _some(reader, min(count, PIECE), seconds)
        if not piece:
            raise CutOff
        count -= len(piece)
        yield piece


async def _some(reader: StreamReader, most: int, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            return await reader.read(most)
    except ConnectionError:
        raise CutOff from None


async def _drain(writer: StreamWriter, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        await writer.drain()


async def _line(reader: StreamReader, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            return await reader.readuntil(b"\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        raise CutOff from None
    except asyncio.LimitOverrunError:
        raise Refused(400, "the line of a chunk is too long") from None


async def _skip_trailers(reader: StreamReader, seconds: float) -> None:
    left = HEAD_LIMIT
    while (line := await _line(reader, seconds)) != b"\r\n":
        left -= len(line)
        if left < 0:
            raise Refused(400, "the trailers are too long")
