"""A front in a process of its own, with a service behind it that answers as a test says; both end with the test.

Fixtures stand beside the tests that use them.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from process_rig import ending

from release_tools.adapters.front.proxy import ProxyFront
from release_tools.adapters.loopback_ports import free_ports


class Service(BaseHTTPRequestHandler):
    """Tells what it was asked; `/status/N` answers N, `/slow` waits for `released`, `/chunks` sends three."""

    protocol_version = "HTTP/1.1"
    released = threading.Event()
    seen: list[dict[str, Any]]

    def answer(self) -> None:
        """Answer any method."""
        body = self._body()
        told = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": len(body)}
        self.server.seen.append(told)  # type: ignore[attr-defined]
        if self.path == "/slow":
            self.server.arrived.set()  # type: ignore[attr-defined]
            self.server.released.wait(20)  # type: ignore[attr-defined]
        if self.path == "/chunks":
            self._chunks()
            return
        status = int(self.path.rpartition("/")[2]) if self.path.startswith("/status/") else 200
        data = json.dumps(told).encode() if status not in (204, 304) else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Own", "yes")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = answer

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def _chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(3):
            self.wfile.write(b"5\r\npart%d\r\n" % number)
            time.sleep(0.01)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Behind(ThreadingHTTPServer):
    """The service behind the front."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Service)
        self.seen: list[dict[str, Any]] = []
        self.arrived, self.released = threading.Event(), threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hung up."""


@contextmanager
def serving(port: int = 0) -> Iterator[Behind]:
    """Run the service until the block is left."""
    server = Behind(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def front_of(directory: Path, upstream: int) -> Iterator[ProxyFront]:
    """Return a front on a free port that has not been started; it is ended when the block is left."""
    with ending(directory):
        yield ProxyFront(directory=directory / "front", port=free_ports(1)[0], upstream=upstream)


def talk(port: int, sent: bytes, *, seconds: float = 5.0, until: bytes = b"") -> bytes:
    """Send bytes, and return what comes back until the other side hangs up, or until certain bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(sent)
        heard = b""
        while not (until and until in heard):
            try:
                piece = connection.recv(65536)
            except ConnectionResetError:
                break
            if not piece:
                break
            heard += piece
        return heard
