"""The channel to the caller: the order that came, the events that go back, and the end when the caller has gone.

What an order means is not known here.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

Say = Callable[..., None]
CALLER_GONE = 75


class Order(NamedTuple):
    """What is asked for; nothing in it is secret."""

    verb: str
    ini: str
    url_key: str
    """The environment variable that holds the database's URL."""
    application: str
    """What sessions are called on the server."""
    lock_timeout: float
    timeout: float
    target: str
    """A revision; empty: none."""
    ignored: Sequence[str]
    """Tables that no model knows and none needs to."""


class Busy(Exception):
    """The time was up while somebody else held what we need."""

    def __init__(self, what: str, holders: Sequence[Sequence[Any]]) -> None:
        super().__init__(what)
        self.what, self.holders = what, [list(holder) for holder in holders]


def open_channel() -> Say:
    """Take stdout for the events, so that what the application prints there goes to stderr, and mind the caller."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=_end_with_caller, daemon=True).start()

    def say(event: str, **words: Any) -> None:
        print(json.dumps({"event": event, **words}), file=events, flush=True)

    return say


def _end_with_caller() -> None:
    """End when our stdin is closed: whoever held its other end is gone, and nobody would hear what we go on doing."""
    while os.read(0, 1024):
        pass
    os._exit(CALLER_GONE)
