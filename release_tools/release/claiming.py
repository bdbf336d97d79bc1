"""Claiming: of all who would start the deploy of a release, one does, whatever moment each of them looks in.

A forge takes the same request twice and lists a run only later; a ref at the remote is set by one of many.
"""

from contextlib import suppress
from enum import Enum

from release_tools.domain.forge.claim import Claim, claim_ref, parse_claim, render_claim
from release_tools.domain.refs import ABSENT, RefUpdate
from release_tools.domain.version import parse_version
from release_tools.errors import PushRefused, ToolFailed
from release_tools.record import record
from release_tools.release.world import World

PATIENCE = 600
"""Seconds after which a claim that no run came of is somebody else's to take over."""
ATTEMPTS = 5
"""How often a claim may be lost to others between a look and the push."""


class Standing(Enum):
    """What may be done about a deploy."""

    START = "start"
    """It is ours, as of now."""
    LOOK = "look"
    """It may have been started already: by this run, which was cut off, or by one whose claim was taken over."""
    LEAVE = "leave"
    """Another run starts it."""
    OUTDATED = "outdated"
    """A newer version was claimed."""
    UNCLAIMED = "unclaimed"
    """The remote takes no claims."""


@record
class Claimed:
    """How a claim ended."""

    standing: Standing
    ticket: str = ""
    """What the ref holds while the claim is ours."""
    holder: str = ""
    """The run that holds it, where that is another one."""
    left: int = 0
    """Seconds after which it may be taken over."""


def claim_deploy(world: World, remote: str, environment: str, commit: str, ours: Claim) -> Claimed:
    """Claim a deploy at the remote, and return what may be done now."""
    ref = claim_ref(environment)
    for _ in range(ATTEMPTS):
        ticket = world.writer.stamp(commit, render_claim(ours))
        current = _value(world, remote, ref)
        standing = Standing.START
        if current:
            if not _is_here(world, remote, ref, current):
                continue  # it was set anew between the two
            found = _judge(world, current, ticket, ours)
            if found.standing is not Standing.START and not _is_over(found):
                return found
            standing = Standing.LOOK if _is_over(found) else Standing.START
        try:
            world.writer.push(remote, (RefUpdate(ref, current, ticket),))
        except PushRefused:
            return Claimed(standing=Standing.UNCLAIMED)
        except ToolFailed:
            if _value(world, remote, ref) == current:
                raise  # nobody was quicker
        else:
            return Claimed(standing=standing, ticket=ticket)
    raise ToolFailed(f"Others claim the deploys of {environment} all the time: {ref} at {remote}.")


def drop_claim(world: World, remote: str, environment: str, claimed: Claimed) -> None:
    """Let others claim a deploy that we could not start; where that fails, they can after a while."""
    if claimed.ticket:
        with suppress(ToolFailed):
            world.writer.push(remote, (RefUpdate(claim_ref(environment), claimed.ticket, ABSENT),))


def _value(world: World, remote: str, ref: str) -> str:
    return world.reader.remote_values(remote, (ref,)).get(ref, ABSENT)


def _is_here(world: World, remote: str, ref: str, current: str) -> bool:
    """Fetch a claim, and return whether it is still the one that was seen."""
    try:
        world.writer.fetch(remote, (ref,))
    except ToolFailed:
        if _value(world, remote, ref) == current:
            raise
        return False
    return not world.reader.missing((current,))


def _is_over(found: Claimed) -> bool:
    return found.standing is Standing.LEAVE and not found.left


def _judge(world: World, current: str, ticket: str, ours: Claim) -> Claimed:
    """Return what a claim that is there means for ours."""
    theirs = parse_claim(world.reader.message(current))
    if theirs is None:
        return Claimed(standing=Standing.START)
    if theirs.mark != ours.mark:
        newer = parse_version(theirs.version) > parse_version(ours.version)
        return Claimed(standing=Standing.OUTDATED if newer else Standing.START, holder=theirs.holder)
    if theirs.holder == ours.holder:
        return Claimed(standing=Standing.LOOK, ticket=current)
    age = world.reader.author(ticket).epoch - world.reader.author(current).epoch
    return Claimed(standing=Standing.LEAVE, holder=theirs.holder, left=max(0, PATIENCE - age))
