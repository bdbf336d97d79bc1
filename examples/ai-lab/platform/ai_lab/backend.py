"""The backend: JSON over HTTP on loopback.

GET /health, GET /version, and /api/environments: GET, POST {"name": ...}; below it GET and DELETE of an id.
"""

import argparse
import json
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ai_lab.artefacts import Artefacts
from ai_lab.database import open_database
from ai_lab.environments import Environments
from ai_lab.pace import admit
from ai_lab.settings import VERSION, backend_port
from ai_lab.warm_up import warm_up

API = "/api/environments"


class Answering(BaseHTTPRequestHandler):
    """Answers one client."""

    protocol_version = "HTTP/1.1"
    environments: Environments

    def do_GET(self) -> None:
        """Answer what is asked."""
        self._answered(self._found)

    def do_POST(self) -> None:
        """Make an environment."""
        self._answered(self._made)

    def do_DELETE(self) -> None:
        """Delete an environment."""
        self._answered(self._removed)

    def log_message(self, format: str, *args: Any) -> None:
        """Log a line on stderr, flushed."""
        print(f"{self.address_string()} {format % args}", file=sys.stderr, flush=True)

    def _answered(self, answer: Any) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if self.path.startswith(API):
                admit()
            status, content = answer(body)
        except Exception as error:  # noqa: BLE001 - the one boundary
            # Whatever went wrong is a 500 for this client and a line in the log; the others go on.
            self.log_error("%s", error)
            status, content = 500, {"error": type(error).__name__}
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _found(self, body: bytes) -> tuple[int, Any]:
        if self.path == "/health":
            return 200, {"status": "ok", "environments": len(self.environments.every())}
        if self.path == "/version":
            return 200, {"version": VERSION}
        if self.path == API:
            return 200, self.environments.every()
        found = self.environments.one(self._number()) if self._number() else None
        return (200, found) if found else (404, {"error": "not found"})

    def _made(self, body: bytes) -> tuple[int, Any]:
        wanted = json.loads(body or b"{}")
        if self.path != API or not wanted.get("name"):
            return 400, {"error": "POST a name to " + API}
        return 201, self.environments.make(wanted)

    def _removed(self, body: bytes) -> tuple[int, Any]:
        removed = self.environments.remove(self._number())
        return (200, {"removed": True}) if removed else (404, {"error": "not found"})

    def _number(self) -> int:
        last = self.path.removeprefix(API + "/")
        return int(last) if last.isdecimal() else 0


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, default=Path(), help="where the directory `artefacts` is")
    home = parser.parse_args().home
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    warm_up()
    Answering.environments = Environments(open_database(), Artefacts(home / "artefacts"))
    with ThreadingHTTPServer(("127.0.0.1", backend_port()), Answering) as server:
        print(f"ai-lab {VERSION} listens on port {server.server_port}", file=sys.stderr, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
