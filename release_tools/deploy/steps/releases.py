"""The steps that lay out releases and say which of them is current.

A release that is laid out serves nobody yet.
"""

from typing import ClassVar

from release_tools.deploy.world import World
from release_tools.engine.step import DONE, PENDING, Reality, conflict
from release_tools.record import record


@record
class StageRelease:
    """Lay out a release's tree and build it there; `tree` is the hash that it had when the plan was made."""

    kind: ClassVar[str] = "stage-release"
    release: str
    commit: str
    build: tuple[str, ...]
    tree: str
    timeout: float

    def title(self) -> str:
        """Return one line for the plan."""
        return f"lay out release {self.release}"

    def probe(self, world: World) -> Reality:
        """Look whether it is laid out and untouched."""
        return DONE if world.releases.staged(self.release) == self.tree else PENDING

    def apply(self, world: World) -> None:
        """Lay it out again."""
        world.releases.stage(self.release, self.commit, self.build, timeout=self.timeout)


@record
class SwitchRelease:
    """Make another release the current one."""

    kind: ClassVar[str] = "switch-release"
    old: str
    new: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"make {self.new or 'no release'} current instead of {self.old or 'none'}"

    def probe(self, world: World) -> Reality:
        """Read the link."""
        now = world.releases.current()
        if now == self.new:
            return DONE
        if now != self.old:
            return conflict(f"{now or 'No release'} is current; expected {self.old} (before) or {self.new} (after).")
        return PENDING

    def apply(self, world: World) -> None:
        """Replace the link in one rename."""
        world.releases.switch(self.new)


@record
class RemoveRelease:
    """Remove a release that nothing leads back to any more."""

    kind: ClassVar[str] = "remove-release"
    release: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"remove release {self.release}"

    def probe(self, world: World) -> Reality:
        """Look whether it is there."""
        return PENDING if self.release in world.releases.all() else DONE

    def apply(self, world: World) -> None:
        """Remove its directory."""
        world.releases.remove(self.release)
