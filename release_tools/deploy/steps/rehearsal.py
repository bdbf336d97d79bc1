"""The steps of a rehearsal: migrate a restored copy, boot the new version on it, and the previous one as well.

Everything here works on copies, other ports and a home of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from release_tools.deploy.steps.copies import REHEARSAL_GRACE
from release_tools.deploy.steps.migrations import migrator_of
from release_tools.deploy.steps.services import await_ready
from release_tools.deploy.waiting import Wait, await_good
from release_tools.deploy.world import World
from release_tools.domain.deploy.health import CheckSpec, Sample
from release_tools.domain.deploy.service import Placement, ServiceSpec
from release_tools.engine.step import PENDING, Reality
from release_tools.errors import BackupFailed, CheckFailed, ReleaseToolsError, ToolFailed

ASKED_DIRECTLY = ("http", "post", "identity", "tcp")


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateCopy:
    """Run the pending migrations on the restored copy and measure them; a copy that was touched is restored first."""

    kind: ClassVar[str] = "migrate-copy"
    release: str
    database: str
    copy: str
    target: str
    timeout: float

    def title(self) -> str:
        """Return one line for the plan."""
        return f"rehearse the migrations to {self.target} on {self.copy}"

    def probe(self, world: World) -> Reality:
        """What a rehearsal measures must be measured again."""
        return PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Migrate the copy; models ahead of the migrations, or an index left invalid, are a failure."""
        database, migrator = world.databases[self.database], migrator_of(world, self.release)
        environment = database.environment(self.copy, application=world.application)
        begun = world.clock.monotonic()
        try:
            migrator.migrate(environment, self.target, timeout=self.timeout, told=lambda _: None)
        except ToolFailed as error:
            raise BackupFailed(f"The rehearsal of the migrations failed: {error.failed}") from error
        seconds = world.clock.monotonic() - begun
        if ahead := migrator.ahead(environment):
            raise BackupFailed(f"The models are ahead of the migrations: {ahead}")
        contents = database.contents(self.copy)
        if contents.invalid_indexes:
            raise BackupFailed(f"The migrations leave invalid indexes: {', '.join(contents.invalid_indexes)}.")
        return {"rehearsed": {"schema": contents.schema, "revision": self.target, "seconds": seconds}}


@dataclass(frozen=True, slots=True, kw_only=True)
class BootOnCopy:
    """Boot a release's services on the copies, look whether they are well, and stop them again."""

    kind: ClassVar[str] = "boot-on-copy"
    release: str
    version: str
    copies: tuple[tuple[str, str], ...]
    rehearsal: str
    previous: bool
    """The version before: that it does not come up says how a rollback must go, and fails nothing."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"boot {self.release} on the migrated copy" + (", to see if it could go back" if self.previous else "")

    def probe(self, world: World) -> Reality:
        """What a rehearsal sees must be seen again."""
        return PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Boot in order, sample the checks that can be asked here, stop everything."""
        begun = world.clock.monotonic()
        said = ""
        try:
            self._boot(world)
        except (CheckFailed, ToolFailed) as error:
            said = error.failed
        finally:
            world.runtime.stop_rehearsal(self.rehearsal, grace=REHEARSAL_GRACE)
        if said and not self.previous:
            raise BackupFailed(f"{self.release} does not come up on the copy: {said}")
        fact = {"good": not said, "said": said[:2000], "seconds": world.clock.monotonic() - begun}
        return {"old_booted" if self.previous else "new_booted": fact}

    def _boot(self, world: World) -> None:
        blueprint = world.blueprint(self.release)
        specs = [spec for spec in blueprint.services if spec.rehearsed]
        ports = dict(zip((spec.name for spec in specs), world.runtime.free_ports(len(specs)), strict=True))
        placement = Placement(self.release, self.rehearsal)
        environment = self._environment(world, specs, ports)
        for spec in specs:
            there = replace(spec, port=ports[spec.name] if spec.port else 0)
            world.runtime.start(there, placement, environment, version=self.version)
            await_ready(world, there, placement, there.port, version=self.version)
        await_good(world, tuple(self._waits(world, blueprint.checks, ports)))

    def _environment(self, world: World, specs: list[ServiceSpec], ports: Mapping[str, int]) -> dict[str, str]:
        """Return what leads the services to the copies, to each other, and to a home of their own."""
        variables = {spec.port_variable: str(ports[spec.name]) for spec in specs if spec.port_variable}
        for database, copy in self.copies:
            variables |= world.databases[database].environment(copy, application=world.application)
        return variables | {"RELEASE_HOME": str(_home(world))}

    def _waits(self, world: World, checks: tuple[CheckSpec, ...], ports: Mapping[str, int]) -> Iterator[Wait]:
        copies = dict(self.copies)
        for check in checks:
            if check.kind in ASKED_DIRECTLY and check.service in ports:
                there = _directly(check, ports[check.service])
                look = partial(world.prober.sample, there, release=self.release, version=self.version)
                yield Wait(name=check.name, look=look, within=check.within)
            elif check.kind == "sql" and check.database in copies:
                look = partial(_ask, world, check, copies[check.database], self.version)
                yield Wait(name=check.name, look=look, within=check.within)


def _directly(check: CheckSpec, port: int) -> CheckSpec:
    if check.kind == "tcp":
        return replace(check, host="127.0.0.1", port=port, public=False)
    return replace(check, url=f"http://127.0.0.1:{port}", public=False)


def _ask(world: World, check: CheckSpec, copy: str, version: str) -> Sample:
    begun = world.clock.monotonic()
    try:
        found = world.databases[check.database].scalar(check.query, name=copy, timeout=check.timeout)
    except ReleaseToolsError as error:
        return Sample(check.name, False, error.failed, world.clock.monotonic() - begun)
    wanted = check.equals.replace("{version}", version)
    good = not wanted or found == wanted
    return Sample(check.name, good, "as expected" if good else "another value", world.clock.monotonic() - begun)


def _home(world: World) -> Path:
    return world.scratch / "home"
