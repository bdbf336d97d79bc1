"""The worker of a deploy run: a process in a session of its own, and how others follow it to its end.

It inherits the lock, writes what goes on into a log beside the run, and its end into one file. Nothing is planned here.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from release_tools.errors import ReleaseToolsError, ToolFailed
from release_tools.wiring.deploys import DeployPlace, is_at_work

POLL = 0.05
FORWARDED = (signal.SIGINT, signal.SIGTERM)


class Result(NamedTuple):
    """How a run ended: its outcome, or the error that it ended in."""

    outcome: str
    error: ReleaseToolsError | None = None


def start_worker(place: DeployPlace, run: str, words: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start the worker that goes on with a run; it holds the lock from now on, with us and after us."""
    result_path(place.state, run).unlink(missing_ok=True)
    log = log_path(place.state, run)
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    held = place.held
    try:
        return subprocess.Popen(
            (sys.executable, "-m", "release_tools.cli.deploy_work", *place.words(), run, *words),
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            start_new_session=True,
            pass_fds=(held.lock, held.effects),
            env={**os.environ, "RELEASE_TOOLS_HELD": f"{held.lock},{held.effects}"},
        )
    finally:
        os.close(handle)


def follow(
    place: DeployPlace, run: str, worker: "subprocess.Popen[bytes] | None", say: Callable[[str], None]
) -> Result:
    """Say what the worker says until it ends; return how. SIGINT and SIGTERM are handed on to it, losing us is not."""
    with log_path(place.state, run).open(encoding="utf-8", errors="replace") as log, _forwarding(worker):
        while (worker.poll() is None) if worker else is_at_work(place.state):
            _say_new(log, say)
            time.sleep(POLL)
        _say_new(log, say)
    return read_result(place.state, run)


def read_result(state: Path, run: str) -> Result:
    """Return how a run's worker ended; one that died without a word is an error that says how to go on."""
    try:
        told = json.loads(result_path(state, run).read_text())
    except (OSError, ValueError):
        return Result(
            "",
            ToolFailed(
                "The worker of this run died.",
                state="What it did is in its journal.",
                todo="Type `release-tools recover` with the same --env.",
            ),
        )
    error = told.get("error")
    return Result(told.get("outcome", ""), None if error is None else _revive(error))


def write_result(state: Path, run: str, *, outcome: str = "", error: ReleaseToolsError | None = None) -> None:
    """Write how a run ended, in one replacement."""
    told: dict[str, object] = {"outcome": outcome}
    if error is not None:
        words = {"failed": error.failed, "state": error.state, "todo": error.todo}
        told["error"] = {"code": error.exit_code, **words}
    path = result_path(state, run)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(told))
    fresh.chmod(0o600)
    fresh.replace(path)


def log_path(state: Path, run: str) -> Path:
    """Return where a worker says what goes on."""
    return state / "logs" / f"{run}.log"


def result_path(state: Path, run: str) -> Path:
    """Return where a worker says how it ended."""
    return state / "logs" / f"{run}.json"


def _say_new(log: IO[str], say: Callable[[str], None]) -> None:
    if text := log.read():
        say(text.removesuffix("\n"))


@contextmanager
def _forwarding(worker: "subprocess.Popen[bytes] | None") -> Iterator[None]:
    if worker is None:
        yield
        return
    before = {number: signal.signal(number, lambda n, _: worker.send_signal(n)) for number in FORWARDED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _revive(told: dict[str, object]) -> ReleaseToolsError:
    code = int(str(told["code"]))
    kind = next((one for one in _subclasses(ReleaseToolsError) if one.exit_code == code), ToolFailed)
    words = {name: str(told[name]) for name in ("state", "todo")}
    return kind(str(told["failed"]), **words)


def _subclasses(kind: type[ReleaseToolsError]) -> Iterator[type[ReleaseToolsError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)
