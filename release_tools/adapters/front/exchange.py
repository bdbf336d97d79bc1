"""One request and its answer: passed on to the service, or answered by the front itself.

Which connections there are, and who is let in, is decided elsewhere.
"""

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import NamedTuple

from release_tools.adapters.front.gate import Order, passes, without_token
from release_tools.adapters.front.peers import Client, Upstream
from release_tools.adapters.front.relay import CutOff, copy_raw, pieces_of, read_head, send_body
from release_tools.adapters.front.wire import (
    Framing,
    Refused,
    Request,
    Response,
    parse_response,
    render_request,
    render_response,
    request_framing,
    response_framing,
)
from release_tools.record import record

MODE = "X-Release-Tools-Front"
BUSY = "X-Release-Tools-Busy"
OURS = b"/.well-known/release-tools-front"
"""What the front answers itself, so that its mode can be seen while no service runs."""

MAINTENANCE = "Down for maintenance. Come back in a moment.\n"
UNANSWERED = "the service does not answer"
REPEATABLE = (b"GET", b"HEAD", b"OPTIONS")
"""Methods that may be sent a second time when a kept connection turns out to be dead."""

Note = Callable[[int, float], None]


class Limits(NamedTuple):
    """Seconds between two pieces of a body, and until an answer begins."""

    idle: float
    answer: float


class Asked(NamedTuple):
    """A request on its way: the service's connection, the head of its answer, and the body that is still being sent."""

    reader: StreamReader
    writer: StreamWriter
    response: Response
    sending: asyncio.Task[None] | None

    @property
    def sent(self) -> bool:
        """Return whether the service has got all of the body."""
        return self.sending is None or (self.sending.done() and self.sending.exception() is None)


