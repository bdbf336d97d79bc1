"""What every prober tells of services: real ones that serve over HTTP, and scripted ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.prober import FakeProber
from fakes.runtime import FakeRuntime, Script
from process_rig import ending, make_runtime, wait_until

from release_tools.adapters.loopback_ports import free_ports
from release_tools.adapters.prober import CheckProber
from release_tools.domain.deploy.health import CheckSpec, Sample
from release_tools.domain.deploy.service import Placement, ServiceSpec
from release_tools.ports.host import Prober
from release_tools.ports.runtime import Runtime

SERVER = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"version": sys.argv[1] or os.environ["RELEASE_VERSION"]}).encode())
    def log_message(self, *args): pass
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
SERVICE = CheckSpec(name="runs", kind="service", service="web")
HTTP = CheckSpec(name="answers", kind="http", service="web")
IDENTITY = CheckSpec(name="version", kind="identity", service="web")


@dataclass
class Patient:
    """A service that serves its version, and a prober that looks at it."""

    runtime: Runtime
    prober: Prober
    port: int

    def start(self, *, serves: str = "", broken: bool = False) -> None:
        """Start the service, which tells another version where one is named, or ends again and again."""
        if isinstance(self.runtime, FakeRuntime):
            loop = Script(exits=3, crash_loop=True)
            self.runtime.scripts["web"] = loop if broken else Script(serves=serves)
        script = "raise SystemExit(3)" if broken else SERVER
        command = ("{python}", "-I", "-S", "-c", script, serves)
        spec = ServiceSpec(name="web", command=command, port=self.port, port_variable="PORT")
        self.runtime.start(spec, Placement("one"), {}, version="1.0.0")

    def look(self, check: CheckSpec, *, release: str = "one", version: str = "1.0.0") -> Sample:
        """Take a sample."""
        return self.prober.sample(check, release=release, version=version)

    def wait(self) -> None:
        """Wait until it answers."""
        wait_until(lambda: self.look(HTTP).good)


@pytest.fixture(params=["real", "fake"])
def patient(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Patient]:
    """Return a service that was not started."""
    port = free_ports(1)[0]
    with ending(tmp_path):
        if request.param == "fake":
            fake = FakeRuntime()
            yield Patient(fake, FakeProber(runtime=fake), port)
            return
        runtime = make_runtime(tmp_path)
        prober = CheckProber(
            runtime=runtime, releases=runtime.releases, ports={"web": port}, variables=runtime.variables
        )
        yield Patient(runtime, prober, port)


@pytest.mark.parametrize("check", [SERVICE, HTTP, IDENTITY], ids=lambda check: check.kind)
def test_a_service_that_was_not_started_is_a_bad_sample_and_no_error(patient: Patient, check: CheckSpec) -> None:
    """It may still come."""
    sample = patient.look(check)
    assert (sample.check, sample.good, sample.final) == (check.name, False, False)
    assert sample.said


@pytest.mark.parametrize("check", [SERVICE, HTTP, IDENTITY], ids=lambda check: check.kind)
def test_a_service_that_serves_is_a_good_sample(patient: Patient, check: CheckSpec) -> None:
    """Of every kind, again and again."""
    patient.start()
    patient.wait()
    for _ in range(2):
        assert patient.look(check)._replace(seconds=0.0) == Sample(check.name, True, "ok", 0.0)


def test_another_version_than_the_target_is_bad_for_good(patient: Patient) -> None:
    """The old version still serves, or the tree does not hold what its name says."""
    patient.start(serves="0.9.0")
    patient.wait()
    sample = patient.look(IDENTITY)
    assert (sample.good, sample.final) == (False, True)
    assert "0.9.0" in sample.said


def test_a_stopped_service_is_a_bad_sample(patient: Patient) -> None:
    """It may be started again."""
    patient.start()
    patient.wait()
    patient.runtime.stop("web", grace=2.0)
    for check in (SERVICE, HTTP):
        sample = patient.look(check)
        assert (sample.good, sample.final) == (False, False)


def test_x54_a_crash_loop_is_bad_for_good(patient: Patient) -> None:
    """Also for a check that only sees that nobody listens."""
    patient.start(broken=True)
    wait_until(lambda: patient.look(SERVICE).final)
    assert not patient.look(SERVICE).good
    assert patient.look(HTTP).final
