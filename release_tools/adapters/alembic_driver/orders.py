"""The orders: state, migrate, downgrade, ahead, each carried out once, with events about what comes of it.

How Alembic and the database are spoken to stands beside.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from release_tools.adapters.alembic_driver.attempt import Attempt
from release_tools.adapters.alembic_driver.channel import Busy, Order, Say
from release_tools.adapters.alembic_driver.sessions import (
    BLOCKERS,
    HOLDERS,
    POSTGRESQL,
    Beside,
    Rows,
    backend,
    origin_of,
    set_up_sessions,
    sqlstate,
)
from release_tools.adapters.alembic_driver.tree import Tree, noting_autocommit

AGAIN = ("55P03", "40P01", "40001")
"""SQLSTATE of what may go well another time: lock not available, deadlock detected, serialisation failure."""
Way = Callable[[str, Any], list[Any]]
LOOK, FIRST_PAUSE, LONGEST_PAUSE = 0.1, 0.2, 3.0


def carry_out(order: Order, say: Say) -> None:
    """Carry out an order; the last event is `done`, `busy` or `failed`."""
    os.environ.update(order.environment)
    end = time.monotonic() + order.timeout
    set_up_sessions(order, end)
    try:
        tree = Tree(order)
        VERBS[order.verb](tree, order, say, end)
        say("done")
    except Busy as busy:
        say("busy", what=busy.what, holders=busy.holders)
    except Exception as error:
        words = str(origin_of(error)).strip() or type(error).__name__
        say("failed", kind=type(error).__name__, words=words, code=sqlstate(error))
        raise


def _state(tree: Tree, order: Order, say: Say, end: float) -> None:
    place = tree.place()
    known = tree.knows(place.recorded)
    say(
        "state",
        recorded=place.recorded,
        heads=tree.heads,
        known=known,
        applied=tree.applied(place.recorded) if known else [],
        pending=tree.pending(place) if known else [],
    )


def _migrate(tree: Tree, order: Order, say: Say, end: float) -> None:
    ways = {"migrate": tree.upgrades, "downgrade": tree.downgrades}
    with _locked(tree, end) as beside, _watching(beside) as blockers:
        pause = FIRST_PAUSE
        while not _attempted(tree, ways[order.verb], order.target, say, blockers, end - pause):
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, LONGEST_PAUSE)


def _attempted(tree: Tree, way: Way, target: str, say: Say, blockers: Rows, last: float) -> bool:
    """Try once; return False where it is worth another try. `Busy` when it is worth one, but later than `last`."""
    attempt = Attempt(say)
    try:
        with noting_autocommit(attempt.step_outside):
            tree.run(lambda recorded, context: attempt.watched(way(target, recorded), context), destination_rev=target)
    except Exception as error:
        code = sqlstate(error)
        if code not in AGAIN or not attempt.clean:
            raise
        if time.monotonic() > last:
            raise Busy(str(origin_of(error)).splitlines()[0], blockers) from error
        say("again", code=code)
        return False
    attempt.settle()
    return True


@contextmanager
def _locked(tree: Tree, end: float) -> Generator[Beside | None]:
    """Hold the migration lock on a session of its own, which is closed with us; PostgreSQL alone has such a lock."""
    if backend(tree.url) != POSTGRESQL:
        yield None
        return
    beside = Beside(tree.url)
    holders: Rows = []
    while not beside.take_lock():
        holders = beside.rows(HOLDERS) or holders
        if time.monotonic() > end:
            raise Busy("the migration lock", holders)
        time.sleep(LOOK)
    yield beside


@contextmanager
def _watching(beside: Beside | None) -> Generator[Rows]:
    """Keep in the yielded list who was last seen in the way of our sessions."""
    seen: list[Any] = []
    over = threading.Event()

    def watch() -> None:
        while beside and not over.wait(LOOK):
            seen[:] = beside.rows(BLOCKERS) or seen

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _ahead(tree: Tree, order: Order, say: Say, end: float) -> None:
    found = [_flat(difference) for difference in tree.differences()]
    say("ahead", differences=[" ".join(words) for words in found if not set(words[1:]) & set(order.ignored)])


def _flat(difference: Any) -> list[str]:
    """Return a difference as its kind and the names it is about: of the table first, then of what is in it."""
    first = difference[0] if isinstance(difference, list) else difference
    kind, *parts = first
    named = [part for part in parts if isinstance(part, str) or hasattr(part, "name")]
    tables = [part.table.name for part in named if getattr(part, "table", None) is not None]
    names = [part if isinstance(part, str) else str(part.name) for part in named[:2]]
    return list(dict.fromkeys((str(kind), *tables, *names)))


VERBS = {"state": _state, "migrate": _migrate, "downgrade": _migrate, "ahead": _ahead}
