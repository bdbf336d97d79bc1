"""The port to what runs: releases laid out on disk, services, and the front that lets users in or keeps them out.

The process runtime and a compose runtime both fit it: a release is a directory, a service is started from one.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from release_tools.domain.deploy.service import Placement, ServiceSpec, ServiceState


class Releases(Protocol):
    """The directories under `releases/`, and which of them is current."""

    def path(self, release: str, /) -> str:
        """Return the absolute path of a release's directory, which need not be there."""
        ...

    def stage(self, release: str, commit: str, build: Sequence[str], /, *, timeout: float) -> str:
        """Lay out the tree of a commit and run the build command in it; return the SHA-256 of the tree as laid out.

        What an earlier attempt left unfinished is replaced; a finished one is kept.
        """
        ...

    def staged(self, release: str, /) -> str:
        """Return the SHA-256 of a finished release's tree, empty where there is none or it was changed since."""
        ...

    def all(self) -> tuple[str, ...]:
        """Return the releases that are laid out, ordered."""
        ...

    def current(self) -> str:
        """Return the release that `current` names, empty where nothing was ever deployed."""
        ...

    def switch(self, release: str, /) -> None:
        """Make `current` name a release, in one rename; empty: none, as before the first one."""
        ...

    def remove(self, release: str, /) -> None:
        """Remove a release's directory; the current one is refused."""
        ...


class Runtime(Protocol):
    """The services of one environment; they outlive the command that started them."""

    def states(self, placement: Placement | None = None, /) -> Mapping[str, ServiceState]:
        """Return what is seen of the live services, or of a rehearsal's, by name; those never started are left out."""
        ...

    def start(
        self, spec: ServiceSpec, placement: Placement, environment: Mapping[str, str], /, *, version: str
    ) -> ServiceState:
        """Start a service, supervised; one that runs from that release already is adopted.

        One that runs from another release is `PreconditionFailed`, a program that cannot be started `ToolFailed`.
        `environment` comes on top of the environment file's variables; `version` is told as `RELEASE_VERSION`.
        """
        ...

    def stop(self, name: str, placement: Placement | None = None, /, *, grace: float) -> None:
        """Stop a service and see to it that nothing starts it again; one that does not run is no error."""
        ...

    def rehearsals(self) -> tuple[str, ...]:
        """Return the rehearsals of which services are or were started, ordered."""
        ...

    def stop_rehearsal(self, rehearsal: str, /, *, grace: float) -> None:
        """Stop all services of a rehearsal and forget it; one that nobody knows is no error."""
        ...

    def restart_allowed(self, name: str, /, *, allowed: bool) -> None:
        """Let the supervisor start a live service again when it exits, or not; it may until it is told otherwise.

        What was told last holds for later starts as well; services of a rehearsal are never started again.
        """
        ...

    def log_tail(self, name: str, placement: Placement | None = None, /, *, lines: int = 50) -> tuple[str, ...]:
        """Return the last lines that a service wrote, masked."""
        ...

    def free_ports(self, count: int, /) -> tuple[int, ...]:
        """Return TCP ports on loopback that nobody listens on now."""
        ...

    def listening(self, port: int, /) -> bool:
        """Return whether somebody listens on a TCP port of loopback."""
        ...


class Front(Protocol):
    """What stands before the public service: it lets users in, or answers 503 and lets only the bypass through."""

    def mode(self) -> str:
        """Return `open`, `maintenance` or `absent`, as seen from outside, not as it was told."""
        ...

    def close(self, token: str, /, *, retry_after: int) -> None:
        """Answer everybody with 503 and Retry-After but those who bring the bypass token."""
        ...

    def open(self) -> None:
        """Let everybody in."""
        ...

    def address(self) -> str:
        """Return the base URL at which users reach the platform."""
        ...

    def bypass(self, token: str, /) -> Mapping[str, str]:
        """Return the request headers that go through during maintenance."""
        ...

    def traffic(self, seconds: float, /) -> Mapping[str, float]:
        """Return what users met in the last so many seconds: `requests`, `error_rate` (0 to 1), `p95` (seconds)."""
        ...
