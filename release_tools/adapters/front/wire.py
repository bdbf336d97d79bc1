"""HTTP/1.1 as bytes: heads of requests and responses, how long their bodies are, and the headers that are passed on.

Nothing is read or sent here. What two parties could read differently is refused, since that is how requests are
smuggled: bare line feeds, folded lines, two lengths, a length beside chunks, any coding but chunked.
"""

import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

HEAD_LIMIT = 32 * 1024
"""Bytes of a head, which is also the limit of a chunk's first line and of the trailers."""

Headers = tuple[tuple[bytes, bytes], ...]
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*")
TARGET = re.compile(rb"/[\x21-\x7e\x80-\xff]*|\*")
LENGTH = re.compile(rb"\d{1,18}")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(;[^\r\n]*)?\r\n")
STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: ([^\r\n]*))?")

HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
FRAMED = frozenset((b"content-length",))
FORWARDED = frozenset((b"x-forwarded-for", b"x-forwarded-proto"))
UNTOUCHABLE = frozenset((b"host",))
"""What a Connection header must not take away."""


class Refused(Exception):
    """A message that is not passed on; `status` is what the client is told."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class Framing(NamedTuple):
    """How a body ends: after `length` bytes, after its last chunk, or with the connection."""

    kind: Literal["length", "chunked", "close"]
    length: int = 0

    @property
    def empty(self) -> bool:
        """Return whether there is no body."""
        return self.kind == "length" and not self.length


NOTHING = Framing("length", 0)


class Request(NamedTuple):
    """The head of a request."""

    method: bytes
    target: bytes
    minor: int
    """The 1 of HTTP/1.1."""
    headers: Headers

    def values(self, name: bytes) -> list[bytes]:
        """Return what the headers of a name, in lower case, say."""
        return _values(self.headers, name)

    @property
    def upgrade(self) -> bool:
        """Return whether it asks for a WebSocket, the only other protocol that is let through."""
        asked = [value.lower() for value in self.values(b"upgrade")]
        return asked == [b"websocket"] and b"upgrade" in _listed(self.headers)

    @property
    def keeps(self) -> bool:
        """Return whether the connection stays for another request."""
        return self.minor == 1 and b"close" not in _listed(self.headers)


class Response(NamedTuple):
    """The head of a response."""

    status: int
    reason: bytes
    minor: int
    headers: Headers

    @property
    def keeps(self) -> bool:
        """Return whether the connection stays for another response."""
        return self.minor == 1 and b"close" not in _listed(self.headers)


def parse_request(head: bytes) -> Request:
    """Return the request of a head that ends with an empty line; `Refused` for everything ambiguous."""
    first, headers = _parse(head, lambda why: Refused(400, why))
    words = first.split(b" ")
    if len(words) != 3 or not TOKEN.fullmatch(words[0]) or words[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise Refused(400, "the request line is malformed")
    method, target, version = words
    if method in (b"CONNECT", b"TRACE"):
        raise Refused(405, "the method is not allowed")
    if not TARGET.fullmatch(target):
        raise Refused(400, "the target is malformed")
    request = Request(method, target, int(version[-1:]), headers)
    if len(request.values(b"host")) > 1 or (request.minor == 1 and not request.values(b"host")):
        raise Refused(400, "there is not exactly one Host")
    return request


def parse_response(head: bytes) -> Response:
    """Return the response of a head that ends with an empty line; `Refused` when it is malformed."""
    first, headers = _parse(head, lambda why: Refused(502, why))
    found = STATUS.fullmatch(first)
    if not found:
        raise Refused(502, "the status line is malformed")
    return Response(int(found[2]), found[3] or b"", int(found[1]), headers)


def request_framing(request: Request) -> Framing:
    """Return how a request's body ends; `Refused` where that can be read in two ways."""
    return _framing(request.headers, request.minor, lambda why: Refused(400, why)) or NOTHING


def response_framing(response: Response, method: bytes) -> Framing:
    """Return how the body of a response to a method ends."""
    if method == b"HEAD" or response.status in (204, 304) or response.status < 200:
        return NOTHING
    return _framing(response.headers, response.minor, lambda why: Refused(502, why)) or Framing("close")


def render_request(request: Request, framing: Framing, added: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the head that the service gets: its own framing, nothing that was meant for this connection alone."""
    lines = [request.method + b" " + request.target + b" HTTP/1.1"]
    # An underscore becomes a dash in WSGI and CGI, so such a header could pass for one that we have written.
    lines += [name + b": " + value for name, value in _passed(request.headers, FORWARDED) if b"_" not in name]
    lines += [name + b": " + value for name, value in added]
    if framing.kind == "chunked":
        lines.append(b"Transfer-Encoding: chunked")
    elif framing.length or request.values(b"content-length"):
        lines.append(b"Content-Length: %d" % framing.length)
    if request.upgrade:
        lines += [b"Connection: Upgrade", b"Upgrade: websocket"]
    return b"\r\n".join((*lines, b"", b""))


def render_response(response: Response, framing: Framing, *, closes: bool, bodiless: bool) -> bytes:
    """Return the head that the client gets; `bodiless`: lengths are told as they came, for nothing follows."""
    lines = [b"HTTP/1.1 %d %s" % (response.status, response.reason)]
    lines += [name + b": " + value for name, value in _passed(response.headers)]
    if response.status == 101:
        lines += [b"Connection: Upgrade", b"Upgrade: websocket"]
    elif framing.kind == "chunked":
        lines.append(b"Transfer-Encoding: chunked")
    elif bodiless:
        lines += [b"Content-Length: " + value for value in _values(response.headers, b"content-length")[:1]]
    elif framing.kind == "length":
        lines.append(b"Content-Length: %d" % framing.length)
    if closes and response.status >= 200:
        lines.append(b"Connection: close")
    return b"\r\n".join((*lines, b"", b""))


def chunk_size(line: bytes) -> int:
    """Return the size in the first line of a chunk; extensions are left out, anything else is `Refused`."""
    found = CHUNK.fullmatch(line)
    if not found:
        raise Refused(400, "a chunk is malformed")
    return int(found[1], 16)


def _parse(head: bytes, refuse: Callable[[str], Refused]) -> tuple[bytes, Headers]:
    first, *rest = head[:-4].split(b"\r\n")
    headers = []
    for line in rest:
        found = FIELD.fullmatch(line)
        if not found:
            raise refuse("a header is malformed")
        headers.append((found[1], found[2]))
    return first, tuple(headers)


def _framing(headers: Headers, minor: int, refuse: Callable[[str], Refused]) -> Framing | None:
    codings, lengths = _values(headers, b"transfer-encoding"), _values(headers, b"content-length")
    if codings:
        if lengths or minor == 0 or [coding.lower() for coding in codings] != [b"chunked"]:
            raise refuse("the length of the body is ambiguous")
        return Framing("chunked")
    if len(lengths) > 1 or not all(map(LENGTH.fullmatch, lengths)):
        raise refuse("the length of the body is ambiguous")
    return Framing("length", int(lengths[0])) if lengths else None


def _passed(headers: Headers, rewritten: frozenset[bytes] = frozenset()) -> Iterable[tuple[bytes, bytes]]:
    dropped = (HOP_BY_HOP | FRAMED | rewritten | _listed(headers)) - UNTOUCHABLE
    return ((name, value) for name, value in headers if name.lower() not in dropped)


def _listed(headers: Headers) -> set[bytes]:
    """Return the words of the Connection headers."""
    return {word.strip().lower() for value in _values(headers, b"connection") for word in value.split(b",")}


def _values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for key, value in headers if key.lower() == name]
