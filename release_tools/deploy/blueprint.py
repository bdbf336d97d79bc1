"""The blueprint: what a release consists of, from its own deploy tables and the host's facts, as values for steps.

It is read from the release's tree each time, so a plan needs to name the release only.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from release_tools.config.deploy import Bake, Check, Deploy, Environment, Service
from release_tools.domain.deploy.health import CheckSpec
from release_tools.domain.deploy.service import ServiceSpec, start_order
from release_tools.errors import ConfigError
from release_tools.record import record

SHORT = 10


class Identity(NamedTuple):
    """A version with the commit that it is."""

    version: str
    commit: str

    @property
    def release(self) -> str:
        """Return the name of its directory under `releases/`."""
        return f"{self.version}-{self.commit[:SHORT]}"


def version_of(release: str) -> str:
    """Return the version in the name of a release's directory; empty for an empty name."""
    return release.rpartition("-")[0]


@record
class Blueprint:
    """What a release consists of on this host."""

    tables: Deploy
    services: tuple[ServiceSpec, ...]
    """In the order in which they start."""
    checks: tuple[CheckSpec, ...]

    def service(self, name: str) -> ServiceSpec | None:
        """Return a service by its name, None when this release has none of that name."""
        return next((spec for spec in self.services if spec.name == name), None)

    @property
    def bake(self) -> Bake:
        """Return how a version is watched after opening."""
        return self.tables.bake

    def policy(self, environment: str) -> Environment:
        """Return the policy of an environment; one that the tables do not name has the defaults."""
        return self.tables.environments.get(environment, Environment())


Blueprints = Callable[[str], Blueprint]
"""From the name of a release that is laid out to its blueprint."""


def draw(tables: Deploy, variables: Mapping[str, str]) -> Blueprint:
    """Return the blueprint of deploy tables; `variables` are those of the environment file, for ports only."""
    specs = {name: _service(name, table, variables) for name, table in tables.services.items()}
    services = tuple(specs[name] for name in start_order(specs.values()))
    checks = tuple(_check(name, table) for name, table in tables.checks.items())
    return Blueprint(tables=tables, services=services, checks=(*_service_checks(services), *checks))


def _service(name: str, table: Service, variables: Mapping[str, str]) -> ServiceSpec:
    return ServiceSpec(
        name=name,
        command=table.command,
        directory=table.directory,
        port=port_of(table.port, variables) if table.port else 0,
        port_variable=table.port or "",
        health=table.health,
        after=table.after,
        grace=table.grace,
        ready_within=table.ready_within,
        public=table.public,
        rehearsed=table.rehearse,
    )


def port_of(key: str, variables: Mapping[str, str]) -> int:
    """Return the TCP port that a key of the environment file holds; `ConfigError` where it holds none."""
    text = variables.get(key, "")
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise ConfigError(
            f"{key} in the environment file is no TCP port.",
            state="Nothing was changed.",
            todo=f"Set {key} to a number from 1 to 65535.",
        )
    return int(text)


def _service_checks(services: tuple[ServiceSpec, ...]) -> tuple[CheckSpec, ...]:
    """Return what every service must satisfy without being told: it runs."""
    return tuple(CheckSpec(name=f"{spec.name} runs", kind="service", service=spec.name) for spec in services)


def _check(name: str, table: Check) -> CheckSpec:
    return CheckSpec(
        name=name,
        kind=table.kind,
        service=table.service,
        path=table.path,
        status=table.status,
        json_path=table.json,
        equals=table.equals or ("{version}" if table.kind == "identity" else ""),
        latency=table.latency,
        tls_days=table.tls_days,
        url=table.url,
        host=table.host,
        port=table.port,
        database=table.database if table.kind == "sql" else "",
        query=table.query,
        command=table.command,
        body=table.body,
        cleanup_path=table.cleanup_path,
        cleanup_id=table.cleanup_id,
        timeout=table.timeout,
        within=table.within,
        public=table.public,
        bake=table.kind != "post" if table.bake is None else table.bake,
    )
