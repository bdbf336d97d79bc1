"""Claiming: of all who would start the deploy of a release, one does, whatever moment each of them looks in.

A forge takes the same request twice and lists a run only later; a ref at the remote is set by one of many.
"""

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
REFUSALS = 2
"""After so many the remote takes no claims: one may mean that another push was at the ref in the same moment."""


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
    why: str = ""
    """What the remote said, where it takes no claims."""
    left: int = 0
    """Seconds after which it may be taken over."""


def claim_deploy(world: World, remote: str, environment: str, commit: str, ours: Claim) -> Claimed:
    """Claim a deploy at the remote, and return what may be done now."""
    ref, refused = claim_ref(environment), 0
    for _ in range(ATTEMPTS):
        ticket = world.writer.stamp(commit, render_claim(ours))
        current = _value(world, remote, ref)
        if current and not _is_here(world, remote, ref, current):
            continue  # it was set anew between the two
        found = _judge(world, current, ticket, ours) if current else Claimed(standing=Standing.START)
        if found.standing in (Standing.LEAVE, Standing.OUTDATED):
            return found
        try:
            # Also where it is ours already: nobody may take over what we go on with.
            world.writer.push(remote, (RefUpdate(ref, current, ticket),))
        except ToolFailed as error:
            refused += isinstance(error, PushRefused)
            if _value(world, remote, ref) != current:
                continue  # somebody was quicker
            if not isinstance(error, PushRefused):
                raise
            if refused == REFUSALS:
                return Claimed(standing=Standing.UNCLAIMED, why=error.failed)
        else:
            return Claimed(standing=found.standing, ticket=ticket)
    raise ToolFailed(f"Others claim the deploys of {environment} all the time: {ref} at {remote}.")


def drop_claim(world: World, remote: str, environment: str, claimed: Claimed) -> bool:
    """Let others claim a deploy that we could not start; return whether they can, or only after a while."""
    if not claimed.ticket:
        return True
    try:
        world.writer.push(remote, (RefUpdate(claim_ref(environment), claimed.ticket, ABSENT),))
    except ToolFailed:
        return False
    return True


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


def _judge(world: World, current: str, ticket: str, ours: Claim) -> Claimed:
    """Return what a claim that is there means for ours."""
    theirs = parse_claim(world.reader.message(current))
    if theirs is None:
        return Claimed(standing=Standing.START)
    if theirs.mark != ours.mark:
        newer = parse_version(theirs.version) > parse_version(ours.version)
        return Claimed(standing=Standing.OUTDATED if newer else Standing.START, holder=theirs.holder)
    if theirs.holder == ours.holder:
        return Claimed(standing=Standing.LOOK)
    age = world.reader.author(ticket).epoch - world.reader.author(current).epoch
    if age >= PATIENCE:
        return Claimed(standing=Standing.LOOK)
    return Claimed(standing=Standing.LEAVE, holder=theirs.holder, left=PATIENCE - age)
