"""Every kind of check says no: to what is wrong with an answer, in time, without a secret, naming what it left."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fakes.runtime import FakeRuntime
from process_rig import sleeper

from release_tools.adapters.http_client import CAP, HttpClient
from release_tools.adapters.loopback_ports import free_ports
from release_tools.adapters.prober import CheckProber
from release_tools.domain.deploy.health import CheckSpec, Sample
from release_tools.domain.deploy.service import Placement
from release_tools.errors import ToolFailed

SECRET = "hunter2-and-more"
VERSION = "1.1.0"


class Answers(ThreadingHTTPServer):
    """A service that answers by a table: `METHOD /path` to a status, a body, and the seconds that it thinks."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.table: dict[str, tuple[int, str, float]] = {}
        self.asked: list[tuple[str, dict[str, str], str]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hung up."""


class Answering(BaseHTTPRequestHandler):
    """One request to `Answers`; `/drip` never stops sending."""

    server: Answers

    def answer(self) -> None:
        """Answer any method."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.asked.append((f"{self.command} {self.path}", dict(self.headers), body))
        status, text, seconds = self.server.table.get(f"{self.command} {self.path}", (404, "", 0.0))
        time.sleep(seconds)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())
        while self.path == "/drip":
            self.wfile.write(b"x")
            time.sleep(0.02)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Answers]:
    """Return the service, shared by all tests."""
    server = Answers()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def service(shared: Answers) -> Answers:
    """Return the service with an empty table."""
    shared.table.clear()
    shared.asked.clear()
    return shared


class Database:
    """A reader that gives one answer or fails; nothing else of a database is asked by a check."""

    def __init__(self, answer: str | ToolFailed) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, float]] = []

    def scalar(self, query: str, /, *, name: str = "", timeout: float = 5.0) -> str:
        """Return the answer."""
        self.asked.append((query, name, timeout))
        if isinstance(self.answer, ToolFailed):
            raise self.answer
        return self.answer


@pytest.fixture
def runtime() -> FakeRuntime:
    """Return a runtime in which the service `web` runs."""
    runtime = FakeRuntime(variables={"API_TOKEN": SECRET})
    runtime.start(sleeper(), Placement("new"), {}, version=VERSION)
    return runtime


@pytest.fixture
def prober(runtime: FakeRuntime, service: Answers, tmp_path: Path) -> CheckProber:
    """Return a prober of that service."""
    return CheckProber(
        runtime=runtime,
        releases=lambda _: str(tmp_path),
        ports={"web": service.server_port, "mute": free_ports(1)[0]},
        variables=lambda: runtime.variables,
    )


def look(prober: CheckProber, check: CheckSpec, base_url: str = "", headers: Mapping[str, str] = {}) -> Sample:
    """Take a sample of the release `new`."""
    return prober.sample(check, release="new", version=VERSION, base_url=base_url, headers=headers)


def http(**changes: Any) -> CheckSpec:
    """Return a check over HTTP."""
    return CheckSpec(**({"name": "c", "kind": "http", "service": "web"} | changes))


GOOD = (200, '{"status": "ok", "list": [{"n": 1}], "version": "1.1.0", "flag": true}', 0.0)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"json_path": "status", "equals": "ok"},
        {"json_path": "list.0.n", "equals": "1"},
        {"json_path": "version", "equals": "{version}"},
        {"json_path": "flag", "equals": "true"},
        {"json_path": "status"},
        {"latency": 2.0},
        {"path": "missing", "status": 404},
        {"path": "/plain", "equals": "pong"},
        {"kind": "identity", "path": "/"},
        {"kind": "tcp"},
    ],
    ids=str,
)
def test_a_sound_answer_is_a_good_sample(prober: CheckProber, service: Answers, changes: dict[str, Any]) -> None:
    """So that each no below is about what it says."""
    service.table |= {"GET /": GOOD, "GET /plain": (200, "pong\n", 0.0)}
    sample = look(prober, http(**changes))
    assert (sample.good, sample.said, sample.final) == (True, "ok", False)
    assert 0 < sample.seconds < 5


