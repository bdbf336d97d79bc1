"""Lock files of git that stay: what a git that was killed leaves behind.

Looking only; a lock may belong to a git at work, so removing one is for a person to decide.
"""

import time
from pathlib import Path

PATIENCE = 2.0
"""Seconds; a git at work holds a lock for moments, except while it waits for an editor."""

PLACES = ("*.lock", "refs/**/*.lock", "reftable/*.lock", "worktrees/*/*.lock")


def lasting_locks(common: Path) -> tuple[Path, ...]:
    """Return the lock files in a repository's common directory that are still there when patience ends."""
    end = time.monotonic() + PATIENCE
    while (locks := _locks(common)) and time.monotonic() < end:
        time.sleep(0.05)
    return locks


def _locks(common: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for place in PLACES for path in common.glob(place)))
