"""The prober: takes one sample of one check, whatever its kind, and never raises for what it finds.

When a check is asked again, and what its samples mean, is decided by the domain's rules.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from release_tools.adapters.http_checks import SOUND, Fault, HttpChecks
from release_tools.adapters.http_client import HttpClient
from release_tools.adapters.processes.supervised import INHERITED
from release_tools.adapters.program import run_program
from release_tools.domain.deploy.answers import excerpt, lint_value
from release_tools.domain.deploy.health import CheckSpec, Sample
from release_tools.domain.deploy.holes import fill_holes
from release_tools.domain.deploy.masking import mask, secrets_of
from release_tools.domain.deploy.service import Placement, ServiceState
from release_tools.errors import ReleaseToolsError
from release_tools.ports.database import DatabaseReader
from release_tools.ports.runtime import Runtime

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProber:
    """Samples of the live services, or of a rehearsal's: then with its ports, variables and databases.

    A service that is another process than at the last look has been started anew in between, which is a bad sample.
    """

    runtime: Runtime
    releases: Callable[[str], str]
    """Where the tree of a release is."""
    ports: Mapping[str, int]
    """By service."""
    variables: Callable[[], Mapping[str, str]]
    """What a command gets, and what no message may show."""
    databases: Mapping[str, DatabaseReader] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """The copies that are asked instead of live databases, by the database's name in the configuration."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the holes of a command stand for, besides `{release}` and `{port}`."""
    rehearsal: str = ""
    client: HttpClient = field(default_factory=HttpClient)
    now: Callable[[], float] = time.time
    seen: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """The identity of each service at the last look."""

    def sample(
        self, check: CheckSpec, *, release: str, version: str, base_url: str = "", headers: Mapping[str, str] = {}
    ) -> Sample:
        """Look once; `base_url` is the front's, for public checks, and `headers` go along with those alone."""
        begun = time.monotonic()
        try:
            fault = self._look(check, Placement(release, self.rehearsal), version, base_url, headers)
        except ReleaseToolsError as error:
            fault = Fault(error.failed)
        except OSError as error:
            fault = Fault((error.strerror or str(error)).lower())
        if fault.said and not fault.final:
            # A port that nobody listens on any more may be that of a service which will never come back.
            fault = self._hopeless(check) or fault
        secrets = (*secrets_of(self.variables()), *headers.values())
        said = excerpt(mask(fault.said, secrets)) or "ok"
        return Sample(
            check=check.name, good=not fault.said, said=said, seconds=time.monotonic() - begun, final=fault.final
        )

    def _look(
        self, check: CheckSpec, placement: Placement, version: str, base_url: str, headers: Mapping[str, str]
    ) -> Fault:
        if check.kind == "service":
            return self._look_at_service(check, placement)
        if check.kind == "tcp":
            return self._look_at_port(check)
        if check.kind == "sql":
            return self._look_at_database(check, version)
        if check.kind == "command":
            return self._look_by_command(check, placement, version)
        public = check.public and bool(check.url or base_url)
        url = check.url or (base_url if public else f"http://{LOOPBACK}:{self._port(check)}")
        checks = HttpChecks(
            client=self.client, url=url, headers=headers if public else {}, version=version, now=self.now
        )
        looks = {"http": checks.look, "post": checks.look_by_post, "identity": checks.look_for_identity}
        return looks[check.kind](check)

    def _look_at_service(self, check: CheckSpec, placement: Placement) -> Fault:
        state = self._state(check)
        if state is None:
            return Fault(f"{check.service} was never started")
        if state.state != "running":
            return Fault(f"{check.service} {_ending(state)}")
        if state.release != placement.release:
            return Fault(f"{check.service} runs from {state.release} instead of {placement.release}", final=True)
        before = self.seen.get(check.service, state.identity)
        self.seen[check.service] = state.identity
        if before != state.identity:
            return Fault(f"{check.service} was started anew since the last look ({state.restarts} restarts)")
        return SOUND

    def _look_at_port(self, check: CheckSpec) -> Fault:
        host, port = check.host or LOOPBACK, check.port or self._port(check)
        try:
            socket.create_connection((host, port), timeout=check.timeout).close()
        except TimeoutError:
            return Fault(f"no connection to {host}:{port} within {check.timeout:g} s")
        except OSError as error:
            return Fault(f"no connection to {host}:{port}: {(error.strerror or str(error)).lower()}")
        return SOUND

    def _look_at_database(self, check: CheckSpec, version: str) -> Fault:
        reader = self.databases.get(check.database)
        if reader is None:
            return Fault(f"there is no database {check.database}", final=True)
        name = self.names.get(check.database, "")
        found = reader.scalar(check.query, name=name, timeout=check.timeout)
        return Fault(lint_value("the value", found, check.equals.replace("{version}", version)))

    def _look_by_command(self, check: CheckSpec, placement: Placement, version: str) -> Fault:
        tree = self.releases(placement.release)
        port = {"port": str(self.ports[check.service])} if check.service in self.ports else {}
        command = fill_holes(check.command, {**self.values, **port, "release": tree})
        variables = self.variables()
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        done = run_program(
            command,
            env={**inherited, **variables, "RELEASE_VERSION": version},
            cwd=Path(tree),
            timeout=check.timeout,
            mask=secrets_of(variables),
            ok=None,
        )
        if done.code:
            words = excerpt((done.err or done.out).strip().rpartition("\n")[2])
            return Fault(f"ended with exit code {done.code}" + (f": {words}" if words else ""))
        expected = check.equals.replace("{version}", version)
        return Fault(lint_value("its output", done.out.strip(), expected)) if expected else SOUND

    def _port(self, check: CheckSpec) -> int:
        port = self.ports.get(check.service, 0)
        if not port:
            raise OSError(f"the service {check.service!r} has no port")
        return port

    def _state(self, check: CheckSpec) -> ServiceState | None:
        return self.runtime.states(Placement("", self.rehearsal)).get(check.service)

    def _hopeless(self, check: CheckSpec) -> Fault | None:
        state = self._state(check) if check.service else None
        if state and state.state != "running" and (state.oom_killed or state.crash_loop):
            return Fault(f"{check.service} {_ending(state)}", final=True)
        return None


def _ending(state: ServiceState) -> str:
    """Return how a service that does not run has ended."""
    if state.state == "stopped":
        return "is stopped"
    code = "an unknown exit code" if state.exit_code is None else f"exit code {state.exit_code}"
    oom = ", killed by the kernel for want of memory" if state.oom_killed else ""
    loop = f"; after {state.restarts} restarts it is left alone" if state.crash_loop else ""
    return f"has ended with {code}{oom}{loop}"