@pytest.mark.parametrize(
    ("changes", "answer", "said"),
    [
        ({}, (503, "no\x1b[31m  way", 0.0), "answered 503 instead of 200: no [31m way"),
        ({"status": 204}, GOOD, "answered 200 instead of 204"),
        ({}, (302, "", 0.0), "answered 302 instead of 200"),
        ({"json_path": "status", "equals": "up"}, GOOD, "status is 'ok' instead of 'up'"),
        ({"json_path": "list.1.n", "equals": "1"}, GOOD, "there is no list.1.n"),
        ({"json_path": "gone"}, GOOD, "there is no gone"),
        ({"json_path": "status", "equals": "ok"}, (200, "<html>", 0.0), "there is no status"),
        ({"equals": "pong"}, (200, "ping", 0.0), "the answer is 'ping' instead of 'pong'"),
        ({"latency": 0.05}, (200, "", 0.2), "and 0.05 s are allowed"),
        ({"timeout": 0.2}, (200, "", 2.0), "no answer within 0.2 s"),
        ({"service": "mute"}, GOOD, "connection refused"),
        ({"service": "none"}, GOOD, "the service 'none' has no port"),
        ({"tls_days": 7}, GOOD, "the address is not https"),
        ({"url": "ftp://x"}, GOOD, "no http or https URL"),
        ({"url": "http://x:port/"}, GOOD, "no http or https URL"),
        ({"url": "http://[::1/"}, GOOD, "no http or https URL"),
        ({}, (500, f"token={SECRET}", 0.0), "token=***"),
        ({}, (500, "x" * 150 + SECRET, 0.0), "xxxxx***"),
        ({"equals": "pong"}, (200, SECRET, 0.0), "the answer is '***' instead"),
    ],
    ids=str,
)
def test_http_says_no(
    prober: CheckProber, service: Answers, changes: dict[str, Any], answer: tuple[int, str, float], said: str
) -> None:
    """To a wrong status, a wrong value, one that is missing, an answer that is late or none; without any secret."""
    service.table["GET /"] = answer
    sample = look(prober, http(**changes))
    assert not sample.good
    assert not sample.final
    assert said in sample.said
    assert SECRET[:5] not in sample.said
    assert sample.seconds < 1.5


def test_an_endless_answer_is_cut_off(prober: CheckProber, service: Answers) -> None:
    """Neither its size nor its dripping keeps a sample longer than it may take, and a message shows little of it."""
    service.table |= {"GET /drip": (200, "", 0.0), "GET /": (500, "word " * CAP, 0.0)}
    assert look(prober, http(path="/drip", timeout=0.3)).said == "no answer within 0.3 s"
    assert len(look(prober, http()).said) < 250


def test_a_head_that_drips_is_cut_off(prober: CheckProber) -> None:
    """A socket's own timeout would begin anew with every byte."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                for letter in "HTTP/1.1 200 OK\r\nX: " + "a" * 200:
                    try:
                        connection.sendall(letter.encode())
                    except OSError:
                        return
                    time.sleep(0.03)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        sample = look(prober, http(url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.3))
        thread.join(10)
    assert sample.said == "no answer within 0.3 s"
    assert sample.seconds < 1


def test_a_public_check_goes_through_the_front_with_its_headers(prober: CheckProber, service: Answers) -> None:
    """A check of the service itself does not, and does not tell it the bypass."""
    service.table["GET /"] = (500, "bypass-token-1", 0.0)
    front = f"http://127.0.0.1:{service.server_port}/"
    sample = look(prober, http(service=""), front, {"X-Bypass": "bypass-token-1"})
    assert sample.said.endswith(": ***")
    look(prober, http(public=False), front, {"X-Bypass": "bypass-token-1"})
    assert [headers.get("X-Bypass") for _, headers, _ in service.asked] == ["bypass-token-1", None]


@pytest.mark.parametrize(
    ("answer", "said", "final"),
    [
        ((200, '{"version": "1.0.0"}', 0.0), "version is '1.0.0' instead of '1.1.0'", True),
        ((200, "{}", 0.0), "there is no version", False),
        ((502, '{"version": "1.0.0"}', 0.0), "answered 502 instead of 200", False),
    ],
)
def test_identity_says_no(
    prober: CheckProber, service: Answers, answer: tuple[int, str, float], said: str, final: bool
) -> None:
    """To the old version for good; to an answer that tells none it says no for now."""
    service.table["GET /"] = answer
    sample = look(prober, http(kind="identity"))
    assert (sample.good, sample.final) == (False, final)
    assert said in sample.said


POST = {"kind": "post", "path": "/things", "body": '{"name": "probe"}', "status": 201}
CLEANED = {**POST, "json_path": "name", "equals": "probe", "cleanup_path": "/things/{id}", "cleanup_id": "id"}
MADE = (201, '{"id": 7, "name": "probe"}', 0.0)


def test_a_post_sends_its_body_and_cleans_up(prober: CheckProber, service: Answers) -> None:
    """What it has made is deleted by the id of the answer; one that is gone already is as good."""
    for status in (204, 404):
        service.table |= {"POST /things": MADE, "DELETE /things/7": (status, "", 0.0)}
        assert look(prober, http(**CLEANED)).good
    (asked, headers, body), (deleted, _, _), *_ = service.asked
    assert (asked, headers["Content-Type"], body) == ("POST /things", "application/json", POST["body"])
    assert deleted == "DELETE /things/7"


@pytest.mark.parametrize(
    ("made", "deleted", "said", "cleaned"),
    [
        ((200, MADE[1], 0.0), 204, ["answered 200 instead of 201"], True),
        ((201, '{"id": 7, "name": "other"}', 0.0), 204, ["name is 'other' instead of 'probe'"], True),
        ((201, "{}", 0.0), 204, ["there is no name", "no id in the answer"], False),
        (MADE, 500, ["7 was not cleaned up: 500"], True),
        ((201, '{"id": 7}', 0.0), 403, ["there is no name", "7 was not cleaned up: 403"], True),
        ((201, MADE[1], 2.0), 204, ["no answer within 0.3 s", "whether it has made anything is not known"], False),
    ],
)
def test_x57_post_says_no(
    prober: CheckProber,
    service: Answers,
    made: tuple[int, str, float],
    deleted: int,
    said: list[str],
    cleaned: bool,
) -> None:
    """To a wrong answer, to none, and to what it could not remove; the removal is tried all the same."""
    service.table |= {"POST /things": made, "DELETE /things/7": (deleted, "", 0.0)}
    sample = look(prober, http(**CLEANED, timeout=0.3))
    assert not sample.good
    for words in said:
        assert words in sample.said
    assert any(asked.startswith("DELETE") for asked, _, _ in service.asked) == cleaned


def test_x57_post_says_no_to_200_with_a_wrong_body(prober: CheckProber, service: Answers) -> None:
    """A page that says that all is well is not the thing that was asked for."""
    service.table["POST /things"] = (200, "<h1>Welcome</h1>", 0.0)
    sample = look(prober, http(**POST | {"status": 200, "json_path": "id"}))
    assert (sample.good, sample.said) == (False, "there is no id")


@pytest.mark.parametrize("place", [{"service": "mute"}, {"service": "", "host": "127.0.0.1"}])
def test_tcp_says_no(prober: CheckProber, place: dict[str, str]) -> None:
    """To a port that nobody listens on, a service's or one by its number."""
    check = CheckSpec(name="c", kind="tcp", port=free_ports(1)[0] if "host" in place else 0, **place)  # type: ignore[arg-type]
    sample = look(prober, check)
    assert not sample.good
    assert "connection refused" in sample.said


