"""The tools that the same git-flow stories are told with, and what a person types with each of them.

What happens in a story stands in `flow_peers`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "RELEASE_TOOLS_"))},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_EDITOR": "true",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}
AVH_SETTINGS = {
    "branch.master": "main",
    "branch.develop": "develop",
    **{f"prefix.{kind}": f"{kind}/" for kind in ("feature", "bugfix", "release", "hotfix", "support")},
    "prefix.versiontag": "v",
}
"""What `git flow init` asks for."""


@dataclass
class Work:
    """A directory in which commands are typed; the exit code of the last tool is kept."""

    path: Path
    code: int = 0
    said: list[str] = field(default_factory=list)

    def types(self, *words: str) -> int:
        """Run a command of the tool; return its exit code and keep what it said."""
        done = subprocess.Popen(
            words,
            cwd=self.path,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        (self.path.parent / "victim").write_text(str(done.pid))
        text, _ = done.communicate(timeout=60)
        self.code = done.returncode
        self.said.append(f"$ {' '.join(words)}\n{text}-> {done.returncode}")
        return done.returncode

    def git(self, *words: str, ok: tuple[int, ...] = (0,)) -> str:
        """Run plain git and return what it prints."""
        done = subprocess.run(("git", *words), cwd=self.path, env=ENVIRONMENT, capture_output=True, text=True)
        if done.returncode not in ok:
            raise RuntimeError(f"git {words} in {self.path}: {done.returncode} {done.stderr}")
        return done.stdout.rstrip("\n")

    def commit(self, message: str, files: Mapping[str, str]) -> None:
        """Write files and commit them."""
        for name, text in files.items():
            (self.path / name).write_text(text)
        self.git("add", "--", *files)
        self.git("commit", "--quiet", "-m", message)


class ReleaseTools:
    """release-tools, as it is installed beside this Python."""

    name = "release-tools"
    script = str(Path(sys.executable).with_name("release-tools"))

    def version(self) -> str:
        """Return what it calls itself, empty when it is not there."""
        return first_line(self.script, "--version")

    def prepare(self, work: Work) -> None:
        """Nothing has to be set up."""

    def start(self, work: Work, kind: str, name: str) -> None:
        """Start a branch; a hotfix gets its version at its finish."""
        work.types(self.script, f"start-{kind}", name, "--yes")

    def finish(self, work: Work, kind: str, name: str) -> int:
        """Finish a branch: all of it, the push too, is one command."""
        return work.types(self.script, f"finish-{kind}", name, "--yes")

    def go_on(self, work: Work, kind: str, name: str) -> int:
        """Go on after a conflict was resolved, in the work tree that the message named."""
        return work.types(self.script, "continue")

    def place(self, work: Work) -> Path:
        """Return where a conflict waits."""
        return next((work.path / ".git/release-tools/runs").glob("*/merge-*"))


class Avh:
    """git-flow AVH edition, with `-p` so that a finish pushes."""

    name = "git-flow AVH"

    def version(self) -> str:
        """Return what it calls itself, empty when it is not there."""
        return first_line("git", "flow", "version") if shutil.which("git-flow") else ""

    def prepare(self, work: Work) -> None:
        """Set it up for main, develop and tags with a `v`."""
        for key, value in AVH_SETTINGS.items():
            work.git("config", f"gitflow.{key}", value)

    def start(self, work: Work, kind: str, name: str) -> None:
        """Start a branch, write a release's version into its files by hand, publish it."""
        work.types("git", "flow", kind, "start", name)
        _write_version(work, kind, name)
        if kind != "feature":
            work.types("git", "flow", kind, "publish", name)

    def finish(self, work: Work, kind: str, name: str) -> int:
        """Finish a branch and push."""
        message = () if kind == "feature" else ("-p", "-m", f"v{name}")
        code = work.types("git", "flow", kind, "finish", *message, name)
        return code or (work.types("git", "push", "origin", "develop") if kind == "feature" else 0)

    def go_on(self, work: Work, kind: str, name: str) -> int:
        """Type the same again: what is merged is skipped."""
        return self.finish(work, kind, name)

    def place(self, work: Work) -> Path:
        """Return where a conflict waits."""
        return work.path


class Next(Avh):
    """git-flow-next, which does not push: the person does, with one command."""

    name = "git-flow-next"
    program = os.environ.get("GIT_FLOW_NEXT") or shutil.which("git-flow-next") or ""

    def version(self) -> str:
        """Return what it calls itself, empty when it is not there."""
        return first_line(self.program, "version") if self.program else ""

    def prepare(self, work: Work) -> None:
        """Set it up for main, develop and tags with a `v`."""
        work.types(self.program, "init", "--defaults", "--main", "main", "--develop", "develop", "--tag", "v")

    def start(self, work: Work, kind: str, name: str) -> None:
        """Start a branch, write a release's version into its files by hand, publish it."""
        work.types(self.program, kind, "start", name)
        _write_version(work, kind, name)
        if kind != "feature":
            work.types("git", "push", "origin", f"{kind}/{name}")

    def finish(self, work: Work, kind: str, name: str, *options: str) -> int:
        """Finish a branch, then push what it made."""
        code = work.types(self.program, kind, "finish", name, *options)
        if code:
            return code
        what = ("develop",) if kind == "feature" else ("main", "develop", f"v{name}")
        return work.types("git", "push", "origin", *what)

    def go_on(self, work: Work, kind: str, name: str) -> int:
        """Continue, then push."""
        return self.finish(work, kind, name, "--continue")


TOOLS = (ReleaseTools(), Avh(), Next())


def first_line(*words: str) -> str:
    """Return the first line that a command prints, empty where there is no such command."""
    try:
        done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.partition("\n")[0].strip()


def _write_version(work: Work, kind: str, name: str) -> None:
    if kind != "feature":
        work.commit(f"chore: bump to {name}", {"version.txt": f"version: {name}\n"})
