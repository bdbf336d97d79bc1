"""The worker of a deploy as a fork of the command that starts it, so that points of death are counted on in it.

Everything else is the real worker's: a session of its own, the lock in its hands, its log, its last word. What makes a
new interpreter slow to start is spared, and the spans over which things must be good are short.
"""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from points import Points

from release_tools.adapters import store_place
from release_tools.cli import deploy_runs, deploy_work, deploy_worker
from release_tools.deploy import waiting
from release_tools.wiring.deploys import INHERITED, DeployPlace

SPAN = 0.06


@dataclass(slots=True)
class ForkedWorker:
    """The part of `subprocess.Popen` that following a worker needs."""

    pid: int
    code: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)


def fork_workers(points: Points, trace: str, pid_file: str) -> None:
    """Let deploy commands fork their workers; each writes the points that it reached, and its process group."""

    def start(place: DeployPlace, run: str, words: Sequence[str]) -> ForkedWorker:
        deploy_worker.result_path(place.state, run).unlink(missing_ok=True)
        log = deploy_worker.log_path(place.state, run)
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        open(pid_file, "w").close()  # noqa: PTH123 - empty: one is being born
        pid = os.fork()
        if pid == 0:
            _work(place, run, words, handle, points, trace, pid_file)
        os.close(handle)
        return ForkedWorker(pid)

    deploy_runs.start_worker = start  # type: ignore[assignment]
    assert waiting.DARK_SPAN > SPAN
    waiting.DARK_SPAN = SPAN
    deploy_worker.POLL = 0.01
    store_place._FORGETFUL = frozenset()  # the stage may be in memory, which is no place for a real backup


def _work(
    place: DeployPlace, run: str, words: Sequence[str], log: int, points: Points, trace: str, pid_file: str
) -> None:
    """Become the worker."""
    code = 1
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        with open(pid_file, "w") as file:  # noqa: PTH123 - read by whoever kills at random times
            file.write(str(os.getpid()))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ[INHERITED] = f"{place.held.lock},{place.held.effects}"
        code = deploy_work.main([*place.words(), run, *words])
        if trace:
            with open(trace, "w") as file:  # noqa: PTH123
                file.write("".join(f"{label}\n" for label in points.labels))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