SQL = CheckSpec(name="c", kind="sql", database="main", query="SELECT 1", equals="1", timeout=3.0)


def test_sql_asks_the_database_that_it_is_about(prober: CheckProber) -> None:
    """The live one, or the copy that a rehearsal has; within its time."""
    database = Database("1")
    assert look(replace(prober, databases={"main": database}), SQL).good  # type: ignore[dict-item]
    assert look(replace(prober, databases={"main": database}, names={"main": "copy"}), SQL).good  # type: ignore[dict-item]
    assert database.asked == [("SELECT 1", "", 3.0), ("SELECT 1", "copy", 3.0)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("2", "the value is '2' instead of '1'"),
        (SECRET, "the value is '***' instead of '1'"),
        (ToolFailed("The query gives 2 rows instead of one."), "gives 2 rows"),
        (ToolFailed(f"The server said {SECRET}."), "The server said ***."),
    ],
    ids=["another value", "a secret value", "two rows", "an error"],
)
def test_sql_says_no(prober: CheckProber, answer: str | ToolFailed, said: str) -> None:
    """To another value, and to an answer that is no value at all."""
    sample = look(replace(prober, databases={"main": Database(answer)}), SQL)  # type: ignore[dict-item]
    assert not sample.good
    assert said in sample.said
    assert SECRET not in sample.said


def test_sql_says_no_to_a_database_that_nobody_knows(prober: CheckProber) -> None:
    """No later look will find it."""
    assert look(prober, SQL)[1:3] == (False, "there is no database main")


def command(script: str, **changes: Any) -> CheckSpec:
    """Return a check by a shell script."""
    return CheckSpec(**({"name": "c", "kind": "command", "command": ("/bin/sh", "-c", script)} | changes))


def test_a_command_runs_in_the_release_with_its_variables(prober: CheckProber, tmp_path: Path) -> None:
    """The environment file's, the version, and the holes of a command."""
    script = f'test "$API_TOKEN" = {SECRET} && test "$RELEASE_VERSION" = {VERSION} && test "$0" = {tmp_path} && pwd'
    check = command(script, equals=str(tmp_path))
    assert look(prober, replace(check, command=(*check.command, "{release}"))).said == "ok"


