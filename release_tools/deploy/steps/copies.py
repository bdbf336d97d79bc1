"""The steps that copy live data, and swap copies with it.

What was live is renamed, never destroyed, until a deploy is committed.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

from release_tools.deploy.world import World
from release_tools.domain.deploy.database import contents_differences
from release_tools.engine.step import DONE, PENDING, Reality, conflict
from release_tools.errors import ToolFailed
from release_tools.record import record

REHEARSAL_GRACE = 5.0
"""Seconds that services of a rehearsal get to end."""


@record
class CopyDatabase:
    """Copy the live database beside itself, while nobody writes to it."""

    kind: ClassVar[str] = "copy-database"
    database: str
    copy: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"copy {self.database} as {self.copy}, to fall back to"

    def probe(self, world: World) -> Reality:
        """A copy is there whole or not at all."""
        return DONE if self.copy in world.databases[self.database].names(self.copy) else PENDING

    def apply(self, world: World) -> None:
        """Copy it."""
        world.databases[self.database].copy(self.copy)


@record
class VerifyFallback:
    """Compare the fallback copies with the live databases, or read the fallback backup back."""

    kind: ClassVar[str] = "verify-fallback"
    copies: tuple[tuple[str, str], ...]
    """Database and copy."""
    backup: str
    """Identifier of a quiesced backup that holds what the copies do not; empty: there is none."""

    def title(self) -> str:
        """Return one line for the plan."""
        return "verify the fallback point"

    def probe(self, world: World) -> Reality:
        """Nothing tells that it was looked at, so it is looked at again."""
        return PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Compare; a difference is a failure, and nothing was migrated yet."""
        for database, copy in self.copies:
            with ThreadPoolExecutor(2) as beside:  # users are kept out meanwhile
                live, copied = beside.map(world.databases[database].contents, ("", copy))
            if found := tuple(contents_differences(live, copied)):
                raise ToolFailed(f"The copy {copy} is not the live {database}: {'; '.join(found)}.")
        sha256 = ""
        if self.backup:
            sha256 = next(one.manifest_sha256 for one in world.backups.all() if one.backup == self.backup)
            world.backups.verify(self.backup, sha256=sha256)
        fallback = {"copies": dict(self.copies), "backup": self.backup, "manifest_sha256": sha256, "verified": True}
        return {"fallback": fallback}


@record
class SwapDatabase:
    """Make a copy the live database and keep the one that was live under another name."""

    kind: ClassVar[str] = "swap-database"
    database: str
    fresh: str
    kept: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"make {self.fresh} the live {self.database}, keep the old one as {self.kept}"

    def probe(self, world: World) -> Reality:
        """Look which of the names are there; between its two renames a swap is completed by doing it again."""
        database = world.databases[self.database]
        fresh, kept = (name in database.names(name) for name in (self.fresh, self.kept))
        if kept and not fresh:
            return DONE
        if not fresh:
            return conflict(f"Neither {self.fresh} nor {self.kept} is there.")
        return PENDING

    def apply(self, world: World) -> None:
        """Rename twice."""
        world.databases[self.database].swap(self.fresh, self.kept)


@record
class DropCopy:
    """Remove a copy of a database that is not needed any more."""

    kind: ClassVar[str] = "drop-copy"
    database: str
    copy: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"remove the copy {self.copy}"

    def probe(self, world: World) -> Reality:
        """Look whether it is there."""
        return PENDING if self.copy in world.databases[self.database].names(self.copy) else DONE

    def apply(self, world: World) -> None:
        """Remove it."""
        world.databases[self.database].drop(self.copy)


@record
class DropDirectory:
    """Remove a directory or file beside a live one that is not needed any more."""

    kind: ClassVar[str] = "drop-directory"
    path: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"remove {self.path}"

    def probe(self, world: World) -> Reality:
        """Look whether it is there."""
        return PENDING if world.host.exists(Path(self.path)) else DONE

    def apply(self, world: World) -> None:
        """Remove it."""
        world.host.remove(Path(self.path))


@record
class SwapDirectory:
    """Make an unpacked directory or file the live one and keep the one that was live under another name."""

    kind: ClassVar[str] = "swap-directory"
    live: str
    fresh: str
    kept: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"make {self.fresh} the live {self.live}, keep the old one as {self.kept}"

    def probe(self, world: World) -> Reality:
        """Look which of the names are there."""
        fresh, kept, live = (world.host.exists(Path(name)) for name in (self.fresh, self.kept, self.live))
        if live and not fresh:
            return DONE
        if not fresh and not live:
            return conflict(f"Neither {self.fresh} nor {self.live} is there; {self.kept} {'is' if kept else 'is not'}.")
        return PENDING

    def apply(self, world: World) -> None:
        """Rename twice."""
        world.host.swap_directory(Path(self.fresh), Path(self.live), Path(self.kept))


@record
class ClearScratch:
    """Remove what a rehearsal left: its directory, its services, its copies."""

    kind: ClassVar[str] = "clear-scratch"
    copies: tuple[tuple[str, str], ...]
    """Database and copy."""
    rehearsal: str

    def title(self) -> str:
        """Return one line for the plan."""
        return "remove what the rehearsal left"

    def probe(self, world: World) -> Reality:
        """Clearing is cheap and harmless; it is done whenever it is asked for."""
        return PENDING

    def apply(self, world: World) -> None:
        """Remove all of it."""
        world.runtime.stop_rehearsal(self.rehearsal, grace=REHEARSAL_GRACE)
        for database, copy in self.copies:
            world.databases[database].drop(copy)
        world.host.remove(world.scratch)
