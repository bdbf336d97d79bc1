"""The front as users and the service behind it meet it, over sockets."""

import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from front_rig import Behind, front_of, serving, talk

from release_tools.adapters.front.gate import COOKIE, HEADER
from release_tools.adapters.front.proxy import ProxyFront

TOKEN = "let-me-in-0123456789"
GET = b"GET /path?a=1 HTTP/1.1\r\nHost: here\r\n"
END = b"Connection: close\r\n\r\n"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """Return the service, shared by tests that leave no trace in it but what it has seen."""
    with serving() as service:
        yield service


@pytest.fixture(scope="module")
def shared(behind: Behind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProxyFront]:
    """Return a running front, shared by tests that do not change it."""
    with front_of(tmp_path_factory.mktemp("front"), behind.server_port) as front:
        front.open()
        yield front


@pytest.fixture
def front(shared: ProxyFront) -> ProxyFront:
    """Return the shared front, open."""
    shared.open()
    return shared


def parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer that ended with its connection."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


def told(front: ProxyFront, sent: bytes) -> dict[str, Any]:
    """Send a request, and return what the service says that it got."""
    status, _, body = parsed(talk(front.port, sent))
    assert status == 200, body
    found: dict[str, Any] = json.loads(body)
    return found


def test_a_request_reaches_the_service_as_it_was_sent(front: ProxyFront) -> None:
    """Method, target, headers, body; and the answer comes back with its own headers."""
    sent = b"POST /a%20b?q=%00 HTTP/1.1\r\nHost: here:1\r\nX-Mine: 1\r\nContent-Length: 5\r\n" + END + b"hello"
    status, headers, body = parsed(talk(front.port, sent))
    got = json.loads(body)
    assert (status, headers["X-Own"]) == (200, "yes")
    assert (got["method"], got["path"], got["body"]) == ("POST", "/a%20b?q=%00", 5)
    assert (got["headers"]["Host"], got["headers"]["X-Mine"]) == ("here:1", "1")


def test_what_was_meant_for_one_connection_is_not_passed_on(front: ProxyFront) -> None:
    """Hop-by-hop headers, and those that Connection names; Host stays whatever Connection says."""
    hops = b"Keep-Alive: 1\r\nTE: trailers\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nX-Hop: 1\r\n"
    got = told(front, GET + hops + b"X_Forwarded_For: 6.6.6.6\r\nConnection: close, X-Hop, Host\r\n\r\n")
    assert got["headers"].keys() == {"Host", "X-Forwarded-For", "X-Forwarded-Proto"}


def test_the_service_is_told_who_asks(front: ProxyFront) -> None:
    """A proxy on this host is believed about those before it; without one it is the peer, over http."""
    assert told(front, GET + END)["headers"]["X-Forwarded-For"] == "127.0.0.1"
    got = told(front, GET + b"X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n" + END)
    assert got["headers"]["X-Forwarded-For"] == "1.2.3.4, 127.0.0.1"
    assert got["headers"]["X-Forwarded-Proto"] == "https"


def test_connections_are_kept_and_requests_may_come_in_a_row(front: ProxyFront) -> None:
    """Several requests over one connection, also sent before the first answer, are answered in order."""
    sent = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(3))
    answers = talk(front.port, sent + b"HEAD /last HTTP/1.1\r\nHost: x\r\n" + END)
    assert answers.count(b"HTTP/1.1 200") == 4
    places = [answers.index(b'"path": "/%d"' % number) for number in range(3)]
    assert places == sorted(places)
    assert b"/last" not in answers


def test_chunks_go_both_ways(front: ProxyFront) -> None:
    """Extensions and trailers end at the front."""
    chunks = b"5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: 1\r\n\r\n"
    got = told(front, b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + END + chunks)
    assert got["body"] == 6
    with closing(http.client.HTTPConnection("127.0.0.1", front.port, timeout=5)) as connection:
        for _ in range(2):
            connection.request("GET", "/chunks")
            assert connection.getresponse().read() == b"part0part1part2"


