"""A server that notices are posted to: it keeps what comes, and answers as it is told to. No test is here."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


class Receiver:
    """The server's address, what came, and how it answers from now on."""

    def __init__(self) -> None:
        self.got = list[dict[str, Any]]()
        self.raw = list[bytes]()
        self.status = 200
        self.hangs = False
        self.over = Event()
        self.url = ""

    @property
    def texts(self) -> list[str]:
        """Return the sentences that came."""
        return [one["text"] for one in self.got]


@contextmanager
def receiver(secret: str = "s3cret-path") -> Iterator[Receiver]:
    """Yield a server on loopback whose address holds a secret."""
    made = Receiver()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if made.hangs:
                made.over.wait(30)
                return
            if made.status < 300:
                made.raw.append(body)
                made.got.append(json.loads(body))
            self.send_response(made.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}/{secret}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