@pytest.mark.parametrize(
    ("script", "changes", "said"),
    [
        ("echo first >&2; echo $API_TOKEN is wrong >&2; exit 3", {}, "ended with exit code 3: *** is wrong"),
        ("echo 1; echo last; exit 1", {}, "ended with exit code 1: last"),
        ("echo 2", {"equals": "1"}, "its output is '2' instead of '1'"),
        ("sleep 60 & sleep 60", {"timeout": 0.2}, "within 0.2 seconds"),
        ("", {"command": ("/no/such/program",)}, "cannot be started"),
    ],
)
def test_a_command_says_no(prober: CheckProber, script: str, changes: dict[str, Any], said: str) -> None:
    """When it fails, hangs, says something else, or is not there."""
    sample = look(prober, command(script, **changes))
    assert not sample.good
    assert said in sample.said
    assert sample.seconds < 5


SERVICE = CheckSpec(name="c", kind="service", service="web")


def test_service_says_no_to_one_that_was_started_anew(prober: CheckProber, runtime: FakeRuntime) -> None:
    """Three good looks with a restart between them would be no three in a row."""
    assert look(prober, SERVICE).good
    runtime.end("web", 1)
    sample = look(prober, SERVICE)
    assert (sample.good, sample.final) == (False, False)
    assert "started anew" in sample.said
    assert look(prober, SERVICE).good


def test_service_says_no_for_good_to_the_wrong_release(prober: CheckProber) -> None:
    """The old one still runs."""
    sample = prober.sample(SERVICE, release="newer", version="1.2.0")
    assert (sample.good, sample.final) == (False, True)
    assert "runs from new instead of newer" in sample.said


@pytest.mark.parametrize(
    ("seen", "said", "final"),
    [
        ({"state": "stopped"}, "web is stopped", False),
        ({"state": "exited", "exit_code": 3}, "web has ended with exit code 3", False),
        ({"state": "exited", "exit_code": None}, "web has ended with an unknown exit code", False),
        ({"state": "exited", "exit_code": 137, "oom_killed": True}, "killed by the kernel for want of memory", True),
        ({"state": "exited", "exit_code": 1, "crash_loop": True, "restarts": 4}, "after 4 restarts", True),
    ],
)
@pytest.mark.parametrize("check", [SERVICE, CheckSpec(name="c", kind="tcp", service="web")], ids=lambda one: one.kind)
def test_x54_a_service_that_ended_says_how(
    prober: CheckProber, runtime: FakeRuntime, seen: dict[str, Any], said: str, final: bool, check: CheckSpec
) -> None:
    """With its exit code; what will not come back is told by every check that looks at it."""
    service = runtime.service("web")
    service.state = replace(service.state, **seen)
    sample = look(replace(prober, ports={"web": free_ports(1)[0]}), check)
    assert (sample.good, sample.final) == (False, final)
    assert said in sample.said or not (final or check is SERVICE)


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Return a URL with TLS, and the file of the authority that vouches for it until in ten days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    place = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=10))
    certificate = made.add_extension(place, critical=False).sign(key, hashes.SHA256())
    path = tmp_path / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(secret)
    server = Answers()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.table["GET /"] = GOOD
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", path
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_x45_a_certificate_about_to_expire_says_no(prober: CheckProber, certified: tuple[str, Path]) -> None:
    """Valid for the days that are asked for it is good, else it is said for how many it still is."""
    url, authority = certified
    trusting = replace(prober, client=HttpClient(authorities=authority))
    assert look(trusting, http(url=url, tls_days=9)).said == "ok"
    sample = look(trusting, http(url=url, tls_days=11))
    assert (sample.good, sample.said) == (False, "the certificate expires in 10.0 days")


def later(days: float) -> Callable[[], float]:
    """Return a clock that goes before the real one."""
    return lambda: time.time() + days * 86400


def test_the_days_left_are_counted_from_now(prober: CheckProber, certified: tuple[str, Path]) -> None:
    """The same certificate is about to expire a week later."""
    url, authority = certified
    trusting = replace(prober, client=HttpClient(authorities=authority), now=later(7))
    assert look(trusting, http(url=url, tls_days=9)).said == "the certificate expires in 3.0 days"


def test_a_certificate_that_nobody_vouches_for_says_no(prober: CheckProber, certified: tuple[str, Path]) -> None:
    """Whatever its days are."""
    sample = look(prober, http(url=certified[0]))
    assert not sample.good
    assert "its certificate is not valid: self" in sample.said


def test_the_value_of_a_sample_is_text(prober: CheckProber, service: Answers) -> None:
    """It can be written into a journal as it is."""
    service.table["GET /"] = (500, "ä" * 10, 0.0)
    assert json.loads(json.dumps(look(prober, http())._asdict()))["said"].endswith("ä" * 10)
