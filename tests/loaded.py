"""A process that has loaded the whole program once; each of its forks becomes one `release-tools` command.

Starting Python and importing a dozen libraries costs a second, what most commands do a tenth of it. The console script
itself is run wherever a test needs the process: its pid, a program around it, another search path. No test is here.
"""

import gc
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("release-tools")
AT_START = ("PATH", "LC_ALL", "LC_CTYPE", "LANG")
"""What is read when the interpreter or a library starts, as is everything called PYTHON...; later is too late."""
PLUG_INS = "release_tools.contrib."
"""What other programs import, not ours."""


class Loaded:
    """The process, and what it was started with."""

    def __init__(self) -> None:
        self._started = _read_at_start(os.environ)
        # Nothing else of the test in which it happens to start: that test may end whatever names its directory.
        self._process = subprocess.Popen(
            (sys.executable, "-P", __file__),
            cwd="/",
            env=self._started,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Return whether a fork can tell no difference from a process that was started with this environment."""
        return _read_at_start(environment) == self._started

    def run(
        self, arguments: tuple[str, ...], cwd: Path, environment: Mapping[str, str], *, timeout: float
    ) -> tuple[int, str, str]:
        """Run a command to its end; return its exit code, its stdout and its stderr."""
        orders, answers = self._process.stdin, self._process.stdout
        assert orders and answers
        with tempfile.TemporaryDirectory() as home:
            said = [str(Path(home, name)) for name in ("out", "err")]
            order = {"argv": [str(SCRIPT), *arguments], "cwd": str(cwd), "environment": dict(environment), "said": said}
            orders.write(json.dumps(order) + "\n")
            orders.flush()
            if not select.select([answers], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(arguments, timeout, *map(_read, said))
            answer = answers.readline()
            out, err = map(_read, said)
            if not answer:
                raise ChildProcessError(f"{arguments} ended what loaded it, by {self._process.wait()}: {err}")
            code = json.loads(answer)
        return code, out, err

    def kill(self) -> None:
        """End the process and the command that it waits for."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """End the process."""
        with self._process, suppress(BrokenPipeError):
            assert self._process.stdin
            self._process.stdin.close()


@cache
def loaded() -> Loaded:
    """Return the one process of this test process."""
    return Loaded()


def run_loaded(
    arguments: tuple[str, ...], cwd: Path, environment: Mapping[str, str], *, timeout: float
) -> tuple[int, str, str]:
    """Run a command in the one process, which does not outlive a command that failed to end."""
    try:
        return loaded().run(arguments, cwd, environment, timeout=timeout)
    except (subprocess.TimeoutExpired, OSError):
        loaded().kill()
        loaded.cache_clear()
        raise


def unload() -> None:
    """End the process, if there is one."""
    if loaded.cache_info().currsize:
        loaded().close()
        loaded.cache_clear()


def import_program() -> None:
    """Import every module of the product."""
    import release_tools

    for module in pkgutil.walk_packages(release_tools.__path__, "release_tools."):
        if not module.name.startswith(PLUG_INS):
            import_module(module.name)


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if name in AT_START or name.startswith("PYTHON")}


def _serve() -> None:
    """Carry out orders until stdin ends; a fork leaves through the end of this function, as the script does."""
    import_program()
    import semver  # noqa: F401 - the one library that a function imports

    from release_tools.cli.main import run
    from release_tools.config.deploy import Deploy
    from release_tools.config.judge import model_schema
    from release_tools.config.model import Config

    for model in (Config, Deploy):
        model_schema(model)  # compiles it
    gc.freeze()  # no fork looks through what all of them share

    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
            run()
            return
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _become(order: dict[str, list[str] | str | dict[str, str]]) -> None:
    sys.argv, environment = list(order["argv"]), order["environment"]
    assert isinstance(environment, dict) and isinstance(order["cwd"], str)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - lives as long as the process
    for number, path in enumerate(order["said"], start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


if __name__ == "__main__":
    _serve()