@record
class Exchange:
    """A request of a client."""

    client: Client
    upstream: Upstream
    request: Request
    limits: Limits

    @property
    def about_us(self) -> bool:
        """Return whether it asks for the front's own mode."""
        return self.request.target == OURS

    def admitted(self, order: Order) -> "Exchange | None":
        """Return the exchange as it may go on, without the bypass token; None for one that is kept out."""
        if order.closed and not passes(order, self.request.headers):
            return None
        return replace(self, request=self.request._replace(headers=without_token(self.request.headers)))

    async def keep_out(self, order: Order, busy: int) -> bool:
        """Answer that there is maintenance; a connection whose body was not read does not stay."""
        told = {"Retry-After": str(order.retry_after), MODE: "maintenance", BUSY: str(busy)}
        return await self._say(503, MAINTENANCE, told)

    async def tell_mode(self, order: Order, busy: int) -> bool:
        """Answer what the mode is, without asking the service."""
        return await self._say(204, "", {MODE: "maintenance" if order.closed else "open", BUSY: str(busy)})

    async def forward(self, note: Note) -> bool:
        """Pass the request on and the answer back; return whether the connection stays. `note` gets status and time."""
        began = perf_counter()
        try:
            framing = request_framing(self.request)
            asked = await self._asked(render_request(self.request, framing, self._forwarded()), framing)
        except Refused as refusal:
            note(refusal.status, perf_counter() - began)
            raise
        note(asked.response.status, perf_counter() - began)
        try:
            if asked.response.status == 101:
                await self._switch(asked)
                return False
            # A service that has answered before the body was there may not read the rest, nor do we.
            keeps = await self._answer(asked) and asked.sent
        finally:
            await _cancel(asked.sending)
        if not (keeps and asked.response.keeps):
            self.upstream.close()
        return keeps

    async def _say(self, status: int, words: str, headers: dict[str, str]) -> bool:
        keeps = self.request.keeps and request_framing(self.request).empty
        bodiless = self.request.method == b"HEAD"
        await self.client.say(status, words, headers, closes=not keeps, bodiless=bodiless)
        return keeps

    async def _asked(self, head: bytes, framing: Framing) -> Asked:
        """Send the request on a kept connection where it may be repeated, else on a new one."""
        if not (framing.empty and self.request.method in REPEATABLE):
            self.upstream.close()
        kept = self.upstream.connected
        try:
            return await self._ask(head, framing)
        except Refused as refusal:
            if not kept or refusal.why != UNANSWERED:
                raise
        return await self._ask(head, framing)

    async def _ask(self, head: bytes, framing: Framing) -> Asked:
        """Send the request and return the answer's head; the request's body may still be on its way."""
        sending = None
        try:
            reader, writer = await self.upstream.streams()
            writer.write(head)
            if not framing.empty:
                body = pieces_of(self.client.reader, framing, self.limits.idle)
                chunked = framing.kind == "chunked"
                sending = asyncio.create_task(send_body(body, writer, self.limits.answer, chunked=chunked))
            return Asked(reader, writer, await self._response(reader, sending), sending)
        except BaseException as error:
            await _cancel(sending)
            self.upstream.close()
            if isinstance(error, TimeoutError):
                raise Refused(504, "the service did not answer in time") from None
            if isinstance(error, OSError) and not isinstance(error, CutOff):
                raise Refused(502, UNANSWERED) from None
            raise

    async def _response(self, reader: StreamReader, sending: asyncio.Task[None] | None) -> Response:
        """Return the head of the final answer; those before it (`100 Continue`) go to the client at once."""
        while True:
            head = await self._head(reader, sending)
            if not head:
                raise Refused(502, UNANSWERED)
            response = parse_response(head)
            if response.status == 101 and not self.request.upgrade:
                raise Refused(502, "the service switched to a protocol that nobody asked for")
            if response.status >= 200 or response.status == 101:
                return response
            if self.request.minor:
                self.client.writer.write(render_response(response, Framing("length"), closes=False, bodiless=True))
                await self.client.writer.drain()

    async def _head(self, reader: StreamReader, sending: asyncio.Task[None] | None) -> bytes:
        """Return the head of an answer; what is wrong with the client's body ends the wait for it."""
        reading = asyncio.create_task(_read_answer(reader, self.limits.answer)) if sending else None
        if sending is None or reading is None:
            return await _read_answer(reader, self.limits.answer)
        try:
            await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and isinstance(fault := sending.exception(), TimeoutError):
                raise CutOff from fault
            if sending.done() and isinstance(fault := sending.exception(), Refused | CutOff):
                raise fault
            return await reading
        finally:
            await _cancel(reading)

    async def _answer(self, asked: Asked) -> bool:
        framing = response_framing(asked.response, self.request.method)
        bodiless = self.request.method == b"HEAD" or asked.response.status in (204, 304)
        chunked = framing.kind != "length" and self.request.minor == 1
        sent = framing if framing.kind == "length" else Framing("chunked" if chunked else "close")
        keeps = self.request.keeps and sent.kind != "close"
        self.client.writer.write(render_response(asked.response, sent, closes=not keeps, bodiless=bodiless))
        # How long a service thinks between two pieces is its own business: events come when they come.
        body = pieces_of(asked.reader, framing, self.limits.answer)
        try:
            await send_body(body, self.client.writer, self.limits.idle, chunked=chunked)
        except (Refused, TimeoutError, ConnectionError):
            # The head is out already; only an end in the middle tells the client that this is not everything.
            self.client.writer.transport.abort()
            return False
        return keeps

    async def _switch(self, asked: Asked) -> None:
        """Let the two talk as they like until both have hung up."""
        self.client.writer.write(render_response(asked.response, Framing("length"), closes=False, bodiless=True))
        await self.client.writer.drain()
        await asyncio.gather(copy_raw(self.client.reader, asked.writer), copy_raw(asked.reader, self.client.writer))

    def _forwarded(self) -> tuple[tuple[bytes, bytes], ...]:
        """Return what the service is told of the client; what an untrusted one says of itself is left out."""
        before = self.request.values(b"x-forwarded-for") if self.client.trusted else []
        proto = self.request.values(b"x-forwarded-proto") if self.client.trusted else []
        chain = b", ".join((*before, self.client.peer.encode()))
        return ((b"X-Forwarded-For", chain), (b"X-Forwarded-Proto", proto[0] if proto else b"http"))


async def _read_answer(reader: StreamReader, seconds: float) -> bytes:
    try:
        return await read_head(reader, seconds)
    except Refused as refusal:
        raise Refused(502, f"the service's answer: {refusal.why}") from None


async def _cancel(task: asyncio.Task[None] | asyncio.Task[bytes] | None) -> None:
    """End a task, and take what it has raised as said already."""
    if task:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
