"""A refusal: one thing that stands against a push, and the command that leads out.

How all of them are shown together is the report's business.
"""

from release_tools.record import record


@record
class Refusal:
    """Why a ref or a commit may not be pushed; `way_out` is a sentence and the command to type, if there is one."""

    subject: str
    rule: str
    says: str
    notes: tuple[str, ...] = ()
    way_out: tuple[str, str] | None = None
