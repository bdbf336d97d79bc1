"""A process that runs the real command line again and again, each time in a fork that may be told to die.

It reads one JSON order a line and answers with how the fork ended; the product has no hook for this: points of death
are put around its functions from outside (`points`).
"""

import gc
import json
import os
import pkgutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from forked_worker import fork_workers
from points import Points

import release_tools

PLUG_INS = "release_tools.contrib."
"""What other programs import, not ours."""


def serve() -> None:
    """Answer orders until stdin ends."""
    for module in pkgutil.walk_packages(release_tools.__path__, "release_tools."):
        if not module.name.startswith(PLUG_INS):
            import_module(module.name)
    gc.freeze()  # no fork looks through what all of them share
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        order = json.loads(line)
        answers.write(json.dumps(_carry_out(order)) + "\n")
        answers.flush()


def _carry_out(order: dict[str, Any]) -> dict[str, Any]:
    keyboard, terminal = os.openpty()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        _live(order, terminal)
    os.close(terminal)
    if order["after"] is not None:
        _kill(child, order)
    _, status = os.waitpid(child, 0)
    os.close(keyboard)
    return {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - begun}


def _kill(child: int, order: dict[str, Any]) -> None:
    """Kill after so many seconds: the whole process group, as a power cut does, or our process alone."""
    time.sleep(order["after"])
    for process in (child, *_worker(Path(order["worker"]))):
        with suppress(ProcessLookupError):
            (os.killpg if order["group"] else os.kill)(process, signal.SIGKILL)


def _worker(file: Path) -> Iterator[int]:
    """Yield the process of a worker that was started; one that is just being born writes its number soon."""
    end = time.monotonic() + 5
    while file.exists() and time.monotonic() < end:
        if text := file.read_text():
            yield int(text)
            return
        time.sleep(0.01)


def _live(order: dict[str, Any], terminal: int) -> None:
    """Become the command; with a terminal git stays in our process group, without one it gets its own session."""
    os.setsid()
    os.dup2(terminal if order["group"] else os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - lives as long as the process
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["release-tools", *order["argv"]]
    from release_tools.cli.main import main

    points = Points(at=order["at"], place=Path(order["cwd"]).parent, files=order["files"])
    points.watch()
    fork_workers(points, order["trace"], order["worker"])
    code = main()
    sys.stdout.flush()
    if order["trace"] and not Path(order["trace"]).exists():  # a worker knows more of them
        Path(order["trace"]).write_text("".join(f"{label}\n" for label in points.labels))
    os._exit(code)


if __name__ == "__main__":
    serve()
