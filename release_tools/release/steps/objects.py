"""The step that moves a draft's objects into the repository, where they stay unreachable until a ref names them.

No ref names them yet; `refs` does that.
"""

from pathlib import Path
from typing import ClassVar

from release_tools.engine.step import DONE, PENDING, Reality, conflict
from release_tools.record import record
from release_tools.release.world import World


@record
class AdoptObjects:
    """Move the draft's objects into the repository; entering it again moves what is left."""

    kind: ClassVar[str] = "adopt-objects"
    source: str
    tips: tuple[str, ...]
    """The objects that later steps name."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"take the prepared objects into the repository ({', '.join(sha[:10] for sha in self.tips)})"

    def probe(self, world: World) -> Reality:
        """Done when nothing is left to move and every tip is here: a tip may come before what it is made of."""
        if any(path.is_file() for path in Path(self.source).rglob("*")):
            return PENDING
        if not world.reader.missing(self.tips):
            return DONE
        return conflict(f"The prepared objects in {self.source} are gone; `release-tools abort`, then start again.")

    def apply(self, world: World) -> None:
        """Move loose objects and packs."""
        world.writer.adopt(Path(self.source))
