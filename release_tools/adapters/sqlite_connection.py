"""Connections to the file of an SQLite database; none of them makes a file that was not there.

What is asked by them belongs into the module of its noun.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from release_tools.errors import ToolFailed, ToolTimedOut

BUSY_SECONDS = 10.0
STEPS = 20_000
"""Instructions of SQLite's machine between two looks at the clock."""


@contextlib.contextmanager
def connect(path: Path, *, reads: bool = True, timeout: float = 0.0) -> Iterator[sqlite3.Connection]:
    """Yield a connection without transactions of its own; errors name the file, and `timeout` (0: none) interrupts."""
    deadline = time.monotonic() + timeout
    with translated(path, late=lambda: bool(timeout) and time.monotonic() > deadline):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
        with contextlib.closing(connection):
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            if reads:
                connection.execute("PRAGMA query_only = ON")
            if timeout:
                connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
            yield connection


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, mode: str = "DEFERRED") -> Iterator[None]:
    """Hold a transaction, committed at the end and rolled back after an error."""
    connection.execute(f"BEGIN {mode}")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextlib.contextmanager
def translated(path: Path, *, late: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Turn errors of SQLite and of the disk into ours."""
    try:
        yield
    except sqlite3.Error as error:
        if late():
            raise ToolTimedOut(
                f"{path}: SQLite did not answer in time.", todo="Give it more time, or see who holds the file."
            ) from None
        raise ToolFailed(f"{path}: SQLite says: {error}.", todo="See that the file is there and may be read.") from None
    except OSError as error:
        raise ToolFailed(f"{error.filename or path}: {error.strerror}.", state="The live file is as it was.") from error
