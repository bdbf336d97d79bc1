"""The steps that keep users out and let them in.

The token that leads through meanwhile is a secret of the run; no step holds it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from release_tools.deploy.world import World
from release_tools.engine.step import DONE, PENDING, Reality
from release_tools.errors import ToolFailed
from release_tools.ports.runtime import Front
from release_tools.record import record

LOOK_BACK = 300.0
"""Seconds of traffic before maintenance that a new version is measured against."""


@record
class CloseFront:
    """Answer users with 503 until the platform is opened again."""

    kind: ClassVar[str] = "close-front"
    retry_after: int

    def title(self) -> str:
        """Return one line for the plan."""
        return "keep users out (503)"

    def probe(self, world: World) -> Reality:
        """Ask from outside."""
        return DONE if _front(world).mode() == "maintenance" else PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Close, and look from outside whether it is closed."""
        front = _front(world)
        before = dict(front.traffic(LOOK_BACK))
        at = world.clock.now()
        front.close(world.token, retry_after=self.retry_after)
        if (mode := front.mode()) != "maintenance":
            raise ToolFailed(f"The front was closed, but answers as if it were {mode}.")
        return {"closed_at": at, "before_traffic": before}


@record
class OpenFront:
    """Let users in; from the line that says it begins, they are taken to have written."""

    kind: ClassVar[str] = "open-front"

    def title(self) -> str:
        """Return one line for the plan."""
        return "let users in"

    def probe(self, world: World) -> Reality:
        """Ask from outside."""
        return DONE if _front(world).mode() == "open" else PENDING

    def apply(self, world: World) -> Mapping[str, Any]:
        """Open, and look from outside whether it is open."""
        front = _front(world)
        front.open()
        if (mode := front.mode()) != "open":
            raise ToolFailed(f"The front was opened, but answers as if it were {mode}.")
        return {"opened_at": world.clock.now()}


def _front(world: World) -> Front:
    if world.front is None:
        raise ToolFailed("The plan has a front, but this platform has none.")
    return world.front
