"""Rules that span several keys of the deploy tables: names that must be there, circles, windows that can be read.

Every rule is a function of the tables in one table, as in `config.semantics`.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from release_tools.config.deploy import Check, Deploy
from release_tools.config.finding import Finding
from release_tools.domain.deploy.window import parse_freeze, parse_window
from release_tools.domain.spelling import nearest
from release_tools.errors import UsageError

Rule = Callable[[Deploy], Iterator[Finding]]
NEEDS_SERVICE = ("service", "http", "post", "tcp", "identity")


def lint_deploy(deploy: Deploy) -> tuple[Finding, ...]:
    """Return everything that is wrong with deploy tables that fit the model, with paths below `deploy`."""
    return tuple(finding for rule in RULES for finding in rule(deploy))


def _services(deploy: Deploy) -> Iterator[Finding]:
    for name, service in deploy.services.items():
        for other in service.after:
            yield from _known(f"services.{name}.after", other, tuple(deploy.services))
        if service.health and service.port is None:
            yield Finding(f"services.{name}.health", "needs a port to be asked at")
    public = [name for name, service in deploy.services.items() if service.public]
    if deploy.front.kind == "front" and len(public) != 1:
        yield Finding("services", f"the front leads users to exactly one public service; {len(public)} are public")
    elif deploy.front.kind == "front" and deploy.services[public[0]].port is None:
        yield Finding(f"services.{public[0]}.port", "is needed, since the front leads users to it")


def _circles(deploy: Deploy) -> Iterator[Finding]:
    yield from _circle("services", {name: service.after for name, service in deploy.services.items()})
    befores = {name: (row.after,) if row.after else () for name, row in deploy.environments.items()}
    yield from _circle("environments", befores)


def _circle(path: str, needs: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    left = {name: set(others) & set(needs) for name, others in needs.items()}
    while ready := [name for name, others in left.items() if not others]:
        left = {name: others - set(ready) for name, others in left.items() if name not in ready}
    if left:
        yield Finding(path, f"these wait for each other: {', '.join(sorted(left))}")


def _migrations(deploy: Deploy) -> Iterator[Finding]:
    migrations = deploy.migrations
    if migrations.kind != "none":
        yield from _known("migrations.database", migrations.database, tuple(deploy.databases))
    if migrations.kind == "command":
        for key in ("upgrade", "check"):
            if not getattr(migrations, key):
                yield Finding(f"migrations.{key}", "is needed by the kind 'command'")


def _checks(deploy: Deploy) -> Iterator[Finding]:
    for name, check in deploy.checks.items():
        yield from (Finding(f"checks.{name}.{key}", wrong) for key, wrong in _check(check, deploy))


def _check(check: Check, deploy: Deploy) -> Iterator[tuple[str, str]]:
    elsewhere = check.url or check.host
    if check.kind in NEEDS_SERVICE and not elsewhere:
        yield from ((f.path, f.wrong) for f in _known("service", check.service, tuple(deploy.services)))
    if check.kind == "sql":
        yield from ((f.path, f.wrong) for f in _known("database", check.database, tuple(deploy.databases)))
    needed = {"sql": ("query",), "command": ("command",), "post": ("body",), "identity": ("json",)}
    yield from (
        (key, f"is needed by the kind {check.kind!r}") for key in needed.get(check.kind, ()) if not getattr(check, key)
    )
    if check.host and not check.port:
        yield "port", "is needed beside a host"
    if bool(check.cleanup_path) != bool(check.cleanup_id):
        yield "cleanup_path", "is used with `cleanup_id` only, and the reverse"


def _paths(deploy: Deploy) -> Iterator[Finding]:
    places = {f"directories.{name}": path for name, path in deploy.directories.items()}
    places |= {f"configuration[{index}]": path for index, path in enumerate(deploy.configuration)}
    places |= {f"services.{name}.directory": service.directory for name, service in deploy.services.items()}
    places |= {"migrations.directory": deploy.migrations.directory, "contract": deploy.contract}
    for key, path in places.items():
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts:
            yield Finding(key, "must be a relative path that stays below")


def _environments(deploy: Deploy) -> Iterator[Finding]:
    for name, row in deploy.environments.items():
        if row.after:
            yield from _known(f"environments.{name}.after", row.after, tuple(deploy.environments))
        for key, texts, parse in (("windows", row.windows, parse_window), ("freezes", row.freezes, parse_freeze)):
            for index, text in enumerate(texts):
                try:
                    parse(text)
                except UsageError as error:
                    yield Finding(f"environments.{name}.{key}[{index}]", error.failed)


def _known(path: str, name: str, names: tuple[str, ...]) -> Iterator[Finding]:
    if name not in names:
        near = nearest(name, names)
        meant = f"did you mean {near!r}?" if near else f"there are: {', '.join(names) or 'none'}"
        yield Finding(path, f"{name!r} is not there; {meant}" if name else f"is needed; {meant}")


RULES: tuple[Rule, ...] = (_services, _circles, _migrations, _checks, _paths, _environments)