def test_an_old_client_gets_what_it_understands(front: ProxyFront) -> None:
    """HTTP/1.0 knows no chunks; the end of the connection is the end of the answer."""
    status, headers, body = parsed(talk(front.port, b"GET /chunks HTTP/1.0\r\n\r\n"))
    assert (status, body) == (200, b"part0part1part2")
    assert "Transfer-Encoding" not in headers


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_leaves_the_connection_usable(front: ProxyFront, status: int) -> None:
    """Nothing is waited for behind it."""
    with closing(http.client.HTTPConnection("127.0.0.1", front.port, timeout=5)) as connection:
        for path in (f"/status/{status}", "/after"):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
        assert answer.status == 200


def test_a_client_that_waits_for_100_continue_gets_it(front: ProxyFront) -> None:
    """The body is sent only then."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n" + END
    with socket.create_connection(("127.0.0.1", front.port), timeout=5) as connection:
        connection.sendall(head)
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"abc")
        heard = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b'"body": 3' in heard


REFUSED = {
    "two lengths": b"Content-Length: 1\r\nContent-Length: 1\r\n",
    "a list of lengths": b"Content-Length: 1, 1\r\n",
    "a signed length": b"Content-Length: +1\r\n",
    "a length beside chunks": b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    "two codings": b"Transfer-Encoding: gzip, chunked\r\n",
    "the same coding twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "a coding that is none": b"Transfer-Encoding: xchunked\r\n",
    "a coding behind a control character": b"Transfer-Encoding: \x0bchunked\r\n",
    "a blank before the colon": b"Transfer-Encoding : chunked\r\n",
    "a folded line": b"X-A: 1\r\n Transfer-Encoding: chunked\r\n",
    "a bare carriage return": b"X-A: 1\rTransfer-Encoding: chunked\r\n",
    "a bare line feed": b"X-A: 1\nTransfer-Encoding: chunked\r\n",
    "a null byte": b"X-A: \x00\r\n",
    "two hosts": b"Host: there\r\n",
    "no name": b": x\r\n",
}


@pytest.mark.parametrize("lines", REFUSED.values(), ids=REFUSED.keys())
def test_what_two_servers_could_read_differently_is_refused(front: ProxyFront, behind: Behind, lines: bytes) -> None:
    """400, the connection ends, and nothing of it has reached the service."""
    seen = len(behind.seen)
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = talk(front.port, b"POST / HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n0\r\n\r\n" + smuggled)
    assert parsed(answer)[0] == 400
    assert answer.count(b"HTTP/1.1") == 1
    assert len(behind.seen) == seen


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400),
    ],
)
def test_a_malformed_request_is_refused(front: ProxyFront, sent: bytes, status: int) -> None:
    """With the status that says why, in one answer."""
    assert parsed(talk(front.port, sent))[0] == status


def test_a_large_body_is_streamed(front: ProxyFront) -> None:
    """64 MB each way through a process that does not grow by them."""
    size, piece = 64 << 20, b"x" * (1 << 20)
    pid = front.service.seen().identity.split(":")[0]  # type: ignore[union-attr]

    def resident() -> int:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    with socket.create_connection(("127.0.0.1", front.port), timeout=20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % size + END)
        for _ in range(size // len(piece)):
            connection.sendall(piece)
        heard = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b'"body": %d' % size in heard
    assert resident() - before < 8 << 20


def test_a_websocket_is_passed_through(tmp_path: Path) -> None:
    """After 101 the two talk as they like, bytes that came with the request included, until one hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as service, front_of(tmp_path, service.getsockname()[1]) as front:
        heads: list[bytes] = []

        def echo() -> None:
            connection, _ = service.accept()
            with connection:
                heard = b""
                while b"\r\n\r\n" not in heard:
                    heard += connection.recv(65536)
                head, _, rest = heard.partition(b"\r\n\r\n")
                heads.append(head)
                connection.sendall(
                    b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" + rest
                )
                while piece := connection.recv(65536):
                    connection.sendall(piece.upper())

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        front.open()
        upgrade = b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n"
        with socket.create_connection(("127.0.0.1", front.port), timeout=5) as connection:
            connection.sendall(GET + upgrade + b"early")
            heard = b""
            while not heard.endswith(b"EARLY"):
                heard += connection.recv(1000)
            assert heard.startswith(b"HTTP/1.1 101 ")
            assert b"Upgrade: websocket" in heard
            connection.sendall(b"\x81\x00late")
            assert connection.recv(1000) == b"\x81\x00LATE"
            # It may stay for days, so closing the front does not wait for its end.
            began = time.monotonic()
            front.close(TOKEN, retry_after=1)
            assert time.monotonic() - began < front.drain
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1000) == b""
        thread.join(5)
        assert b"Sec-WebSocket-Key: k" in heads[0]
        assert b"Connection: Upgrade" in heads[0]


