"""The steps that bring the live schema forward, and look whether it is what the rehearsal made.

A migration that was cut off is found by its sessions and by the recorded revision.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from release_tools.deploy.world import World
from release_tools.engine.step import DONE, PENDING, Reality, conflict, unknown
from release_tools.errors import CheckFailed, ToolFailed
from release_tools.ports.migrator import Migrator
from release_tools.record import record

LOOK = 0.05
"""Seconds between two looks at who is connected, while users are kept out."""


@record
class AwaitQuiet:
    """Keep the application out of the database and wait until nobody of it is connected."""

    kind: ClassVar[str] = "await-quiet"
    database: str
    seconds: float

    def title(self) -> str:
        """Return one line for the plan."""
        return f"wait until nobody is connected to {self.database}"

    def probe(self, world: World) -> Reality:
        """Somebody may come back, so it is looked at by applying."""
        return PENDING

    def apply(self, world: World) -> None:
        """Wait; whoever stays beyond the deadline is named, not ended: it is not ours."""
        database = world.databases[self.database]
        end = world.clock.monotonic() + self.seconds
        while stayed := database.sessions():
            if world.clock.monotonic() >= end:
                named = ", ".join(f"{one.application or one.role} (pid {one.pid}, {one.state})" for one in stayed[:5])
                raise ToolFailed(f"Still connected to {self.database} after {self.seconds:g} s: {named}.")
            world.clock.sleep(LOOK)


@record
class Migrate:
    """Bring the live database from one revision to another."""

    kind: ClassVar[str] = "migrate"
    release: str
    database: str
    source: str
    target: str
    timeout: float

    def title(self) -> str:
        """Return one line for the plan."""
        return f"migrate {self.database} from {self.source or 'nothing'} to {self.target}"

    def probe(self, world: World) -> Reality:
        """Read the recorded revision; a session of this run that is still at work makes it no answer yet."""
        if world.databases[self.database].sessions(world.application):
            return unknown(f"A migration of this run is still at work on {self.database}.")
        current = migrator_of(world, self.release).state(self._environment(world)).current
        if current == self.target:
            return DONE
        if current != self.source:
            return conflict(f"{self.database} stands at {current or 'nothing'}; expected {self.source or 'nothing'}.")
        return PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Migrate; every revision that is recorded is written into the journal as it comes."""
        begun = world.clock.monotonic()
        environment = self._environment(world)
        migrator_of(world, self.release).migrate(
            environment, self.target, timeout=self.timeout, told=lambda revision: world.note({"revision": revision})
        )
        return {"migrated": {"revision": self.target, "seconds": world.clock.monotonic() - begun}}

    def _environment(self, world: World) -> Mapping[str, str]:
        return world.databases[self.database].environment(application=world.application)


@record
class CheckSchema:
    """Compare the live schema with the one that the rehearsal made of the copy."""

    kind: ClassVar[str] = "check-schema"
    database: str
    schema: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"compare the schema of {self.database} with the rehearsed one"

    def probe(self, world: World) -> Reality:
        """Looking is all there is to it."""
        return PENDING

    def apply(self, world: World) -> None:
        """Compare the hashes, and look for indexes that a failed build left invalid."""
        contents = world.databases[self.database].contents()
        if contents.invalid_indexes:
            raise CheckFailed(f"{self.database} has invalid indexes: {', '.join(contents.invalid_indexes)}.")
        if contents.schema != self.schema:
            raise CheckFailed(
                f"The schema of {self.database} is {contents.schema[:12]}, the rehearsal made {self.schema[:12]}."
            )


def migrator_of(world: World, release: str) -> Migrator:
    """Return the migrator of a release; `ToolFailed` where it has none."""
    migrator = world.migrator(release)
    if migrator is None:
        raise ToolFailed(f"Release {release} has no migrations.")
    return migrator
