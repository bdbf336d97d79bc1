"""The steps that move refs: at the remote by one atomic push, here by one transaction.

Both compare and swap: a ref that is neither as before nor as after is a conflict.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from release_tools.domain.refs import ABSENT, TAGS, RefUpdate
from release_tools.engine.step import DONE, PENDING, Reality, conflict
from release_tools.record import record
from release_tools.release.world import World


@record
class PushRefs:
    """Push all updates or none, each only where the remote still has the value it had at plan time."""

    kind: ClassVar[str] = "push-refs"
    remote: str
    updates: tuple[RefUpdate, ...]

    def title(self) -> str:
        """Return one line for the plan."""
        return f"push to {self.remote}, all or nothing: {_shown(self.updates)}"

    def probe(self, world: World) -> Reality:
        """Ask the remote for every ref."""
        now = world.reader.remote_values(self.remote, [update.name for update in self.updates])
        return _compare(world, self.updates, now, f"at {self.remote}")

    def apply(self, world: World) -> None:
        """Push once; what is there already, perhaps built upon, is left out."""
        now = world.reader.remote_values(self.remote, [update.name for update in self.updates])
        world.writer.push(self.remote, _left(world, self.updates, now))


@record
class UpdateRefs:
    """Move local refs in one transaction; `mirrors` are remote-tracking refs, which git may have moved by itself."""

    kind: ClassVar[str] = "update-refs"
    updates: tuple[RefUpdate, ...]
    mirrors: tuple[RefUpdate, ...]
    reason: str
    """What the reflog says."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"move the refs here, all or nothing: {_shown(self.updates or self.mirrors)}"

    def probe(self, world: World) -> Reality:
        """Look at every local ref."""
        now = self._now(world)
        here = _compare(world, self.updates, now, "here")
        return PENDING if here == DONE and _left(world, self.mirrors, now) else here

    def apply(self, world: World) -> None:
        """Run the transaction; refs that are right already are left out of it."""
        now = self._now(world)
        mirrors = (RefUpdate(m.name, now.get(m.name, ABSENT), m.new) for m in _left(world, self.mirrors, now))
        world.writer.update_refs((*_left(world, self.updates, now), *mirrors), self.reason)

    def _now(self, world: World) -> Mapping[str, str]:
        return world.reader.values([update.name for update in self.updates + self.mirrors])


def _compare(world: World, updates: Iterable[RefUpdate], now: Mapping[str, str], where: str) -> Reality:
    left = _left(world, updates, now)
    strays = [update for update in left if now.get(update.name, ABSENT) != update.old]
    if strays:
        return conflict(" ".join(_stray(update, now.get(update.name, ABSENT), where) for update in strays))
    # Where only some have moved, a program was killed in its transaction; the rest can still be swapped.
    return PENDING if left else DONE


def _left(world: World, updates: Iterable[RefUpdate], now: Mapping[str, str]) -> tuple[RefUpdate, ...]:
    return tuple(update for update in updates if not _is_there(world, update, now.get(update.name, ABSENT)))


def _is_there(world: World, update: RefUpdate, value: str) -> bool:
    """Return whether a ref was moved as planned, or a branch was and somebody has built upon that since."""
    if value in (update.old, update.new):
        return value == update.new
    known = tuple(sha for sha in (update.old, update.new, value) if sha)
    if not (update.new and value) or update.name.startswith(TAGS) or world.reader.missing(known):
        return False
    forward = not update.old or world.reader.is_ancestor(update.old, update.new)
    return forward and world.reader.is_ancestor(update.new, value)


def _stray(update: RefUpdate, value: str, where: str) -> str:
    expected = update.old[:10] or "absent"
    after = update.new[:10] or "absent"
    return f"{update.short} is {value[:10] or 'absent'} {where}; expected {expected} (before) or {after} (after)."


def _shown(updates: Iterable[RefUpdate]) -> str:
    return ", ".join(f"{update.short} {update.old[:10] or 'new'}→{update.new[:10] or 'deleted'}" for update in updates)
