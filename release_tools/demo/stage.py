"""The stage of the demo: a throw-away repository with a bare remote, in which commands are typed and shown.

What is typed, and why, is the story's business.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from release_tools.errors import ToolFailed
from release_tools.record import record

PATIENCE = 300.0
"""Seconds that one command of the demo may take."""

KILL_ONCE = """#!/bin/sh
# Stands in for a power cut: ends the release command right after the server has taken its push.
pid=$(cat '{pid}' 2>/dev/null) || exit 0
rm -f '{pid}'
kill -9 "$pid"
"""


@record
class Stage:
    """A place with `remote.git` and a clone in `shop`; `say` prints a line."""

    home: Path
    say: Callable[[str], None]

    @property
    def clone(self) -> Path:
        """Return the work tree in which commands are typed."""
        return self.home / "shop"

    @property
    def remote(self) -> Path:
        """Return the bare repository that stands for the server."""
        return self.home / "remote.git"

    @property
    def hosts(self) -> Path:
        """Return the directory of the file that tells where production lies."""
        return self.home / "hosts"

    def type(self, *command: str, refused: bool = False, quiet: bool = False) -> str:
        """Run a command as typed, show it and what it prints; `ToolFailed` when its success is not the expected one."""
        if not quiet:
            self.say(f"$ {shlex.join(command)}")
        done = self._finished(command)
        if not quiet:
            self._show(done.stdout)
        if (done.returncode != 0) != refused:
            raise ToolFailed(
                f"`{shlex.join(command)}` ended with exit code {done.returncode}, which is not how the story goes.",
                state=f"It printed:\n{done.stdout}",
                todo=f"Look around in {self.home}, and report this.",
            )
        return done.stdout.strip()

    def git(self, *args: str) -> str:
        """Ask plain git in the clone, without showing it; a failing question answers with nothing."""
        done = self._finished(("git", *args))
        return done.stdout.strip() if done.returncode == 0 else ""

    def type_and_lose_power(self, *command: str) -> None:
        """Run a command that is killed right after the server has accepted its push."""
        self.say(f"$ {shlex.join(command)}")
        pid = self.home / "pid"
        hook = self.remote / "hooks" / "post-receive"
        hook.write_text(KILL_ONCE.format(pid=pid))
        hook.chmod(0o755)
        with subprocess.Popen(
            self._resolved(command),
            cwd=self.clone,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            pid.write_text(str(process.pid))
            self._show(process.communicate(timeout=PATIENCE)[0])
        hook.unlink()
        self.say("  *** power cut: the process was killed with SIGKILL ***")

    def write(self, path: str, text: str) -> None:
        """Write a file of the clone."""
        target = self.clone / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def clear(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.home)

    def _finished(self, command: tuple[str, ...]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self._resolved(command),
            cwd=self.clone if self.clone.is_dir() else self.home,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def _resolved(self, command: tuple[str, ...]) -> tuple[str, ...]:
        if command[0] != "release-tools":
            return command
        return (sys.executable, "-m", "release_tools", *command[1:])

    def _environment(self) -> dict[str, str]:
        """Return an environment that knows nothing of the person's own git settings and surrounding workflows."""
        foreign = ("GIT_", "GITHUB_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return kept | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "RELEASE_TOOLS_HOSTS": str(self.hosts),
        }

    def _show(self, text: str) -> None:
        for line in text.rstrip().splitlines():
            self.say(f"  {line}")