def test_maintenance_is_told_to_programs_and_people(front: ProxyFront) -> None:
    """503 with Retry-After and words, no caching; a kept connection stays usable, HEAD has no body."""
    front.close(TOKEN, retry_after=17)
    with closing(http.client.HTTPConnection("127.0.0.1", front.port, timeout=5)) as connection:
        for method in ("GET", "HEAD", "GET"):
            connection.request(method, "/")
            answer = connection.getresponse()
            assert (answer.status, answer.getheader("Retry-After")) == (503, "17")
            assert answer.getheader("Cache-Control") == "no-store"
            assert bool(answer.read()) == (method == "GET")
        front.open()
        connection.request("GET", "/")
        assert connection.getresponse().status == 200


def test_a_body_is_not_read_during_maintenance(front: ProxyFront) -> None:
    """The answer comes at once, and the connection ends, so that no byte of it is taken for a request."""
    front.close(TOKEN, retry_after=17)
    answer = talk(
        front.port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 37\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    assert parsed(answer)[0] == 503
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("way", ["header", "cookie", "cookie among others"])
def test_the_token_lets_through_and_stays_at_the_front(front: ProxyFront, way: str) -> None:
    """As a header or a cookie; the service sees neither, but all other cookies."""
    front.close(TOKEN, retry_after=17)
    lines = {
        "header": f"{HEADER}: {TOKEN}\r\n",
        "cookie": f"Cookie: {COOKIE}={TOKEN}\r\n",
        "cookie among others": f"Cookie: a=1; {COOKIE}={TOKEN}; b=2\r\n",
    }[way]
    got = told(front, GET + lines.encode() + END)
    assert TOKEN not in json.dumps(got)
    assert got["headers"].get("Cookie") == ("a=1; b=2" if "others" in way else None)
    wrong = lines.replace(TOKEN, TOKEN[:-1])
    assert parsed(talk(front.port, GET + wrong.encode() + END))[0] == 503


def test_the_token_is_written_nowhere(front: ProxyFront) -> None:
    """Neither in the control file nor in the log; both are ours alone."""
    front.close(TOKEN, retry_after=17)
    talk(front.port, GET + f"{HEADER}: {TOKEN}\r\n".encode() + END)
    files = [path for path in front.directory.rglob("*") if path.is_file()]
    assert {"gate.json", "service.log"} <= {path.name for path in files}
    for path in files:
        assert TOKEN.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_a_control_file_that_nobody_understands_keeps_everybody_out(front: ProxyFront) -> None:
    """Half a file must not open a platform in the middle of a migration."""
    (front.directory / "gate.json").write_text('{"closed": fal')
    assert front.mode() == "maintenance"
    assert parsed(talk(front.port, GET + f"{HEADER}: {TOKEN}\r\n".encode() + END))[0] == 503


def test_a_request_under_way_is_finished_when_the_front_closes(tmp_path: Path) -> None:
    """Who is in may finish; closing waits for that; who comes then stays out."""
    with serving() as service, front_of(tmp_path, service.server_port) as front:
        front.open()
        answers: list[bytes] = []
        slow = b"GET /slow HTTP/1.1\r\nHost: x\r\n" + END
        client = threading.Thread(target=lambda: answers.append(talk(front.port, slow, seconds=20)))
        client.start()
        assert service.arrived.wait(5)
        closer = threading.Thread(target=lambda: front.close(TOKEN, retry_after=1))
        closer.start()
        while front.mode() != "maintenance":
            time.sleep(0.01)
        assert parsed(talk(front.port, GET + END))[0] == 503
        assert closer.is_alive()
        service.released.set()
        closer.join(10)
        client.join(10)
        assert not closer.is_alive()
        assert parsed(answers[0])[0] == 200
