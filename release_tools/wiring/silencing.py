"""Silencing an environment: its worker, its services and its front are ended, as for one that is thrown away.

Nothing is recorded and nothing deleted; a deploy ends its own processes in steps of its own.
"""

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from release_tools.errors import ToolFailed
from release_tools.wiring.deploys import is_at_work

GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL."""
PATIENCE = 10.0


def silence(state: Path) -> None:
    """End every process that an environment with this state directory has; `ToolFailed` names one that stays."""
    from release_tools.adapters.processes.supervised import supervised

    if not state.is_dir():
        return
    _end_worker(state)
    for path in sorted(state.rglob("state.json")):
        supervised(path.parent, path.parent.name).stop(GRACE)


def _end_worker(state: Path) -> None:
    """Kill whoever holds the lock; a worker that is just being born says its number soon. `ToolFailed` if it stays."""
    end, holder = time.monotonic() + PATIENCE, 0
    while is_at_work(state):
        if time.monotonic() >= end:
            raise ToolFailed(
                f"Somebody still holds the lock of {state} after {PATIENCE:g} s"
                + (f": pid {holder}, which does not die." if holder else ", and does not say who."),
                state="Its services still run, and nothing was deleted.",
                todo=f"Find it (`fuser -v {state / 'lock'}`), end it, and repeat the command.",
            )
        with suppress(OSError, ValueError, KeyError):
            holder = int(json.loads((state / "lock.holder").read_text())["pid"])
            os.kill(holder, signal.SIGKILL)
        time.sleep(0.05)
