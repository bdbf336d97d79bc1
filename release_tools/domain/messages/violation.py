"""A violation: one fault of one message, with the place where it stands and the words that explain it.

How it is shown is the report's business; finding it is the lint's.
"""

from typing import Literal

from release_tools.record import record

Level = Literal["error", "warning"]
SPEC = "Conventional Commits 1.0.0"


@record
class Violation:
    """One fault: `start` and `end` count characters of the line (from 1); `source` says who asks."""

    rule: str
    says: str
    source: str
    level: Level = "error"
    line: int = 1
    start: int = 0
    end: int = 0
    hint: str = ""
    note: str = ""


def errors(violations: tuple[Violation, ...]) -> tuple[Violation, ...]:
    """Return the violations that refuse the message."""
    return tuple([violation for violation in violations if violation.level == "error"])
