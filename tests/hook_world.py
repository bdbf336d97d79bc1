"""A repository with hooks: what the tests of doors, launchers and installations share.

No test stands here, and nothing that the product should be able to do itself.
"""

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from needed import needed

from release_tools.cli.main import main
from release_tools.wiring.hooks import hook_installation, hook_remainders

PACKAGE = Path(__file__).resolve().parents[1]
SHELLS = {"dash": ("dash",), "bash": ("bash",), "busybox": ("busybox", "sh")}
GOOD, BAD = "feat: add a thing", "faet: add a thing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A work tree, and git in it."""

    top: Path

    def git(self, *args: str, ok: Sequence[int] = (0,), env: dict[str, str] | None = None) -> str:
        """Run git and return its stdout and stderr."""
        done = subprocess.run(
            ("git", *args), cwd=self.top, env=os.environ | (env or {}), capture_output=True, text=True, check=False
        )
        assert done.returncode in ok, f"git {args}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def commit(self, message: str = GOOD, *, ok: bool = True) -> str:
        """Commit whatever is staged, through the hooks."""
        return self.git("commit", "--allow-empty", "-m", message, ok=(0,) if ok else (1,))

    @property
    def hooks(self) -> Path:
        """Return the default hooks directory."""
        return self.top / ".git" / "hooks"

    def write_hook(self, name: str, text: str, *, mode: int = 0o755) -> Path:
        """Put a hook of the team's own in place."""
        path = self.hooks / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def install(self) -> None:
        """Install our hooks."""
        hook_installation(self.top).install()

    def uninstall(self) -> None:
        """Take our hooks out."""
        for place in hook_remainders(self.top):
            place.uninstall()


def make_repository(top: Path, *, branch: str = "feature/x", first_commit: bool = True) -> Repository:
    """Return a new repository on `branch`, without the sample hooks."""
    top.mkdir(parents=True)
    repository = Repository(top=top)
    repository.git("init", "-q", "-b", branch, "--template=")
    (top / ".git" / "hooks").mkdir()
    if first_commit:
        repository.git("commit", "-q", "--allow-empty", "-m", "chore: begin")
    return repository


def run_door(module: str, top: Path, *args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a Python door as the launcher does."""
    door = PACKAGE / "release_tools" / "hooks" / f"{module}.py"
    return subprocess.run(
        (sys.executable, "-I", "-S", str(door), *args),
        cwd=top,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        check=False,
    )


def shell_command(shell: str) -> tuple[str, ...]:
    """Return the command that starts a shell of this name; skip the test where there is none."""
    program, *args = SHELLS[shell]
    return (needed(program), *args)


@dataclass(frozen=True)
class Done:
    """What a command said."""

    stdout: str
    stderr: str


def run(top: Path, *args: str, code: int = 0, env: dict[str, str] | None = None) -> Done:
    """Run release-tools in a directory, within this process: only the hooks need one of their own."""
    out, err = io.StringIO(), io.StringIO()
    argv = patch.object(sys, "argv", ["release-tools", *args])
    with chdir(top), patch.dict(os.environ, env or {}), argv, redirect_stdout(out), redirect_stderr(err):
        returned = main()
    assert returned == code, out.getvalue() + err.getvalue()
    return Done(stdout=out.getvalue(), stderr=err.getvalue())
