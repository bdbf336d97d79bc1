"""How often the kernel ended a process for want of memory, by its own count.

A process that got SIGKILL does not know from whom. If the count of its control group went up while it lived, it was the
kernel; if no count can be read, or it stayed the same, nothing is claimed.
"""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")


def memory_kills(pid: int | None = None, *, root: Path = ROOT) -> int | None:
    """Return the count for the control group of a process, else for the whole machine, None where there is neither."""
    for path in _counts(pid or os.getpid(), root):
        found = _count(path)
        if found is not None:
            return found
    return None


def _counts(pid: int, root: Path) -> Iterator[Path]:
    """Yield the files that may hold the count, the nearest first."""
    groups = root / "sys/fs/cgroup"
    for line in _text(root / f"proc/{pid}/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        # Within a container the path is often the host's; then the mount itself is the container's group.
        for below in (path.lstrip("/"), ""):
            if not controllers:
                yield groups / below / "memory.events"
            if "memory" in controllers.split(","):
                yield groups / "memory" / below / "memory.oom_control"
    yield root / "proc/vmstat"


def _count(path: Path) -> int | None:
    rows = (line.split() for line in _text(path).splitlines())
    return next((int(row[1]) for row in rows if len(row) == 2 and row[0] == "oom_kill"), None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
