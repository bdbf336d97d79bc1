"""The rollback table: from what was reached and what is proven to the one way back, or to none.

It is the only place that decides; steps know nothing of it and plans follow it.
"""

from collections.abc import Callable
from enum import Enum
from typing import Literal, NamedTuple

from release_tools.record import record

Policy = Literal["auto", "code-only", "never"]


class Migrated(Enum):
    """How much of the migrations is in the live database."""

    NONE = "none"
    PREFIX = "prefix"
    ALL = "all"
    PARTIAL = "partial"
    """Something that no recorded revision stands for: a statement outside of a transaction went through."""


class Way(Enum):
    """What is done."""

    CODE = "code"
    """Code and configuration go back; the database stays as it is."""
    DATA = "data"
    """Code goes back, and so does the database, to the fallback point; nobody could write since."""
    HOLD = "hold"
    """The new version keeps serving; a person decides."""
    OPERATOR = "operator"
    """Nothing is done any more: maintenance stays, a person reads the runbook."""


@record
class Reached:
    """What a deploy reached when it failed, and what is known of the ways back."""

    migrated: Migrated
    written: bool
    """Whether the new version may have taken users' writes."""
    old_code_proven: bool
    """Whether the old code was seen to run on the new schema."""
    fallback_verified: bool
    policy: Policy = "auto"


class Decision(NamedTuple):
    """A row of the table that fits, the way it leads, and why, in one sentence."""

    row: str
    way: Way
    why: str


class Row(NamedTuple):
    """A row of the table: the first one that fits decides."""

    name: str
    fits: Callable[[Reached], bool]
    way: Way
    why: str


TABLE: tuple[Row, ...] = (
    Row("never", lambda r: r.policy == "never", Way.HOLD, "the policy of this environment is never to roll back"),
    Row("R0", lambda r: r.migrated is Migrated.NONE, Way.CODE, "the schema was not touched"),
    Row(
        "R1",
        lambda r: r.migrated is not Migrated.PARTIAL and r.old_code_proven,
        Way.CODE,
        "the previous version was seen to run on the new schema, which stays",
    ),
    Row(
        "R4",
        lambda r: r.written,
        Way.HOLD,
        "users may have written since it opened, and the previous version is not proven on the new schema",
    ),
    Row(
        "R2-code-only",
        lambda r: r.policy == "code-only",
        Way.OPERATOR,
        "data would have to go back, and the policy lets code go back only",
    ),
    Row(
        "R2",
        lambda r: r.fallback_verified,
        Way.DATA,
        "nobody could write since the fallback point, so going back to it loses nothing",
    ),
    Row("R5", lambda _: True, Way.OPERATOR, "the schema was touched and there is no verified fallback point"),
)


def decide(reached: Reached) -> Decision:
    """Return the row of the table that fits first."""
    row = next(row for row in TABLE if row.fits(reached))
    return Decision(row.name, row.way, row.why)


def rollback_class(*, pending: bool, old_code_proven: bool, policy: Policy) -> str:
    """Return in words how a deploy could be taken back before and after it opens, for forecasts and the record."""
    migrated = Migrated.ALL if pending else Migrated.NONE
    before, after = (
        decide(
            Reached(
                migrated=migrated,
                written=written,
                old_code_proven=old_code_proven,
                fallback_verified=True,
                policy=policy,
            )
        )
        for written in (False, True)
    )
    return f"{before.way.value} before opening, {after.way.value} after it ({before.row}, {after.row})"
