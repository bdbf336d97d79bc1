"""The double as a server on loopback: REST under `/api/v3` or at the root, uploads, and git under `/owner/repo.git`.

What requests do stands in the modules of the routes; every one of them, and every reply, is held to the contract.
"""

import json
import re
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from forge_double import checks, people, pipelines, pulls, releases, rules  # noqa: F401 - they bring their routes
from forge_double.contract import Spoken, reply_faults, request_faults
from forge_double.faults import Fault
from forge_double.git_backend import identity_of, install_hook, serve
from forge_double.routing import ROUTES, Call, Refused, Route, Said
from forge_double.state import LEVELS, Identity, Repository, State

GIT = re.compile(r"/(?P<name>[^/]+/[^/]+?)(\.git)?/(?P<inner>info/refs|HEAD|objects/.+|git-(upload|receive)-pack)")
"""What git asks for, with or without `.git`."""
ROOTS = ("/api/v3", "/api/uploads", "")


@dataclass
class Heard:
    """One request as the double heard it."""

    login: str
    method: str
    path: str
    status: int = 0

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Double:
    """A running double: its state, what it heard, and what was wrong with that."""

    state: State
    address: str = ""
    heard: list[Heard] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    """Requests and replies that break the contract, and requests outside the slice."""
    faults: list[Fault] = field(default_factory=list)
    careless: set[str] = field(default_factory=set)
    """Tokens whose wrong requests are answered as GitHub answers them, instead of failing the test."""

    @property
    def api_url(self) -> str:
        """Return the address of the REST interface."""
        return f"{self.address}/api/v3"

    def repository(self, full_name: str, source: Path | None = None) -> Repository:
        """Add a repository, empty or around a bare one that is there."""
        made = self.state.add_repository(full_name, source)
        install_hook(made)
        return made

    def clone_url(self, full_name: str, token: str = "") -> str:
        """Return the address for git, with a token when one is given."""
        host = self.address.removeprefix("http://")
        return f"http://{f'x-access-token:{token}@' if token else ''}{host}/{full_name}.git"

    def wrong(self, fault: Fault) -> None:
        """Let something go wrong with the next requests that it is for."""
        self.faults.append(fault)

    def writes(self) -> list[str]:
        """Return what was asked for that changes something."""
        return [str(one) for one in self.heard if one.method != "GET"]

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        """Answer a request of WSGI."""
        request = Request(environ)
        return self._answered(request)(environ, start)

    def _answered(self, request: Request) -> Response:
        asked = GIT.fullmatch(request.path)
        if asked:
            repository = self.state.repositories.get(asked["name"])
            if repository is None:
                return Response("Repository not found.", 404)
            return serve(request, repository, identity_of(request, self.state.identities), asked["inner"])
        with self.state.lock:
            return self._rest(request)

    def _rest(self, request: Request) -> Response:
        root = next(root for root in ROOTS if request.path.startswith(f"{root}/"))
        path = request.path.removeprefix(root)
        who = identity_of(request, self.state.identities)
        heard = Heard(who.login if who else "", request.method, path)
        self.heard.append(heard)
        spoken = Spoken(
            request.method,
            path,
            request.args.items(multi=True),
            dict(request.headers),
            request.get_data(),
            request.content_type or "",
        )
        fault = next((one for one in self.faults if one.meets(request.method, path)), None)
        if fault:
            fault.times -= 1
        if fault and fault.kind == "before":
            heard.status = fault.status
            return _response(Said(fault.status, {"message": fault.message}, tuple(fault.headers.items())))
        if who is None:
            said = Refused(401, "Bad credentials").said
        else:
            wrong = request_faults(spoken)
            if wrong and who.token not in self.careless:
                self.violations.append(f"request {request.method} {path}: {wrong}")
                return _response(Said(501, {"message": f"outside the contract: {wrong}"}))
            said = (
                Refused(422, "Invalid request").said
                if wrong
                else self._acted(request, path, who, cut=bool(fault and fault.kind == "cut"))
            )
        heard.status = said.status
        reply = _response(said)
        wrong = reply_faults(spoken, said.status, dict(reply.headers), reply.get_data())
        if wrong and said.status not in (401,):
            self.violations.append(f"reply {said.status} to {request.method} {path}: {wrong}")
        return self._spoiled(fault, reply)

    def _acted(self, request: Request, path: str, who: Identity, *, cut: bool) -> Said:
        found = next(
            (
                (route, match)
                for route in ROUTES
                if route.method == request.method and (match := route.pattern.fullmatch(path))
            ),
            None,
        )
        if found is None:
            self.violations.append(f"{request.method} {path}: no such route")
            return Refused(404, "Not Found").said
        route, match = found
        parts = match.groupdict()
        name = f"{parts.pop('owner', '')}/{parts.pop('repo', '')}"
        repository = self.state.repositories.get(name) or (
            next(iter(self.state.repositories.values())) if name == "/" else None
        )
        if repository is None:
            return Refused(404, "Not Found").said
        is_json = (request.content_type or "").startswith("application/json")
        headers = {key.lower(): value for key, value in request.headers.items()} | {
            "x-path": request.path,
            "x-double-cut": "yes" if cut else "",
        }
        call = Call(
            state=self.state,
            who=who,
            repository=repository,
            base=self.address,
            query=dict(request.args),
            body=(json.loads(request.get_data() or b"null") if is_json else None) or {},
            raw=request.get_data(),
            headers=headers,
            path=parts,
        )
        try:
            _guard(route, who)
            return route.answer(call)
        except Refused as refused:
            return refused.said
        except Exception:  # noqa: BLE001 - a fault of the double must fail the test, not look like one of GitHub's
            self.violations.append(f"the double failed: {traceback.format_exc()}")
            return Said(500, {"message": "the double failed"})

    def _spoiled(self, fault: Fault | None, reply: Response) -> Response:
        if fault is None:
            return reply
        if fault.kind == "hang":
            self.state.lock.release()
            try:
                time.sleep(fault.seconds)
            finally:
                self.state.lock.acquire()
            return reply
        if fault.kind == "drop":
            return Response(_torn(), 200)
        return _response(Said(fault.status, {"message": fault.message}, tuple(fault.headers.items())))


def _guard(route: Route, who: Identity) -> None:
    if who.level(route.permission) >= LEVELS[route.level]:
        return
    if route.level == "read":
        raise Refused(404, "Not Found")
    refused = Refused(
        403,
        "Resource not accessible by integration" if who.is_app else "Resource not accessible by personal access token",
    )
    refused.said = refused.said._replace(
        headers=(("X-Accepted-GitHub-Permissions", f"{route.permission}={route.level}"),)
    )
    raise refused


def _response(said: Said) -> Response:
    body = b"" if said.status == 204 else json.dumps(said.data).encode()
    return Response(body, said.status, list(said.headers), content_type="application/json" if body else None)


def _torn() -> Iterator[bytes]:
    raise ConnectionResetError
    yield b""


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing; what was heard is kept."""


@contextmanager
def running(home: Path, port: int = 0) -> Iterator[Double]:
    """Run a double in a thread until the block ends."""
    double = Double(State(home))
    server = make_server("127.0.0.1", port, double, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    double.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
