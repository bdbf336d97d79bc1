"""The steps that tidy up around branches: their upstream, and their removal from git's configuration.

Refs are moved in `refs`, never here.
"""

from typing import ClassVar

from release_tools.engine.step import DONE, PENDING, Reality
from release_tools.record import record
from release_tools.release.world import World


@record
class TrackBranch:
    """Make the remote's branch of the same name the upstream."""

    kind: ClassVar[str] = "track-branch"
    branch: str
    remote: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"let {self.branch} track {self.remote}/{self.branch}"

    def probe(self, world: World) -> Reality:
        """Look in git's configuration."""
        settings = world.reader.settings()
        tracks = settings.get(f"branch.{self.branch}.merge") == f"refs/heads/{self.branch}"
        return DONE if tracks and settings.get(f"branch.{self.branch}.remote") == self.remote else PENDING

    def apply(self, world: World) -> None:
        """Set the upstream."""
        world.writer.track(self.branch, self.remote)


@record
class ForgetBranch:
    """Remove the configuration that a deleted branch leaves behind."""

    kind: ClassVar[str] = "forget-branch"
    branch: str

    def title(self) -> str:
        """Return one line for the plan."""
        return f"remove the configuration of {self.branch}"

    def probe(self, world: World) -> Reality:
        """Look in git's configuration."""
        section = f"branch.{self.branch}."
        return PENDING if any(key.startswith(section) for key in world.reader.settings()) else DONE

    def apply(self, world: World) -> None:
        """Remove the section."""
        world.writer.forget_branch(self.branch)
