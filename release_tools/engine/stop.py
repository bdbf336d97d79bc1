"""A stop request: the first SIGINT or SIGTERM asks for a stop at the next safe point, the second one insists.

The runner asks between steps; nothing else reads signals.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Whether somebody asked the run to stop."""

    def __init__(self) -> None:
        self.requested = False

    def answer(self) -> None:
        """Take the request as answered, by whatever leads back; the next signal asks anew."""
        self.requested = False

    @contextmanager
    def listening(self, say: Callable[[str], None]) -> Iterator[None]:
        """Take SIGINT and SIGTERM as stop requests inside the block; restore the handlers after it."""

        def on_signal(number: int, _frame: FrameType | None) -> None:
            if self.requested:
                raise KeyboardInterrupt
            self.requested = True
            say(f"{signal.Signals(number).name}: stopping after the current step; once more to stop at once.")

        before = {number: signal.signal(number, on_signal) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
