"""The two peers of the front in one conversation: the client, and the service behind.

What they say to each other stands in `exchange`.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping

from release_tools.adapters.front.wire import HEAD_LIMIT, Refused
from release_tools.record import record

CONNECTED_WITHIN = 5.0
REASONS = {
    204: "No Content",
    400: "Bad Request",
    405: "Method Not Allowed",
    431: "Request Header Fields Too Large",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@record
class Client:
    """The connection of a client; what a trusted one says of those before it is passed on."""

    reader: StreamReader
    writer: StreamWriter
    peer: str
    trusted: bool

    async def refuse(self, refusal: Refused) -> None:
        """Say why a message is not passed on; nothing more is read from this connection."""
        await self.say(refusal.status, f"{refusal.why}\n", {}, closes=True)

    async def say(
        self, status: int, words: str, headers: Mapping[str, str], *, closes: bool, bodiless: bool = False
    ) -> None:
        """Answer in our own words; `bodiless`: they are only measured, as HEAD wants it."""
        body = words.encode()
        lines = [f"HTTP/1.1 {status} {REASONS[status]}", "Cache-Control: no-store"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if status != 204:
            lines += ["Content-Type: text/plain; charset=utf-8", f"Content-Length: {len(body)}"]
        lines += ["Connection: close"] * closes
        head = "\r\n".join((*lines, "", "")).encode()
        self.writer.write(head if bodiless or status == 204 else head + body)
        await self.writer.drain()


class Upstream:
    """The connection to the service that belongs to one client's connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[StreamReader, StreamWriter] | None = None

    @property
    def connected(self) -> bool:
        """Return whether there is a connection that the service has not closed, as far as is known."""
        return bool(self._streams and not self._streams[0].at_eof() and not self._streams[1].is_closing())

    async def streams(self) -> tuple[StreamReader, StreamWriter]:
        """Return the connection, a new one where there is none; `OSError` when the service takes none."""
        if self._streams and not self.connected:
            self.close()
        if self._streams is None:
            async with asyncio.timeout(CONNECTED_WITHIN):
                self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=HEAD_LIMIT)
        return self._streams

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()
        self._streams = None
