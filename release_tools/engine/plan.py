"""A plan: the frozen list of steps that a person approves and the engine carries out.

Plans are made by features from observed state; nothing here looks at the world.
"""

from hashlib import sha256
from typing import Any

from release_tools.engine.codec import FORMAT, Registry, canonical, decode_step, encode_step
from release_tools.engine.step import Step
from release_tools.errors import HumanNeeded
from release_tools.record import record


@record
class Await:
    """Where somebody else must act before the run can be planned further."""

    condition: str
    todo: str
    deadline: str = ""
    """ISO 8601 time after which waiting fails; empty: no deadline."""
    human: bool = False
    """True where a person's decision is needed (exit 6), false where an event is awaited (exit 0)."""
    soon: bool = False
    """Whether the steps before it may have brought it about, so that looking again at once is worth it."""


@record
class Plan:
    """Steps in order, what they are for, and the first one after which there is no way back."""

    title: str
    steps: tuple[Step[Any], ...] = ()
    notes: tuple[str, ...] = ()
    no_return: int | None = None
    """Index of the step whose effect others can see; None: the whole plan can be undone."""
    awaits: Await | None = None

    def lines(self) -> tuple[str, ...]:
        """Return the plan as text lines, without numbering the notes."""
        steps = tuple(f"{number}. {step.title()}" for number, step in enumerate(self.steps, 1))
        return (self.title, *(f"   {note}" for note in self.notes), *steps)


def encode_plan(plan: Plan, *, made_by: str) -> dict[str, Any]:
    """Return the stored form of a plan; `made_by` is the version that an older or newer reader names."""
    awaits = plan.awaits
    return {
        "format": FORMAT,
        "made_by": made_by,
        "title": plan.title,
        "notes": plan.notes,
        "no_return": plan.no_return,
        "awaits": awaits
        and {name: getattr(awaits, name) for name in ("condition", "todo", "deadline", "human", "soon")},
        "steps": [encode_step(step) for step in plan.steps],
    }


def decode_plan(row: dict[str, Any], kinds: Registry) -> Plan:
    """Return the plan of its stored form; `HumanNeeded` when a different format wrote it."""
    if row["format"] != FORMAT:
        raise HumanNeeded(
            f"The stored plan has format {row['format']} of release-tools {row['made_by']}; this one reads {FORMAT}.",
            state="The run is as it was; nothing was changed by this command.",
            todo=f"Install release-tools {row['made_by']} and run `release-tools continue` or `release-tools abort`.",
        )
    return Plan(
        title=row["title"],
        notes=tuple(row["notes"]),
        no_return=row["no_return"],
        awaits=Await(**row["awaits"]) if row["awaits"] else None,
        steps=tuple(decode_step(step, kinds) for step in row["steps"]),
    )


def plan_hash(plan: Plan) -> str:
    """Return the SHA-256 that an approval of this plan is bound to."""
    return sha256(canonical(encode_plan(plan, made_by="")).encode()).hexdigest()
