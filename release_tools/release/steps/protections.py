"""The step that makes a forge enforce something, if it still enforces there what it did when the plan was made.

What is enforced is told in `protecting`.
"""

from dataclasses import fields
from typing import ClassVar, Literal

from release_tools.domain.forge.protection import Protection
from release_tools.engine.step import DONE, PENDING, Reality, conflict
from release_tools.record import record
from release_tools.release.world import World, forge_of


@record
class PutProtection:
    """Make a protection, or change the one of its name."""

    kind: ClassVar[str] = "put-protection"
    name: str
    target: Literal["branch", "tag"]
    pattern: str
    by_request: bool
    approvals: int
    methods: tuple[str, ...]
    checks: tuple[str, ...]
    keeps: bool
    forwards: bool
    bypass: tuple[str, ...]
    active: bool
    before: tuple[str, ...]
    """What the forge enforced when the plan was made, line by line; empty: nothing of this name."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"{'change' if self.before else 'add'} the protection “{self.name}” of {self.target} {self.pattern}"

    def probe(self, world: World) -> Reality:
        """Compare what is enforced now with what was, and with what shall be."""
        found = next((one for one in forge_of(world).protections() if one.name == self.name), None)
        now = found.lines() if found else ()
        if now == self._wanted().lines():
            return DONE
        return PENDING if now == self.before else conflict(f"Somebody has changed “{self.name}” at the forge.")

    def apply(self, world: World) -> None:
        """Put it."""
        forge_of(world).put_protection(self._wanted())

    def _wanted(self) -> Protection:
        return Protection(**{one.name: getattr(self, one.name) for one in fields(Protection)})


def put(protection: Protection, now: Protection | None) -> PutProtection:
    """Return the step that brings about a protection."""
    values = {one.name: getattr(protection, one.name) for one in fields(Protection)}
    return PutProtection(**values, before=now.lines() if now else ())
