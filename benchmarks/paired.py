"""Paired timing: several commands run in turn, round by round, so that a machine's drift hits all of them alike.

Only whole processes are measured, from outside; what is compared with what stands in the suites.
"""

import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

CAP = 120
"""Seconds after which a command is given up."""

FOREIGN = ("GIT_", "GITHUB_", "PYTHON", "RELEASE_TOOLS", "_RELEASE_TOOLS", "XDG_")
"""How variables begin that would let a person's own settings into the measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line with its working directory, environment, input and exit codes; `before` prepares each run.

    It is given up after `cap` seconds.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[int, ...] = (0,)
    before: Callable[[], None] | None = None
    stdin: Path = Path(os.devnull)
    cap: int = CAP


Times = Mapping[str, Sequence[float]]
"""Wall times in seconds by the command's name, one for each round."""


def measure(commands: Mapping[str, Command], rounds: int) -> Times:
    """Return the wall times of each command; the first, unrecorded round warms the caches up."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    order = list(commands)
    for number in range(rounds + 1):
        for name in order:
            seconds = time_once(name, commands[name])
            if number:
                times[name].append(seconds)
        order.reverse()  # so that nobody always runs behind the same neighbor
    return times


def ratio(times: Times, name: str, floor: str) -> float:
    """Return the median over the rounds of one command's time divided by the floor's in the same round."""
    return statistics.median(one / other for one, other in zip(times[name], times[floor], strict=True))


def time_once(name: str, command: Command) -> float:
    """Run a command and return its wall time in seconds; an unexpected exit code ends the benchmark."""
    if command.before:
        command.before()
    with tempfile.TemporaryFile() as said, command.stdin.open("rb") as fed:
        seconds, code = _run(command, fed.fileno(), said.fileno())
        if code not in command.codes:
            raise SystemExit(_failure(name, command, code, said))
    return seconds


def _run(command: Command, stdin: int, stdout: int) -> tuple[float, int]:
    environment = clean_environment() | dict(command.env)
    actions = [(os.POSIX_SPAWN_DUP2, source, target) for source, target in ((stdin, 0), (stdout, 1), (stdout, 2))]
    here = Path.cwd()
    os.chdir(command.cwd)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(command.cap)
    begun = time.perf_counter()
    pid = os.posix_spawn(command.argv[0], command.argv, environment, file_actions=actions)
    try:
        _, status = os.waitpid(pid, 0)
        return time.perf_counter() - begun, os.waitstatus_to_exitcode(status)
    except KeyboardInterrupt:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        return float(command.cap), os.waitstatus_to_exitcode(status)
    finally:
        signal.alarm(0)
        os.chdir(here)


def _failure(name: str, command: Command, code: int, said: BinaryIO) -> str:
    said.seek(0)
    last = said.read().decode(errors="replace").splitlines()[-10:]
    expected = " or ".join(map(str, command.codes))
    end = (
        f"was given up after {command.cap} s" if code == -signal.SIGKILL else f"ended with {code}, expected {expected}"
    )
    return "\n".join((f"benchmarks: error: {name} {end}: {' '.join(command.argv)}", *last, "Nothing was written."))


def clean_environment() -> dict[str, str]:
    """Return an environment without a person's own settings for git and Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return kept | {
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
    }
