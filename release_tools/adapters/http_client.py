"""An HTTP request by urllib3: one try, no redirects, a deadline for all of it, a cap on what is read.

What an answer means is its reader's business.
"""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from threading import Timer
from typing import NamedTuple
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from release_tools.record import record

CAP = 64 * 1024
PIECE = 8 * 1024
NO_ADDRESS = "its address is no http or https URL"


class Unanswered(Exception):
    """There was no whole answer; the text is a short reason without any secret."""


class Answer(NamedTuple):
    """An answer: its status, at most 64 KiB of its body, the seconds it took, and when the certificate expires."""

    status: int
    text: str
    seconds: float
    expires: float | None = None
    """Seconds since the epoch; None without TLS."""


@record
class HttpClient:
    """Asks; `authorities` is a file of certificates to trust besides those of the machine."""

    authorities: Path | None = None

    def ask(
        self, method: str, url: str, *, timeout: float, headers: Mapping[str, str] = {}, body: bytes | None = None
    ) -> Answer:
        """Return the answer to one request; `Unanswered` when there is none in time."""
        begun = time.monotonic()
        connection, target = self._connection(url, timeout)
        try:
            connection.connect()
            expires = _expiry(connection)
            with _until(begun + timeout, connection.sock):
                connection.request(method, target, body=body, headers=dict(headers), preload_content=False)
                answer = connection.getresponse()
                text = _read(answer, begun + timeout).decode("utf-8", "replace")
            return Answer(answer.status, text, time.monotonic() - begun, expires)
        except (urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
            late = time.monotonic() - begun >= timeout
            raise Unanswered(f"no answer within {timeout:g} s" if late else _reason(error)) from error
        finally:
            connection.close()

    def _connection(self, url: str, timeout: float) -> tuple[HTTPConnection, str]:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:  # whose text holds the address
            raise Unanswered(NO_ADDRESS) from None
        if parts.scheme not in ("http", "https") or not host:
            raise Unanswered(NO_ADDRESS)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if parts.scheme == "http":
            return HTTPConnection(host, port, timeout=timeout), target
        context = ssl.create_default_context()
        if self.authorities:
            context.load_verify_locations(self.authorities)
        return HTTPSConnection(host, port, timeout=timeout, ssl_context=context), target


def _read(answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    data = b""
    while len(data) < CAP and (piece := answer.read(PIECE)):
        data += piece
    if time.monotonic() > deadline:
        # What came before the end that we made of it is not all of the answer.
        raise TimeoutError
    return data[:CAP]


def _expiry(connection: HTTPConnection) -> float | None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return None
    told = (connection.sock.getpeercert() or {}).get("notAfter")
    return float(ssl.cert_time_to_seconds(told)) if isinstance(told, str) else None


@contextmanager
def _until(deadline: float, used: socket.socket | None) -> Iterator[None]:
    """End a connection at a deadline: a socket's own timeout begins anew with every byte, however slowly they drip."""
    timer = Timer(max(0.0, deadline - time.monotonic()), _shut, (used,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(used: socket.socket | None) -> None:
    if used is not None:
        with suppress(OSError):  # It has ended by itself.
            used.shutdown(socket.SHUT_RDWR)


def _reason(error: BaseException) -> str:
    """Return why there was no answer, in the words of the first cause that has any."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {cause.verify_message}"
        if isinstance(cause, TimeoutError):
            return "no answer in time"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        cause = cause.__cause__ or cause.__context__
    return f"the answer was cut off or malformed ({type(error).__name__})"
