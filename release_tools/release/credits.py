"""Credits: the people of a history as git tells it, read only where the configuration wants them named.

Who counts as new is decided in the domain.
"""

from collections.abc import Sequence
from typing import Protocol

from release_tools.config.model import Config
from release_tools.domain.changelog.people import PEOPLE_FORMAT, People, parse_people


class LogReader(Protocol):
    """What is asked of git."""

    def log(self, log_format: str, revisions: Sequence[str], /) -> bytes:
        """Return `git log -z` of the revisions in topological order, in the given format."""
        ...


def read_people(reader: LogReader, config: Config, *tips: str) -> People | None:
    """Return the people of the tips and of all that they contain; None where nobody is to be named."""
    if not config.changelog.contributors:
        return None
    return parse_people(reader.log(PEOPLE_FORMAT, tuple(dict.fromkeys(filter(None, tips)))))
