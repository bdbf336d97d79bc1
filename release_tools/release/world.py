"""The world that release steps act on: one reader and one writer of git, the forge, this worktree's top directory.

A step gets everything else from its own fields.
"""

from pathlib import Path

from release_tools.errors import PreconditionFailed
from release_tools.ports import Forge, GitReader, GitWriter
from release_tools.record import record


@record
class World:
    """What steps may ask and change; `reader` sees the repository only, never a draft."""

    reader: GitReader
    writer: GitWriter
    top: Path
    forge: Forge | None = None
    """None where there is none that could be asked."""


def forge_of(world: World) -> Forge:
    """Return the forge; `PreconditionFailed` where the plan was made with one and there is none now."""
    if world.forge is None:
        raise PreconditionFailed(
            "The plan was made with a forge, and no forge can be asked now.",
            state="The run is as it was.",
            todo="Set GITHUB_TOKEN or GH_TOKEN as before, then type `release-tools continue`.",
        )
    return world.forge
