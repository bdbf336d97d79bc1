"""The front suite: what a request costs through the front, beside the same request without it.

The service behind is the same small server in both; it is a process of its own, and so is the front.
"""

import http.client
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers import Peers
from benchmarks.table import Row, Table, render_seconds, timed_row
from release_tools.adapters.front.proxy import ProxyFront
from release_tools.adapters.loopback_ports import free_ports, is_listening

REQUESTS = 200
BODY = 32 << 20
SMALL, LARGE, FRESH = "a small answer", "an answer of 32 MB", "a small answer, connection included"
SERVER = f"""
import asyncio, sys
LARGE = b"x" * {BODY}
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            body = LARGE if head.startswith(b"GET /large") else b"hello"
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()
asyncio.run(main())
"""


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return the table; there is no peer to compare with."""
    with _service() as port:
        front = ProxyFront(directory=home / "front", port=free_ports(1)[0], upstream=port)
        try:
            front.open()
            rows = tuple(
                row
                for what, ask, target in ((SMALL, _kept, 5.0), (FRESH, _fresh, 5.0), (LARGE, _large, 5.0))
                for row in _rows(what, ask, port, front.port, rounds, target)
            )
        finally:
            front.stop()
    notes = (f"{rounds} rounds; small answers are means of {REQUESTS} requests one after the other.",)
    return (Table(title="The front, time of a request", rows=rows, notes=notes),)


def _rows(
    what: str, ask: Callable[[int], float], direct: int, fronted: int, rounds: int, target: float
) -> tuple[Row, Row]:
    names = {f"{what}, direct": direct, f"{what}, through the front": fronted}
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name, port in names.items():
            seconds = ask(port)
            if number:
                times[name].append(seconds)
    floor, through = names
    added = [one - other for one, other in zip(times[through], times[floor], strict=True)]
    row = timed_row(times, through, floor, target=target)
    return timed_row(times, floor, floor), Row(
        what=f"{row.what} (adds {render_seconds(added)})",
        figure=row.figure,
        ratio=row.ratio,
        to=row.to,
        target=row.target,
    )


def _kept(port: int) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    begun = time.perf_counter()
    for _ in range(REQUESTS):
        connection.request("GET", "/")
        connection.getresponse().read()
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds / REQUESTS


def _fresh(port: int) -> float:
    begun = time.perf_counter()
    for _ in range(REQUESTS):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()
    return (time.perf_counter() - begun) / REQUESTS


def _large(port: int) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    begun = time.perf_counter()
    connection.request("GET", "/large")
    answer = connection.getresponse()
    size = 0
    while piece := answer.read(1 << 20):
        size += len(piece)
    seconds = time.perf_counter() - begun
    connection.close()
    if size != BODY:
        raise SystemExit(f"benchmarks: error: {size} bytes came instead of {BODY}")
    return seconds


@contextmanager
def _service() -> Iterator[int]:
    port = free_ports(1)[0]
    with subprocess.Popen((sys.executable, "-I", "-S", "-c", SERVER, str(port))) as server:
        try:
            deadline = time.monotonic() + 20
            while not is_listening(port):
                if time.monotonic() > deadline:
                    raise SystemExit("benchmarks: error: the service does not start")
                time.sleep(0.02)
            yield port
        finally:
            server.terminate()
