"""A service under its supervisor, from outside: started, seen, told, stopped.

Which services there are and what they are given is the runtime's business.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from release_tools.adapters.processes import supervisor
from release_tools.adapters.processes.identity import is_alive, kill_group, pid_of, send_signal
from release_tools.adapters.processes.place import Job, Recorded, ServicePlace
from release_tools.adapters.processes.service_log import last_lines
from release_tools.domain.deploy.service import ServiceState
from release_tools.errors import PreconditionFailed, ToolFailed
from release_tools.record import record

LOOK = 0.01
KILLED_WITHIN = 10.0
"""Seconds after which a process that got SIGKILL is given up."""
STARTED_WITHIN = 30.0
TOLD_WITHIN = 2.0
"""Seconds within which a supervisor writes down how its service ended."""
INHERITED = ("PATH", "LANG", "TZ", "HOME")


@record
class Supervised:
    """One service in its own directory; the supervisor runs with our interpreter unless another one is named."""

    name: str
    place: ServicePlace
    python: str = sys.executable

    def seen(self) -> ServiceState | None:
        """Return what is seen of it, None where it was never started."""
        told = self._told()
        if told is None:
            return None
        running = told.phase in ("starting", "running") and is_alive(told.service)
        state = ServiceState(
            name=self.name,
            state="running" if running else "stopped" if told.phase == "stopped" else "exited",
            release=told.release,
            identity=told.service if running else "",
            restarts=told.restarts,
            exit_code=told.exit_code,
            oom_killed=told.oom_killed,
            crash_loop=told.crash_loop,
        )
        # What was not stopped and is not seen any more, nobody saw ending: a reboot, or a supervisor that was killed.
        unseen = not running and told.phase in ("starting", "running")
        return replace(state, exit_code=None, oom_killed=False) if unseen else state

    def start(self, job: Job) -> ServiceState:
        """Start it, or adopt the one that runs from the same release."""
        lock = self._lock(job.release)
        if lock is None:
            return self._state()
        try:
            told = self.place.recorded()
            alive = told is not None and is_alive(told.service)
            if told and alive and told.release != job.release:
                raise self._other(told.release)
            self.place.tell(replace(self.place.control(), wanted="run"))
            self._spawn(replace(job, adopt=told.service if told and alive else ""), lock)
        finally:
            os.close(lock)
        return self._state()

    def stop(self, grace: float) -> None:
        """Stop it and its supervisor; what does not end is killed, and what cannot be killed is `ToolFailed`."""
        if self.place.recorded() is None:
            return
        self.place.tell(replace(self.place.control(), wanted="stop", grace=grace))
        lock = self._take(grace + KILLED_WITHIN, self._wake)
        if lock is None:
            lock = self._take(KILLED_WITHIN, self._kill_supervisor)
        if lock is None:
            raise ToolFailed(
                f"The supervisor of {self.name} does not end, even by SIGKILL.",
                state="The service may still run.",
                todo=f"Look at the processes named in {self.place.directory}/state.json.",
            )
        try:
            self._stop_orphan(grace)
        finally:
            os.close(lock)

    def last_words(self, lines: int) -> tuple[str, ...]:
        """Return the last lines that it wrote."""
        return last_lines(self.place.log, lines)

    def allow_restart(self, *, allowed: bool) -> None:
        """Let the supervisor start it again when it ends, or not."""
        self.place.make()
        self.place.tell(replace(self.place.control(), restart=allowed))
        told = self.place.recorded()
        if told and told.supervisor:
            send_signal(told.supervisor, signal.SIGHUP)

    def _told(self) -> Recorded | None:
        """Return what the supervisor tells; a service that has just ended is a moment ahead of what is written down."""
        deadline = time.monotonic() + TOLD_WITHIN
        while (told := self.place.recorded()) and told.phase == "running" and not is_alive(told.service):
            if time.monotonic() > deadline or not is_alive(told.supervisor):
                break
            time.sleep(LOOK)
        return told

    def _lock(self, release: str) -> int | None:
        """Take the lock of a supervisor, None where one runs this release already."""
        deadline = time.monotonic() + STARTED_WITHIN
        while (lock := self.place.lock()) is None:
            told = self.place.recorded()
            if told and told.supervisor and self.place.control().wanted == "stop":
                self._wake(told)  # A stop was cut off before it said so.
            elif told and is_alive(told.supervisor):
                if told.phase in ("running", "pausing", "starting") and told.release != release:
                    raise self._other(told.release)
                if told.phase in ("running", "pausing"):
                    return None
            if time.monotonic() > deadline:
                raise ToolFailed(
                    f"The last supervisor of {self.name} has not ended.",
                    state="Nothing was started.",
                    todo=f"Look into {self.place.complaints}, end it, and run this again.",
                )
            time.sleep(LOOK)
        return lock

    def _spawn(self, job: Job, lock: int) -> None:
        command = (self.python, "-I", "-S", supervisor.__file__, str(self.place.directory))
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        try:
            done = subprocess.run(
                command,
                input=job.text().encode(),
                check=False,
                capture_output=True,
                timeout=STARTED_WITHIN,
                env=environment,
                pass_fds=(lock,),
                cwd="/",
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._unstarted(str(error)) from error
        if done.returncode:
            raise self._unstarted((done.stdout or done.stderr[-500:]).decode("utf-8", "replace").strip())

    def _unstarted(self, words: str) -> ToolFailed:
        return ToolFailed(
            f"The service {self.name} cannot be started: {words}.",
            state="It does not run.",
            todo="Mend its command, or what its build leaves behind.",
        )

    def _take(self, seconds: float, urge: Callable[[Recorded], bool]) -> int | None:
        """Wait for the lock, urging the supervisor once as soon as it is known; None when the time is up."""
        deadline, urged = time.monotonic() + seconds, False
        while (lock := self.place.lock()) is None and time.monotonic() < deadline:
            told = self.place.recorded()
            urged = urged or (told is not None and bool(told.supervisor) and urge(told))
            time.sleep(LOOK)
        return lock

    @staticmethod
    def _wake(told: Recorded) -> bool:
        return send_signal(told.supervisor, signal.SIGTERM)

    @staticmethod
    def _kill_supervisor(told: Recorded) -> bool:
        return send_signal(told.supervisor, signal.SIGKILL)

    def _stop_orphan(self, grace: float) -> None:
        """End a service whose supervisor is gone, and write down that it is stopped; we hold its lock."""
        told = self.place.recorded()
        if told is None or told.phase == "stopped":
            return
        for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, KILLED_WITHIN)):
            deadline = time.monotonic() + seconds
            if is_alive(told.service):
                kill_group(pid_of(told.service), number)
            while is_alive(told.service) and time.monotonic() < deadline:
                time.sleep(LOOK)
        if is_alive(told.service):
            raise ToolFailed(
                f"The service {self.name} does not end, even by SIGKILL.",
                state=f"Its process {pid_of(told.service)} waits for something in the kernel.",
                todo="Look at its disks and mounts; a reboot may be needed.",
            )
        self.place.record(replace(told, phase="stopped", service="", crash_loop=False))

    def _state(self) -> ServiceState:
        seen = self.seen()
        assert seen is not None, f"{self.place.directory} has no state, though its supervisor has started"
        return seen

    def _other(self, release: str) -> PreconditionFailed:
        return PreconditionFailed(
            f"The service {self.name} still runs from release {release}.",
            state="It was left as it is.",
            todo="Stop it first.",
        )


def supervised(directory: Path, name: str) -> Supervised:
    """Return the service that has this directory."""
    return Supervised(name=name, place=ServicePlace(directory=directory))
