"""The ports to whoever is told of deploys: a box that keeps notices until they arrive, and what brings them there.

Addresses are secrets: a receiver goes by its name in the host file.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Letter(NamedTuple):
    """A notice on its way to one receiver."""

    name: str
    receiver: str
    text: str
    """JSON."""
    age: float = 0.0
    """Seconds for which it has been waiting."""


class NoticeBox(Protocol):
    """Keeps notices over the end of a process."""

    def put(self, letter: Letter, /) -> None:
        """Keep a letter until it is settled; one of a name that was put before, settled or not, is not kept again."""
        ...

    def waiting(self) -> Sequence[Letter]:
        """Return the letters that are not settled, oldest first."""
        ...

    def settle(self, name: str, /) -> None:
        """Forget the text of a letter that arrived, or that nobody waits for any more."""
        ...


class Post(Protocol):
    """Brings letters to their receivers."""

    def deliver(self, letters: Sequence[Letter], seconds: float, /) -> Mapping[str, str]:
        """Return for the letters that were sent, by name, why they did not arrive, and an empty text where they did.

        All of it takes `seconds` at most. The letters of one receiver are sent in order, up to the first that fails.
        """
        ...
