"""The prober: takes one sample of one check, whatever its kind, and never raises for what it finds.

When a check is asked again, and what its samples mean, is decided by the domain's rules.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path

from release_tools.adapters.http_checks import SOUND, Fault, HttpChecks
from release_tools.adapters.http_client import HttpClient
from release_tools.adapters.processes.supervised import INHERITED
from release_tools.adapters.program import run_program
from release_tools.domain.deploy.answers import excerpt, lint_value
from release_tools.domain.deploy.health import CheckKind, CheckSpec, Sample
from release_tools.domain.deploy.holes import fill_holes
from release_tools.domain.deploy.masking import mask, secrets_of
from release_tools.domain.deploy.service import Placement, ServiceState
from release_tools.errors import ReleaseToolsError
from release_tools.ports.database import DatabaseReader
from release_tools.ports.runtime import Runtime
from release_tools.record import record

LOOPBACK = "127.0.0.1"
SENTENCE = 400
"""Characters of what a sample says."""


@record
class Look:
    """What one sample is about besides its check."""

    placement: Placement
    version: str
    base_url: str
    headers: Mapping[str, str]
    show: Callable[[str], str]
    """Makes of what was seen what a message may repeat."""


@record
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
        # What is cut off is masked before: half a secret would not be found.
        secrets = (*headers.values(), *secrets_of(self.variables()))
        try:
            look = Look(
                placement=Placement(release, self.rehearsal),
                version=version,
                base_url=base_url,
                headers=headers,
                show=lambda text: excerpt(mask(text, secrets)),
            )
            fault = self._look(check, look)
        except ReleaseToolsError as error:
            fault = Fault(error.failed)
        except OSError as error:
            fault = Fault((error.strerror or str(error)).lower())
        if fault.said and not fault.final:
            # A port that nobody listens on any more may be that of a service which will never come back.
            fault = self._hopeless(check) or fault
        said = excerpt(mask(fault.said, secrets), SENTENCE) or "ok"
        return Sample(
            check=check.name, good=not fault.said, said=said, seconds=time.monotonic() - begun, final=fault.final
        )

    def _look(self, check: CheckSpec, look: Look) -> Fault:
        looks: dict[CheckKind, Callable[[CheckSpec, Look], Fault]] = {
            "service": self._look_at_service,
            "tcp": self._look_at_port,
            "sql": self._look_at_database,
            "command": self._look_by_command,
            "http": lambda check, look: self._over_http(check, look).look(check),
            "post": lambda check, look: self._over_http(check, look).look_by_post(check),
            "identity": lambda check, look: self._over_http(check, look).look_for_identity(check),
        }
        return looks[check.kind](check, look)

    def _over_http(self, check: CheckSpec, look: Look) -> HttpChecks:
        public = check.public and bool(check.url or look.base_url)
        return HttpChecks(
            client=self.client,
            url=check.url or (look.base_url if public else f"http://{LOOPBACK}:{self._port(check)}"),
            headers=look.headers if public else {},
            version=look.version,
            show=look.show,
            now=self.now,
        )

    def _look_at_service(self, check: CheckSpec, look: Look) -> Fault:
        state = self._state(check)
        if state is None:
            return Fault(f"{check.service} was never started")
        if state.state != "running":
            return Fault(f"{check.service} {_ending(state)}")
        wanted = look.placement.release
        if state.release != wanted:
            return Fault(f"{check.service} runs from {state.release} instead of {wanted}", final=True)
        before = self.seen.get(check.service, state.identity)
        self.seen[check.service] = state.identity
        if before != state.identity:
            return Fault(f"{check.service} was started anew since the last look ({state.restarts} restarts)")
        return SOUND

    def _look_at_port(self, check: CheckSpec, look: Look) -> Fault:
        host, port = check.host or LOOPBACK, check.port or self._port(check)
        try:
            socket.create_connection((host, port), timeout=check.timeout).close()
        except TimeoutError:
            return Fault(f"no connection to {host}:{port} within {check.timeout:g} s")
        except OSError as error:
            return Fault(f"no connection to {host}:{port}: {(error.strerror or str(error)).lower()}")
        return SOUND

    def _look_at_database(self, check: CheckSpec, look: Look) -> Fault:
        reader = self.databases.get(check.database)
        if reader is None:
            return Fault(f"there is no database {check.database}", final=True)
        name = self.names.get(check.database, "")
        found = reader.scalar(check.query, name=name, timeout=check.timeout)
        return Fault(lint_value("the value", found, check.equals.replace("{version}", look.version), look.show))

    def _look_by_command(self, check: CheckSpec, look: Look) -> Fault:
        tree = self.releases(look.placement.release)
        port = {"port": str(self.ports[check.service])} if check.service in self.ports else {}
        command = fill_holes(check.command, {**self.values, **port, "release": tree})
        variables = self.variables()
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        done = run_program(
            command,
            env={**inherited, **variables, "RELEASE_VERSION": look.version},
            cwd=Path(tree),
            timeout=check.timeout,
            mask=secrets_of(variables),
            ok=None,
        )
        if done.code:
            words = look.show((done.err or done.out).strip().rpartition("\n")[2])
            return Fault(f"ended with exit code {done.code}" + (f": {words}" if words else ""))
        expected = check.equals.replace("{version}", look.version)
        return Fault(lint_value("its output", done.out.strip(), expected, look.show)) if expected else SOUND

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
