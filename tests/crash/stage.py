"""The stage: one directory with a repository, its bare remote and what a case writes beside them.

Every case plays at the same path, since worktrees and stored plans hold absolute paths; copies wait elsewhere.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any

DATE = "2026-03-04T05:06:07+00:00"
FIXED = {"GIT_AUTHOR_DATE": DATE, "GIT_COMMITTER_DATE": DATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: its exit code (negative: the signal that killed it), what it said, what it took."""

    code: int
    out: str
    err: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The directory `root/stage` with `repo`, `remote.git` and others, and the process that plays on it."""

    root: Path
    orders: IO[str]
    answers: IO[str]
    files: bool = True
    """Whether changes of files are points."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What commands are told besides."""

    @property
    def place(self) -> Path:
        """Return the directory that is copied as a whole."""
        return self.root / "stage"

    @property
    def repo(self) -> Path:
        """Return the repository in which commands run."""
        return self.place / "repo"

    def git(self, *args: str, at: str = "repo", check: bool = True) -> str:
        """Run plain git with the fixed dates; return stdout."""
        done = subprocess.run(
            ("git", *args), cwd=self.place / at, env=os.environ | FIXED, check=check, capture_output=True, timeout=60
        )
        return os.fsdecode(done.stdout)

    def keep(self, name: str) -> None:
        """Keep a copy of the stage under a name."""
        _copy(self.place, self.root / name)

    def restore(self, name: str) -> None:
        """Set the stage as it was kept."""
        _copy(self.root / name, self.place)

    def run(
        self,
        *argv: str,
        at: int | None = None,
        after: float | None = None,
        group: bool = True,
        trace: bool = False,
        home: str = "repo",
    ) -> Ended:
        """Run release-tools; it dies at point `at`, or `after` so many seconds (with its children, if `group`)."""
        out, err = self.root / "out", self.root / "err"
        env = {**os.environ, **FIXED, **self.variables, "TMPDIR": str(self.place / "tmp")}
        order: dict[str, Any] = {
            "argv": argv,
            "cwd": str(self.place / home),
            "env": env,
            "out": str(out),
            "err": str(err),
        }
        order |= {"at": at, "after": after, "group": group, "files": self.files, "worker": str(self.root / "worker")}
        order |= {"trace": str(self.root / "trace") if trace else ""}
        for name in ("trace", "worker"):
            (self.root / name).unlink(missing_ok=True)
        self.orders.write(json.dumps(order) + "\n")
        self.orders.flush()
        answer = json.loads(self.answers.readline())
        return Ended(code=answer["code"], out=out.read_text(), err=err.read_text(), seconds=answer["seconds"])

    def trace(self) -> tuple[str, ...]:
        """Return the points that the last traced run reached."""
        return tuple((self.root / "trace").read_text().splitlines())


def open_stage(root: Path, *, files: bool = True, variables: Mapping[str, str] | None = None) -> Stage:
    """Return an empty stage; `files`: changes of files are points, `variables`: what commands are told besides."""
    (root / "stage" / "tmp").mkdir(parents=True)
    process = player()
    assert process.stdin and process.stdout
    return Stage(root=root, orders=process.stdin, answers=process.stdout, files=files, variables=variables or {})


@cache
def player() -> "subprocess.Popen[str]":
    """Return the process that plays on every stage of this test process; importing the product takes it a second."""
    command = (sys.executable, str(Path(__file__).with_name("mortal.py")))
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def dismiss_player() -> None:
    """End the playing process, if there is one."""
    if not player.cache_info().currsize:
        return
    with player() as process:
        assert process.stdin
        process.stdin.close()
    player.cache_clear()


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(("cp", "-a", str(source), str(target)), check=True, timeout=60)
