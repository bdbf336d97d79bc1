"""Remarks in words: why commits count for the next version, or do not.

Where the words go is up to the commands.
"""

from release_tools.domain.history.entries import Remark
from release_tools.errors import CheckFailed

SHOWN = 5
"""Messages that could not be understood are listed up to here; an old history may have thousands."""


def remark_line(remark: Remark) -> str:
    """Return a remark as one line."""
    return f"{remark.sha[:7]} {remark.subject}: {remark.why}" if remark.sha else remark.why


def refuse_unparsed(unparsed: tuple[Remark, ...]) -> None:
    """Raise `CheckFailed` when something of the messages was not understood: what `--strict` asks for."""
    if not unparsed:
        return
    lines = [f"- {remark_line(remark)}" for remark in unparsed[:SHOWN]]
    more = len(unparsed) - SHOWN
    raise CheckFailed(
        "\n".join((f"{len(unparsed)} not understood:", *lines, *((f"- and {more} more",) if more > 0 else ()))),
        state="Nothing was changed.",
        todo="Reword what is not pushed yet, or leave --strict out: they do not count then.",
    )
