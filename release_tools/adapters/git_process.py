"""One git command: started through GitPython, with a deadline, captured output and no inherited git environment.

What a command means is up to the readers and writers; nothing here knows a git subcommand.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from release_tools.record import record

# Otherwise the import itself fails where there is no git, before anybody can say so.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

import git
from git.util import remove_password_if_present

from release_tools.adapters.git_environment import LOCAL_ENVIRONMENT, QUICK
from release_tools.errors import PreconditionFailed, ReleaseToolsError, ToolFailed, ToolTimedOut

OLDEST_GIT = (2, 38)
"""The first git whose `merge-tree` writes trees."""

_PASSWORD = re.compile(r"(\w+://)[^/@\s]+@(?=[^/\s])")

STOPPING = (signal.SIGINT, signal.SIGTERM)


@record
class Completed:
    """What a finished git command returned."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """Return stdout as text without the final newline; bytes that are not UTF-8 survive a round trip."""
        return os.fsdecode(self.stdout).removesuffix("\n")


@record
class GitProcess:
    """Git in one directory; `inherit` is a descriptor that changing commands keep open (the engine's effects lock)."""

    directory: Path
    timeout: float = 60.0
    environment: Mapping[str, str] = field(default_factory=dict)
    inherit: int | None = None
    answers: dict[tuple[object, ...], Completed] = field(default_factory=dict, compare=False, repr=False)
    """What has one answer for as long as we run: questions by full object names, and about the place itself."""

    def ask(self, *args: str, stdin: bytes | None = None, ok: tuple[int, ...] = (0,)) -> Completed:
        """Run `git ARGS` unless it ran before; only for questions with one answer for as long as we run."""
        question = (args, stdin)
        if question not in self.answers:
            self.answers[question] = self.run(*args, stdin=stdin, ok=ok)
        return self.answers[question]

    def run(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        ok: tuple[int, ...] = (0,),
        timeout: float | None = None,
    ) -> Completed:
        """Run `git ARGS`; `ToolFailed` with git's own words unless the exit code is in `ok`."""
        limit = timeout or self.timeout
        # Git finishes what it began: a stop request is for us. Until we hold the process, it has to wait.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        process = None
        try:
            started = self._start(args, env, feeds=stdin is not None, inherit=self.inherit)
            process = started.proc
            assert process is not None
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            out, err = process.communicate(stdin, timeout=limit)
        except subprocess.TimeoutExpired:
            kill(process)
            raise too_late(args, limit) from None
        except KeyboardInterrupt:
            kill(process)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        done = Completed(code=process.returncode, stdout=out, stderr=masked(os.fsdecode(err).strip()))
        if done.code not in ok:
            raise ToolFailed(f"{ended(args, done)} {done.stderr or 'no message'}")
        return done

    def converse(self, *args: str) -> tuple[subprocess.Popen[bytes], object]:
        """Start a git that only reads, and answers on its output; keep both returned objects until its end."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            started = self._start(args, None, feeds=True)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        assert started.proc is not None
        return started.proc, started

    def _start(
        self, args: tuple[str, ...], env: Mapping[str, str] | None, *, feeds: bool, inherit: int | None = None
    ) -> git.Git.AutoInterrupt:
        # GitPython ends the process when the returned object is collected, so the caller keeps it until the end.
        try:
            return git.Git(self.directory).execute(
                # By -C as well: where the directory is gone, GitPython would start git in ours.
                ["git", "-C", str(self.directory.absolute()), *args],
                istream=subprocess.PIPE if feeds else None,
                as_process=True,
                env=QUICK | {"GIT_TERMINAL_PROMPT": _prompt()} | dict(self.environment) | dict(env or {}),
                pass_fds=() if inherit is None else (inherit,),
                start_new_session=not sys.stdin.isatty(),
            )
        except git.GitCommandNotFound as error:
            raise self._unstartable() from error

    def _unstartable(self) -> ReleaseToolsError:
        if self.directory.is_dir():
            return no_git()
        return ToolFailed(f"The directory {self.directory} is gone, so git cannot be run there.")


def no_git() -> PreconditionFailed:
    """Return the refusal to work without git."""
    return PreconditionFailed(
        "There is no git on PATH.", state="Nothing was changed.", todo="Install git 2.38 or newer, then run this again."
    )


def forget_git_environment() -> bool:
    """Drop the variables by which a calling hook binds git to its repository; return whether there were any."""
    bound = [name for name in LOCAL_ENVIRONMENT if name in os.environ]
    for name in bound:
        del os.environ[name]
    return bool(bound)


def git_version() -> tuple[int, ...]:
    """Return the version of the git on PATH."""
    try:
        return tuple(git.Git().version_info)
    except git.GitCommandNotFound as error:
        raise no_git() from error


def _prompt() -> str:
    return os.environ.get("GIT_TERMINAL_PROMPT", "1" if sys.stdin.isatty() else "0")


def masked(text: str) -> str:
    """Return text without the passwords that stand in addresses; git leaves them out itself, its helpers may not."""
    return _PASSWORD.sub(r"\1***@", text)


def _shown(args: tuple[str, ...]) -> str:
    return " ".join(("git", *remove_password_if_present(list(args))))


def ended(args: tuple[str, ...], done: Completed) -> str:
    """Return which command ended how, up to a colon."""
    return f"`{_shown(args)}` failed with exit code {done.code}:"


def too_late(args: tuple[str, ...], limit: float) -> ToolTimedOut:
    """Return the error that a command did not answer before its deadline."""
    return ToolTimedOut(
        f"`{_shown(args)}` did not answer within {limit:g} seconds.",
        todo="Check the network and the server, or raise git.read_timeout or git.network_timeout.",
    )


def kill(process: subprocess.Popen[Any] | None) -> None:
    """End a process with its helpers, where there is one."""
    if process is None:
        return
    # In a session of its own git's helpers (ssh, git-remote-https) go with it; else they end when their pipes close.
    if os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
