"""A service's processes as their supervisor sees them: a child of its own, or one that lost its supervisor.

Whether it is started again is not decided here.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import NamedTuple, Self

from release_tools.adapters.processes.identity import identity_of, is_alive, kill_group, pid_of, table
from release_tools.adapters.processes.memory_kills import memory_kills
from release_tools.adapters.processes.place import Job
from release_tools.adapters.processes.service_log import open_log
from release_tools.record import record

LOOK = 0.05
"""Seconds between two looks at processes that are to end."""

SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER"""

Wait = Callable[[float], None]


class Ended(NamedTuple):
    """How a service ended; `code` is 128 and the signal's number where a signal ended it, None where nobody saw it."""

    code: int | None = None
    oom_killed: bool = False


@record
class Watched(ABC):
    """A service's first process, which leads the group and the session that the others are in."""

    identity: str

    @property
    def pid(self) -> int:
        """Return the first process's pid, which is the group's number."""
        return pid_of(self.identity)

    @abstractmethod
    def ended(self) -> Ended | None:
        """Return how it ended, None while it lives."""

    def end(self, grace: float, wait: Wait) -> None:
        """Ask it to end, and end the whole group when the grace is over."""
        kill_group(self.pid, signal.SIGTERM)
        deadline = monotonic() + grace
        while self.ended() is None:
            if monotonic() >= deadline:
                kill_group(self.pid, signal.SIGKILL)
            wait(LOOK)
        self._await_rest(deadline, wait)

    def clear(self, grace: float, wait: Wait) -> None:
        """End what the first process has left behind, its group and whoever left that group."""
        if self._rest():
            kill_group(self.pid, signal.SIGTERM)
            self._await_rest(monotonic() + grace, wait)
        self.release()

    def release(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Let the kernel forget the first process; from then on its number may be another's."""

    def _await_rest(self, deadline: float, wait: Wait) -> None:
        while (rest := self._rest()) and monotonic() < deadline:
            wait(LOOK)
        while rest:
            for pid in rest:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            wait(LOOK)
            reap_strays(self.pid)
            rest = self._rest()

    def _rest(self) -> tuple[int, ...]:
        """Return the processes besides the first one: its group, and children that have become ours."""
        return tuple(
            row.pid
            for row in table()
            if row.alive and row.pid != self.pid and (row.group == self.pid or row.parent == os.getpid())
        )


@record
class Child(Watched):
    """A service that we started. It is not waited for until its group is gone, so that its number stays its own."""

    kills: int | None

    @classmethod
    def start(cls, job: Job, log: Path) -> Self:
        """Start it in a session of its own; `OSError` when its program cannot be run."""
        handle = open_log(log)
        kills = memory_kills()
        try:
            process = subprocess.Popen(
                job.argv,
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                cwd=job.cwd,
                env=job.env,
                umask=job.umask,
                start_new_session=True,
            )
        finally:
            os.close(handle)
        process.returncode = 0  # We wait for it ourselves; subprocess must not.
        # One that has ended already is still there to be asked, for nobody has waited for it.
        return cls(identity=identity_of(process.pid) or f"{process.pid}:ended", kills=kills)

    def ended(self) -> Ended | None:
        """Return how it ended, None while it lives."""
        found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return None
        if found.si_code == os.CLD_EXITED:
            return Ended(code=found.si_status)
        after = memory_kills() if found.si_status == signal.SIGKILL else None
        killed = after is not None and self.kills is not None and after > self.kills
        return Ended(code=128 + found.si_status, oom_killed=killed)

    def release(self) -> None:
        """Wait for it, which takes no time any more."""
        os.waitpid(self.pid, 0)


@record
class Adopted(Watched):
    """A service whose supervisor is gone: only that it lives can be seen, not how it ends."""

    def ended(self) -> Ended | None:
        """Return that it ended, None while it lives."""
        return None if is_alive(self.identity) else Ended()


def adopt_orphans() -> None:
    """Become the parent of what the service's processes leave behind, where the kernel can do that."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def reap_strays(first: int) -> None:
    """Wait for children of ours that have ended, all but the first process."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and found.si_pid != first:
            os.waitpid(found.si_pid, 0)
