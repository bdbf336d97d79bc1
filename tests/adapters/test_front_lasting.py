"""The front over time: a service that goes and comes, a front that is killed, slow clients, and its figures."""

import asyncio
import http.client
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from front_rig import front_of, serving, talk
from process_rig import wait_until

from release_tools.adapters.front.proxy import ProxyFront
from release_tools.adapters.front.server import Server, Settings
from release_tools.adapters.front.tally import Tally, figures
from release_tools.adapters.loopback_ports import free_ports
from release_tools.adapters.processes.identity import send_signal
from release_tools.errors import ToolFailed

TOKEN = "let-me-in-0123456789"
ASK = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture
def front(tmp_path: Path) -> Iterator[ProxyFront]:
    """Return an open front with nobody behind it."""
    with front_of(tmp_path, free_ports(1)[0]) as front:
        front.open()
        yield front


def status(front: ProxyFront) -> int:
    """Return the status that a user gets."""
    return int(talk(front.port, ASK).split()[1])


def test_a_service_that_is_down_is_502_until_it_is_back(front: ProxyFront) -> None:
    """Nothing has to be told to the front; a connection that a user keeps goes on with the new process."""
    assert status(front) == 502
    with closing(http.client.HTTPConnection("127.0.0.1", front.port, timeout=5)) as kept:
        for _ in range(2):
            with serving(front.upstream):
                kept.request("GET", "/")
                answer = kept.getresponse()
                answer.read()
                assert answer.status == 200
    assert status(front) == 502


def test_maintenance_outlives_the_front_itself(front: ProxyFront) -> None:
    """Killed, it is started again by its supervisor, and users are still kept out."""
    front.close(TOKEN, retry_after=5)
    seen = front.service.seen()
    assert seen
    send_signal(seen.identity, signal.SIGKILL)
    wait_until(lambda: front.mode() == "maintenance" and front.service.seen() != seen)
    assert status(front) == 503


def test_a_front_with_other_addresses_takes_the_place_of_the_old_one(front: ProxyFront) -> None:
    """The next change starts it anew where the configuration says."""
    with serving() as service:
        other = ProxyFront(directory=front.directory, port=front.port, upstream=service.server_port)
        other.open()
        assert status(other) == 200


def test_a_front_whose_port_is_taken_says_so(tmp_path: Path) -> None:
    """What the log says is in the message; the other listener is not mistaken for the front."""
    with serving() as stranger, front_of(tmp_path, 1) as made:
        front = ProxyFront(directory=made.directory, port=stranger.server_port, upstream=1, changed_within=1.0)
        assert front.mode() == "absent"
        with pytest.raises(ToolFailed, match="does not become open: it is absent"):
            front.open()


def test_a_stopped_front_finishes_what_is_under_way(tmp_path: Path) -> None:
    """SIGTERM lets requests end; afterwards it is absent."""
    with serving() as service, front_of(tmp_path, service.server_port) as front:
        front.open()
        with socket.create_connection(("127.0.0.1", front.port), timeout=10) as connection:
            connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert service.arrived.wait(5)
            seen = front.service.seen()
            assert seen
            front.service.allow_restart(allowed=False)
            send_signal(seen.identity, signal.SIGTERM)
            wait_until(lambda: front.mode() == "absent")
            service.released.set()
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        front.stop()
        assert front.mode() == "absent"


def test_what_users_met_is_told(tmp_path: Path) -> None:
    """Requests, the share of 5xx and the 95th percentile; those who were kept out met nothing, our checks neither."""
    with serving() as service, front_of(tmp_path, service.server_port) as front:
        front.open()
        for path in (*("/status/200",) * 7, "/status/404", "/status/500", "/status/503"):
            talk(front.port, ASK.replace(b"GET /", f"GET {path}".encode()))
        front.close(TOKEN, retry_after=5)
        assert status(front) == 503
        (name, value), *_ = front.bypass(TOKEN).items()
        talk(front.port, ASK[:-2] + f"{name}: {value}\r\n\r\n".encode())
        wait_until(lambda: front.traffic(60.0)["requests"] >= 10)
        found = front.traffic(60.0)
        assert found["requests"] == 10
        assert found["error_rate"] == pytest.approx(0.2)
        assert 0 < found["p95"] < 1
        assert front.traffic(0.0)["requests"] == 0


def test_the_figures_are_those_of_their_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A percentile is told to a few per cent; what is older than asked for, or from before a reboot, does not count."""
    now = 1000.0
    monkeypatch.setattr("release_tools.adapters.front.tally.monotonic", lambda: now)
    path = tmp_path / "tally"
    tally = Tally(path)
    for number in range(1, 101):
        tally.add(200, number / 100)
    tally.write()
    assert figures(path, 10.0)["p95"] == pytest.approx(0.95, rel=0.03)
    now = 1060.0
    tally.add(502, 0.0)
    tally.write()
    path.write_text(path.read_text() + "[99999.0, 5, [0, 5]]\n[1060.0, 7, [0")
    assert figures(path, 10.0) == {"requests": 1.0, "error_rate": 1.0, "p95": pytest.approx(1e-5, rel=0.03)}
    assert figures(path, 100.0)["requests"] == 101.0


def test_the_record_of_requests_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full file makes room, and the one before it is still read."""
    monkeypatch.setattr("release_tools.adapters.front.tally.LIMIT", 200)
    tally = Tally(tmp_path / "tally")
    for _ in range(50):
        tally.add(200, 0.1)
        tally.write()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 600
    assert 5 <= figures(tmp_path / "tally", 60.0)["requests"] < 50


def in_process(top: Path, drive: object, **changes: object) -> None:
    """Run a front within the test, with other limits, and something that drives it."""
    settings = Settings(
        **({"host": "127.0.0.1", "port": free_ports(1)[0], "upstream": 1, "directory": str(top)} | changes)
    )  # type: ignore[arg-type]

    async def run() -> None:
        server = Server(settings)
        task = asyncio.create_task(server.run())
        await asyncio.sleep(0.05)
        try:
            await asyncio.wait_for(drive(settings), 10)  # type: ignore[operator]
        finally:
            task.cancel()
            for one in server._tasks:
                one.cancel()
            await asyncio.gather(task, *server._tasks, return_exceptions=True)

    asyncio.run(run())


@pytest.mark.parametrize("dripping", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_a_client_that_drips_its_head_is_hung_up_on(tmp_path: Path, dripping: bytes) -> None:
    """However busily it drips: a head must be whole in time."""

    async def drive(settings: Settings) -> None:
        reader, writer = await asyncio.open_connection(settings.host, settings.port)
        began = time.monotonic()
        writer.write(dripping)
        while not reader.at_eof() and time.monotonic() - began < 5:
            writer.write(b"a")
            try:
                async with asyncio.timeout(0.02):
                    if not await reader.read(1):
                        break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        assert time.monotonic() - began < 2
        writer.close()

    in_process(tmp_path, drive, head_seconds=0.3)


def test_more_connections_than_allowed_are_turned_away(tmp_path: Path) -> None:
    """Those that are there stay served."""

    async def drive(settings: Settings) -> None:
        idle = [await asyncio.open_connection(settings.host, settings.port) for _ in range(3)]
        reader, writer = await asyncio.open_connection(settings.host, settings.port)
        writer.write(ASK)
        assert b"503" in await reader.readline()
        writer.close()
        for _, other in idle[:2]:
            other.close()
        await asyncio.sleep(0.05)
        reader, writer = idle[2]
        writer.write(ASK)
        assert b"502" in await reader.readline()
        writer.close()

    in_process(tmp_path, drive, connections=3)
