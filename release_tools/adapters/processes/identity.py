"""A process by its pid, its start time and the boot it belongs to, so that a recycled pid is never taken for it.

What a process does, and who may end it, is not known here. Without /proc the answers come from ps.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
BOOT = PROC / "sys/kernel/random/boot_id"
GONE = ("Z", "X", "x")


class Row(NamedTuple):
    """A process in the kernel's table; `start` is what the kernel says, in its own words."""

    pid: int
    parent: int
    group: int
    state: str
    start: str

    @property
    def alive(self) -> bool:
        """Return whether it is more than an exit code that waits for its parent."""
        return self.state[:1] not in GONE


def identity_of(pid: int) -> str:
    """Return what only this process has, as long as it lives; empty where there is none, or only its exit code."""
    row = _row(pid)
    return f"{row.pid}:{row.start}:{_boot()}" if row and row.alive else ""


def pid_of(identity: str) -> int:
    """Return the pid in an identity."""
    return int(identity.partition(":")[0])


def is_alive(identity: str) -> bool:
    """Return whether the very process with this identity still runs."""
    return bool(identity) and identity_of(pid_of(identity)) == identity


def send_signal(identity: str, number: int) -> bool:
    """Send a signal to a process unless it is gone; return whether it was sent."""
    if not hasattr(os, "pidfd_open"):
        return is_alive(identity) and _kill(pid_of(identity), number)
    try:
        handle = os.pidfd_open(pid_of(identity))
    except ProcessLookupError:
        return False
    try:
        # The handle holds this process and no later one, so that the look before the signal is enough.
        if not is_alive(identity):
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def kill_group(group: int, number: int) -> None:
    """Send a signal to all processes of a group; one that is empty is no error."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def table() -> Iterator[Row]:
    """Yield every process that is seen."""
    if not BOOT.exists():
        yield from _ps("-A")
        return
    for entry in os.scandir(PROC):
        if entry.name.isdigit() and (row := _row(int(entry.name))):
            yield row


def _row(pid: int) -> Row | None:
    if not BOOT.exists():
        return next(iter(_ps("-p", str(pid))), None)
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in parentheses may hold blanks and parentheses itself; behind the last one come the numbers.
    words = stat.rpartition(")")[2].split()
    return Row(pid, int(words[1]), int(words[2]), words[0], words[19])


def _ps(*which: str) -> Iterator[Row]:
    asked = ("ps", *which, "-o", "pid=,ppid=,pgid=,stat=,lstart=")
    environment = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", os.defpath)}
    done = subprocess.run(asked, check=False, capture_output=True, text=True, timeout=10, env=environment)
    for line in done.stdout.splitlines():
        pid, parent, group, state, start = line.split(None, 4)
        yield Row(int(pid), int(parent), int(group), state, start.strip().replace(" ", "_").replace(":", "."))


def _boot() -> str:
    return BOOT.read_text(encoding="ascii")[:8] if BOOT.exists() else "ps"


def _kill(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
