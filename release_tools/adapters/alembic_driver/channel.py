"""The channel to the caller: the orders that come, the events that go back, and the end when the caller has gone.

What an order means is not known here. Each is carried out by a fork of this process: what takes long to import is
there already, and what an order leaves behind (sessions, modules, threads) ends with its process.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from select import select
from typing import Any, NamedTuple, NoReturn

Say = Callable[..., None]
CALLER_GONE = 75
CHUNK = 1 << 16


class Order(NamedTuple):
    """What is asked for."""

    verb: str
    environment: Mapping[str, str]
    """What comes on top of our own: the database's address, a secret."""
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


class Channel:
    """What was said on stdin, and what is told on what was stdout."""

    def __init__(self) -> None:
        """Take stdout for the events, so that what the application prints there goes to stderr."""
        self._events = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._unread = b""

    def say(self, event: str, **words: Any) -> None:
        """Tell of an event."""
        print(json.dumps({"event": event, **words}), file=self._events, flush=True)

    def serve(self, carry_out: Callable[[Order, Say], None]) -> NoReturn:
        """Have one order after the other carried out, each in a process of its own, until the caller has gone."""
        while True:
            order = Order(**json.loads(self._line()))
            over, working = os.pipe()
            lifeline, holding = os.pipe()
            pid = os.fork()
            if not pid:
                os.close(over)
                os.close(holding)
                threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
                _work(carry_out, order, self.say)
            os.close(working)
            os.close(lifeline)
            self._await(over)
            status = os.waitpid(pid, 0)[1]
            os.close(over)
            os.close(holding)
            self.say("ended", code=_exit_code(status))

    def _await(self, over: int) -> None:
        """Wait until whoever carries out an order has ended; end at once when the caller has gone meanwhile."""
        while over not in (ready := select((over, 0), (), ())[0]):
            if 0 in ready:
                self._receive()

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            self._receive()
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _receive(self) -> None:
        received = os.read(0, CHUNK)
        if not received:
            os._exit(CALLER_GONE)
        self._unread += received


def _work(carry_out: Callable[[Order, Say], None], order: Order, say: Say) -> NoReturn:
    """Carry out an order and end; a fork that took down its interpreter in good order would copy all of its memory."""
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        carry_out(order, say)
        code = 0
    except BaseException:  # noqa: BLE001 - the one boundary of this process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end_with(lifeline: int) -> None:
    """End when nobody holds the other end of a pipe: nobody would hear what we go on doing."""
    os.read(lifeline, 1)
    os._exit(CALLER_GONE)


def _exit_code(status: int) -> int:
    """Return the exit code that a wait status tells, negative for a signal."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
