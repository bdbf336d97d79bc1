"""A step: one external operation that can be shown, probed and applied.

Nothing here knows what a step does; features define steps, `codec` stores them, `runner` applies them.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar, Protocol, TypeVar

from release_tools.record import record

W_contra = TypeVar("W_contra", contravariant=True)

Facts = Mapping[str, Any]
"""What a step learned: JSON values, written to the journal, read by planners only."""


class Answer(Enum):
    """What reality says about a step."""

    PENDING = "pending"
    DONE = "done"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@record
class Reality:
    """An answer with the reason a person is shown when the answer stops the run."""

    answer: Answer
    reason: str = ""


PENDING = Reality(answer=Answer.PENDING)
DONE = Reality(answer=Answer.DONE)


def conflict(reason: str) -> Reality:
    """Return the answer that the world is neither as before nor as after the step."""
    return Reality(answer=Answer.CONFLICT, reason=reason)


def unknown(reason: str) -> Reality:
    """Return the answer that the world does not tell whether the step was applied."""
    return Reality(answer=Answer.UNKNOWN, reason=reason)


class Step(Protocol[W_contra]):
    """A frozen dataclass of flat fields; everything it touches is pinned in them at plan time."""

    kind: ClassVar[str]

    def title(self) -> str:
        """Return one line for the plan and for progress."""
        ...

    def probe(self, world: W_contra, /) -> Reality:
        """Look at the world and say whether this step is still to be applied."""
        ...

    def apply(self, world: W_contra, /) -> Facts | None:
        """Carry out the one operation; raise a `ReleaseToolsError` when it fails."""
        ...
