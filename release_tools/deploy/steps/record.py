"""The steps that write down what was done, and tidy up what nothing leads back to any more.

The journal is the authority; a row that is there already stays one row.
"""

from typing import ClassVar

from release_tools.deploy.world import World
from release_tools.domain.deploy.record import DeployRow, VersionRow
from release_tools.engine.step import PENDING, Reality
from release_tools.record import record


@record
class RecordRows:
    """Write rows into the platform's own tables."""

    kind: ClassVar[str] = "record-rows"
    database: str
    versions: tuple[VersionRow, ...]
    deploys: tuple[tuple[tuple[str, str | float | bool | None], ...], ...]
    """Each row of `platform_deploys` as pairs of column and value."""

    def title(self) -> str:
        """Return one line for the plan."""
        rows = ", ".join(f"{row.version} ({row.description})" for row in self.versions) or "the outcome"
        return f"record {rows} in {self.database}"

    def probe(self, world: World) -> Reality:
        """Writing a row twice does no harm."""
        return PENDING

    def apply(self, world: World) -> None:
        """Upsert."""
        deploys = tuple(DeployRow(**dict(row)) for row in self.deploys)  # type: ignore[arg-type]
        world.databases[self.database].record(self.versions, deploys)


@record
class RemoveBackup:
    """Remove a backup that no generation keeps."""

    kind: ClassVar[str] = "remove-backup"
    backup: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"remove backup {self.backup}"

    def probe(self, world: World) -> Reality:
        """Removing what is gone does no harm."""
        return PENDING

    def apply(self, world: World) -> None:
        """Remove it; the store itself refuses the last verified one."""
        world.store.remove(self.backup)
