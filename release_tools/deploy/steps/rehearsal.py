"""The steps of a rehearsal: migrate a restored copy, boot the new version on it, and the previous one as well.

Everything here works on copies, other ports and a home of its own.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from release_tools.deploy.steps.copies import REHEARSAL_GRACE
from release_tools.deploy.steps.migrations import migrator_of
from release_tools.deploy.steps.services import wait_for
from release_tools.deploy.waiting import Wait, await_steady, await_up
from release_tools.deploy.world import Rehearsal, World
from release_tools.domain.deploy.health import CheckSpec
from release_tools.domain.deploy.service import Placement, ServiceSpec
from release_tools.engine.step import PENDING, Reality
from release_tools.errors import BackupFailed, CheckFailed, ToolFailed
from release_tools.ports.host import Prober
from release_tools.record import record


@record
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


@record
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
        home = environment["RELEASE_HOME"]
        rehearsal = Rehearsal(self.rehearsal, ports, environment, dict(self.copies), home)
        prober = world.rehearsal_prober(rehearsal)
        waits = list[Wait]()
        for spec in specs:
            there = replace(spec, port=ports[spec.name] if spec.port else 0)
            world.runtime.start(there, placement, environment, version=self.version)
            await_up(world, (wait_for(world, there, placement, prober, version=self.version),))
            waits.append(wait_for(world, there, placement, prober, version=self.version))
        checks = [check for check in blueprint.checks if check.kind != "service" and check.service in ("", *ports)]
        await_steady(world, [*waits, *(self._wait(prober, check) for check in checks)])

    def _wait(self, prober: Prober, check: CheckSpec) -> Wait:
        # Nothing of a rehearsal stands behind the front.
        look = partial(prober.sample, replace(check, public=False), release=self.release, version=self.version)
        return Wait(name=check.name, look=look, within=check.within)

    def _environment(self, world: World, specs: list[ServiceSpec], ports: Mapping[str, int]) -> dict[str, str]:
        """Return what leads the services to the copies, to each other, and to a home of their own."""
        variables = {spec.port_variable: str(ports[spec.name]) for spec in specs if spec.port_variable}
        for database, copy in self.copies:
            variables |= world.databases[database].environment(copy, application=world.application)
        return variables | {"RELEASE_HOME": str(_home(world))}


def _home(world: World) -> Path:
    return world.scratch / "home"
