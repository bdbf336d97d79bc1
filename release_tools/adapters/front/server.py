"""The front's program: `python -I -S server.py SETTINGS`, where SETTINGS is a JSON text without secrets.

It has all its code in memory before the first request, reads the gate's control file at every request, and writes
nothing but the tally. Only what goes wrong with itself is logged; no header, target or token ever is.
"""

import sys

if __name__ == "__main__":
    sys.path.insert(0, __file__.rpartition("/release_tools/")[0] or "/")

import asyncio
import contextlib
import json
import os
import signal
import traceback
from asyncio import StreamReader, StreamWriter
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from release_tools.adapters.front.exchange import Exchange, Limits
from release_tools.adapters.front.gate import Gate
from release_tools.adapters.front.peers import Client, Upstream
from release_tools.adapters.front.relay import read_head
from release_tools.adapters.front.tally import Tally
from release_tools.adapters.front.wire import HEAD_LIMIT, Refused, parse_request
from release_tools.record import record

LOOPBACK = ("127.0.0.1", "::1")
CONTROL, TALLY = "gate.json", "tally.jsonl"
BACKLOG = 512


@record
class Settings:
    """Where the front listens, whom it asks, where its files are, and what it grants a client."""

    host: str
    port: int
    upstream: int
    """The TCP port of the public service on loopback."""
    directory: str
    head_seconds: float = 10.0
    """For a head to be whole, from the first connection on."""
    idle_seconds: float = 60.0
    """Between two requests of a connection, and between two pieces of a body."""
    answer_seconds: float = 300.0
    """Until the service begins to answer."""
    connections: int = 2000
    connections_each: int = 200
    """For one address; loopback is exempt, for a proxy with TLS may stand there."""
    drain_seconds: float = 8.0
    """For requests that are under way when we are to end."""

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @property
    def limits(self) -> Limits:
        """Return what an exchange may take."""
        return Limits(idle=self.idle_seconds, answer=self.answer_seconds)


class Server:
    """Listens, and serves each connection request by request."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.gate = Gate(Path(settings.directory) / CONTROL)
        self.tally = Tally(Path(settings.directory) / TALLY)
        self.busy = 0
        self.ending = False
        self._peers: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until SIGTERM; then finish what is under way."""
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, told.set)
        server = await asyncio.start_server(
            self._accept, self.settings.host, self.settings.port, limit=HEAD_LIMIT, backlog=BACKLOG
        )
        counting = asyncio.create_task(self._count())
        try:
            await told.wait()
        finally:
            self.ending = True
            server.close()
        deadline = loop.time() + self.settings.drain_seconds
        while self.busy and loop.time() < deadline:
            await asyncio.sleep(0.02)
        counting.cancel()
        self._write_tally()

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self._write_tally()

    def _write_tally(self) -> None:
        # Figures that are missing on a full disk are missing; requests go on.
        with contextlib.suppress(OSError):
            self.tally.write()

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        # Kept, or the loop's own weak hold on it may not be enough.
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        client = Client(reader=reader, writer=writer, peer=peer, trusted=peer in LOOPBACK)
        upstream = Upstream(port=self.settings.upstream)
        self._peers[peer] += 1
        try:
            await self._converse(client, upstream)
        except (OSError, TimeoutError, EOFError):
            pass  # The peer is gone or too slow; there is nobody to tell.
        except Exception:  # noqa: BLE001 - one broken connection must not take the others with it
            traceback.print_exc()
        finally:
            self._peers[peer] -= 1
            if not self._peers[peer]:
                del self._peers[peer]
            upstream.close()
            writer.close()

    async def _converse(self, client: Client, upstream: Upstream) -> None:
        seconds = self.settings.head_seconds
        while not self.ending:
            try:
                head = await read_head(client.reader, seconds)
                if not head:
                    return
                if self._crowded(client):
                    raise Refused(503, "there are too many connections")
                exchange = Exchange(
                    client=client, upstream=upstream, request=parse_request(head), limits=self.settings.limits
                )
                if not await self._exchange(exchange):
                    return
            except Refused as refusal:
                await client.refuse(refusal)
                return
            seconds = self.settings.idle_seconds

    async def _exchange(self, exchange: Exchange) -> bool:
        """Serve one request; return whether the connection stays."""
        order = self.gate.order()
        admitted = exchange.admitted(order)
        if admitted is None:
            return await exchange.keep_out(order, self.busy)
        if exchange.about_us:
            return await exchange.tell_mode(order, self.busy)
        under_way = 1

        def note(status: int, seconds: float) -> None:
            nonlocal under_way
            if not order.closed:  # Those who pass a closed gate are our own checks.
                self.tally.add(status, seconds)
            if status == 101:  # A WebSocket may stay for days; nobody waits for its end.
                self.busy, under_way = self.busy - 1, 0

        self.busy += 1
        try:
            return await admitted.forward(note)
        finally:
            self.busy -= under_way

    def _crowded(self, client: Client) -> bool:
        each = self._peers[client.peer] > self.settings.connections_each and not client.trusted
        return each or self._peers.total() > self.settings.connections


def main(text: str) -> None:
    """Serve with the settings in a text."""
    os.umask(0o077)
    asyncio.run(Server(Settings(**json.loads(text))).run())


if __name__ == "__main__":
    main(sys.argv[1])
