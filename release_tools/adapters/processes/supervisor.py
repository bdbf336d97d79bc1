"""The supervisor of one service, a program of its own: `python -I -S supervisor.py DIRECTORY`, the job on stdin.

It is in a session of its own and has all its code in memory before it starts the service, so it outlives whoever
started it, their terminal, and the replacement of this very file. Nothing outside of its directory is written. The
lock of that directory is among its open files, so that it lasts as long as the supervisor.
"""

import sys

if __name__ == "__main__":
    sys.path.insert(0, __file__.rpartition("/release_tools/")[0] or "/")

import contextlib
import os
import signal
import traceback
from dataclasses import replace
from pathlib import Path
from select import select
from time import monotonic
from typing import NoReturn

from release_tools.adapters.processes.identity import identity_of
from release_tools.adapters.processes.place import Job, Recorded, ServicePlace
from release_tools.adapters.processes.service_log import rotate
from release_tools.adapters.processes.watched import Adopted, Child, Ended, Watched, adopt_orphans, reap_strays
from release_tools.record import record

TICK = 1.0
"""Seconds between two looks at the log's size, and at a process that is not a child of ours."""

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGINT)


@record
class Bell:
    """Wakes the supervisor when a signal comes, also one that came just before it went to sleep."""

    wake: int

    @classmethod
    def hang(cls) -> "Bell":
        """Take the signals that mean something to a supervisor; interrupts from a terminal mean nothing to it."""
        wake, ring = os.pipe()
        os.set_blocking(ring, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
        for number in SIGNALS:
            # Not ignored, for that would be passed on to the service.
            signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        return cls(wake=wake)

    def wait(self, seconds: float) -> None:
        """Sleep until a signal comes, or for so many seconds."""
        select((self.wake,), (), (), max(seconds, 0))
        with contextlib.suppress(BlockingIOError):
            while os.read(self.wake, 512):
                pass


class Supervisor:
    """Runs one service, starts it again while it may, and ends with it."""

    def __init__(self, place: ServicePlace, job: Job) -> None:
        self.place, self.job = place, job
        self.bell = Bell.hang()
        before = place.recorded()
        self.told = Recorded(
            phase="starting",
            release=job.release,
            version=job.version,
            supervisor=identity_of(os.getpid()),
            restarts=before.restarts if before and job.adopt else 0,
        )
        self.soon = 0
        self.unwritten = False

    def begin(self) -> Watched:
        """Start the service for the first time, or take over the one that runs; `OSError` when it cannot be started."""
        self.place.record(self.told)
        if self.job.adopt:
            return self._running(Adopted(identity=self.job.adopt))
        try:
            return self._running(Child.start(self.job, self.place.log))
        except OSError:
            self._record(phase="exited", exit_code=127)
            raise

    def run(self, watched: Watched) -> None:
        """Watch the service until it is told to stop, or has ended and may not be started again."""
        while True:
            since = monotonic()
            ended = self._watch(watched)
            if self._stopping():
                self._record(phase="stopped", exit_code=ended.code)
                return
            self.soon = self.soon + 1 if monotonic() - since < self.job.settled else 0
            again = self._again(ended)
            if again is None:
                return
            watched = again

    def _again(self, ended: Ended) -> Watched | None:
        """Start the service again when its pause is over, None when it is left alone from now on."""
        while self._may_restart():
            self._record(phase="pausing", exit_code=ended.code, oom_killed=ended.oom_killed)
            self._pause(min(self.job.longest_pause, self.job.first_pause * 2.0 ** min(max(0, self.soon - 1), 20)))
            if not self._may_restart():
                break
            self._record(restarts=self.told.restarts + 1)
            try:
                return self._running(Child.start(self.job, self.place.log))
            except OSError:
                ended, self.soon = Ended(code=127), self.soon + 1
        looping = self._restarts_wanted() and self._exhausted()
        phase = "stopped" if self._stopping() else "exited"
        self._record(phase=phase, exit_code=ended.code, oom_killed=ended.oom_killed, crash_loop=looping)
        return None

    def _watch(self, watched: Watched) -> Ended:
        while (ended := watched.ended()) is None:
            if self._stopping():
                watched.end(self.place.control().grace, self.bell.wait)
                continue
            self.bell.wait(TICK)
            reap_strays(watched.pid)
            self._tidy()
        # What it has left behind would stand in the way of the next start.
        watched.clear(self.place.control().grace if self._stopping() else 1.0, self.bell.wait)
        return ended

    def _tidy(self) -> None:
        """Cut the log, and write what could not be written; a full disk must not take the supervisor with it."""
        try:
            rotate(self.place.log, limit=self.job.log_bytes, files=self.job.log_files)
            if self.unwritten:
                self.place.record(self.told)
                self.unwritten = False
        except OSError:
            return

    def _pause(self, seconds: float) -> None:
        end = monotonic() + seconds
        while self._may_restart() and (left := end - monotonic()) > 0:
            self.bell.wait(left)

    def _running(self, watched: Watched) -> Watched:
        self._record(phase="running", service=watched.identity)
        return watched

    def _stopping(self) -> bool:
        return self.place.control().wanted == "stop"

    def _restarts_wanted(self) -> bool:
        control = self.place.control()
        return self.job.restarting and control.restart and control.wanted == "run"

    def _exhausted(self) -> bool:
        return 0 < self.job.attempts <= self.soon

    def _may_restart(self) -> bool:
        return self._restarts_wanted() and not self._exhausted()

    def _record(self, **changes: object) -> None:
        self.told = replace(self.told, **changes)  # type: ignore[arg-type]
        try:
            self.place.record(self.told)
        except OSError:
            self.unwritten = True


def main(directory: str) -> NoReturn:
    """Start the service in a process that nobody waits for; tell on stdout why it cannot be, and end with 1 then."""
    os.umask(0o077)
    job, place = Job.parse(sys.stdin.read()), ServicePlace(directory=Path(directory))
    heard, said = os.pipe()
    if os.fork():
        os.close(said)
        with os.fdopen(heard, "rb") as answer:
            words = answer.read()
        os.write(1, words)
        os._exit(1 if words else 0)
    os.close(heard)
    os.setsid()
    _leave(place)
    _supervise(place, job, said)
    os._exit(0)


def _supervise(place: ServicePlace, job: Job, said: int) -> None:
    try:
        adopt_orphans()
        supervisor = Supervisor(place, job)
        try:
            watched = supervisor.begin()
        except OSError as error:
            os.write(said, f"{error.strerror or error}: {error.filename or job.argv[0]}".encode())
            return
        os.close(said)
        supervisor.run(watched)
    except BaseException:  # noqa: BLE001 - the one boundary of this program
        traceback.print_exc()
        os._exit(70)


def _leave(place: ServicePlace) -> None:
    """Let go of everything that belongs to whoever started us."""
    os.chdir("/")
    complaints = os.open(place.complaints, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDWR)
    for source, target in ((nothing, 0), (nothing, 1), (complaints, 2)):
        os.dup2(source, target)
    os.close(complaints)
    os.close(nothing)


if __name__ == "__main__":
    main(sys.argv[1])
