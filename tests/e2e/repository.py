"""Real repositories for end-to-end tests: a bare remote, clones of it, and the console script run in them.

What is expected of a command stands in the tests; they look with plain git.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from loaded import SCRIPT, loaded, run_loaded

DAY = "2026-01-15"
NOON = {"GIT_AUTHOR_DATE": f"{DAY}T12:00:00+0000", "GIT_COMMITTER_DATE": f"{DAY}T12:00:00+0000"}
"""All commits have one date: whoever sorts by it is found out."""


@dataclass
class Calendar:
    """The dates of commits, which move on by `step` minutes with every command: forwards, backwards, or not at all."""

    step: int = 0
    minutes: int = 0

    def stamps(self) -> dict[str, str]:
        """Return the dates for the next command."""
        self.minutes += self.step
        moment = datetime.fromisoformat(f"{DAY}T12:00:00+00:00") + timedelta(minutes=self.minutes)
        return dict.fromkeys(NOON, moment.strftime("%Y-%m-%dT%H:%M:%S%z"))

    @contextmanager
    def moving(self, step: int) -> Iterator[None]:
        """Move by another step from noon on, until the end of a block."""
        before = self.step, self.minutes
        self.step, self.minutes = step, 0
        try:
            yield
        finally:
            self.step, self.minutes = before


CALENDAR = Calendar()

PYPROJECT = '[project]\nname = "café"\nversion = "1.0.0"  # the only place\n'
CONFIG = '[branches]\nmain = "main"\ndevelop = "develop"\n'
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-01-01\n\n- first\n"
FILES = {"pyproject.toml": PYPROJECT, "release-tools.toml": CONFIG, "CHANGELOG.md": CHANGELOG}


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @cached_property
    def data(self) -> dict[str, Any]:
        """What `--json` printed."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found

    @property
    def error(self) -> tuple[str, ...]:
        """The sentences of the error message, one a line."""
        _, mark, text = self.stderr.partition("release-tools: error: ")
        assert mark, f"no error message in: {self.stderr}"
        return tuple(text.rstrip("\n").split("\n"))


@dataclass(frozen=True)
class Clone:
    """A work tree, and the environment that commands in it get on top of the test's own."""

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def git(self, *arguments: str, ok: tuple[int, ...] = (0,), stdin: str | None = None) -> str:
        """Run plain git and return its stdout."""
        done = subprocess.run(
            ("git", *arguments),
            cwd=self.path,
            env=self._environment(),
            input=stdin and stdin.encode(),
            capture_output=True,
            timeout=60,
        )
        assert done.returncode in ok, f"git {arguments}: {done.returncode} {os.fsdecode(done.stderr)}"
        return os.fsdecode(done.stdout).rstrip("\n")

    def start(self, *arguments: str, wrap: tuple[str, ...] = (), **environment: str) -> "subprocess.Popen[str]":
        """Start `release-tools ARGUMENTS` here, behind `wrap`, without a terminal."""
        return subprocess.Popen(
            (*wrap, str(SCRIPT), *arguments),
            cwd=self.path,
            env=self._environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, wrap: tuple[str, ...] = (), **environment: str) -> Outcome:
        """Run `release-tools ARGUMENTS` here to its end, behind `wrap`: the script, else a fork that has it loaded."""
        whole = self._environment() | environment
        if wrap or not loaded().fits(whole):
            return ended(self.start(*arguments, wrap=wrap, **environment))
        return Outcome(*run_loaded(arguments, self.path, whole, timeout=180))

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def commit(self, message: str, files: Mapping[str, str | bytes] | None = None) -> str:
        """Commit files (by default one named after the message) and return the commit."""
        for name, text in (files or {re.sub(r"\W+", "-", message.lower()): message}).items():
            self.write(name, text)
            self.git("add", "--", name)
        self.git("commit", "--quiet", "-m", message)
        return self.at("HEAD")

    def at(self, revision: str) -> str:
        """Return the object behind a revision, empty when there is none."""
        return self.git("rev-parse", "--verify", "--quiet", revision, ok=(0, 1))

    def shown(self, revision: str, path: str) -> str:
        """Return a file as it stands in a commit, with its last newline."""
        done = subprocess.run(
            ("git", "cat-file", "blob", f"{revision}:{path}"), cwd=self.path, capture_output=True, check=True
        )
        return done.stdout.decode()

    def contains(self, new: str, old: str) -> bool:
        """Return whether a commit has another one among its ancestors."""
        return self.git("merge-base", old, new, ok=(0, 1)) == self.at(f"{old}^{{commit}}")

    def refs(self) -> dict[str, str]:
        """Return every ref, HEAD included."""
        rows = self.git("for-each-ref", "--format=%(objectname) %(refname)").split("\n")
        named = {name: sha for sha, name in (row.split(" ") for row in rows if row)}
        return {"HEAD": self.git("symbolic-ref", "-q", "HEAD", ok=(0, 1)) or self.at("HEAD")} | named

    def snapshot(self) -> dict[str, object]:
        """Return all that a refused command must leave as it was: refs, index, files, configuration, objects."""
        common = Path(self.git("rev-parse", "--path-format=absolute", "--git-common-dir"))
        bare = self.git("rev-parse", "--is-bare-repository") == "true"
        files = {} if bare else {str(p): p.read_bytes() for p in sorted(self.path.rglob("*")) if _is_content(p)}
        return {
            "refs": self.refs(),
            "index": "" if bare else self.git("ls-files", "--stage"),
            "files": files,
            "config": (common / "config").read_bytes(),
            "objects": self.git("count-objects", "-v"),
            "worktrees": self.git("worktree", "list", "--porcelain"),
            "runs": self.open_runs(),
        }

    def open_runs(self) -> tuple[str, ...]:
        """Return the directories of unfinished runs."""
        common = Path(self.git("rev-parse", "--path-format=absolute", "--git-common-dir"))
        runs = common / "release-tools" / "runs"
        return tuple(sorted(path.name for path in runs.iterdir())) if runs.is_dir() else ()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **CALENDAR.stamps(), **self.environment}


@dataclass(frozen=True)
class Site:
    """A bare remote with its clones beside it."""

    home: Path

    @property
    def remote(self) -> Clone:
        """Return the bare repository that all clones push to."""
        return Clone(self.home / "remote.git")

    @property
    def here(self) -> Clone:
        """Return the clone that most tests work in."""
        return Clone(self.home / "here")

    def clone(self, name: str, *options: str) -> Clone:
        """Return a fresh clone, as `git clone` makes it."""
        url = f"file://{self.remote.path}"
        subprocess.run(("git", "clone", "--quiet", *options, url, str(self.home / name)), check=True, timeout=60)
        return Clone(self.home / name)

    def copy(self, home: Path) -> "Site":
        """Return a copy of the whole site in another place."""
        shutil.copytree(self.home, home, symlinks=True)
        site = Site(home)
        site.here.git("remote", "set-url", "origin", str(site.remote.path))
        return site

    def hook(self, name: str, script: str) -> Path:
        """Give the remote a hook."""
        return write_hook(self.remote.path / "hooks" / name, script)

    def snapshot(self) -> tuple[dict[str, object], dict[str, object]]:
        """Return what must not change, here and at the remote."""
        return self.here.snapshot(), self.remote.snapshot()


def found_site(home: Path, files: Mapping[str, str | bytes] = FILES) -> Site:
    """Make a site: main with v1.0.0, develop with one feature more, both pushed."""
    home.mkdir(parents=True)
    subprocess.run(("git", "init", "--quiet", "--bare", "-b", "main", str(home / "remote.git")), check=True)
    subprocess.run(("git", "init", "--quiet", "-b", "main", str(home / "here")), check=True)
    site = Site(home)
    site.here.git("remote", "add", "origin", str(site.remote.path))
    site.here.commit("feat: first", files)
    site.here.git("tag", "-a", "v1.0.0", "-m", "v1.0.0")
    site.here.git("switch", "--quiet", "-c", "develop")
    site.here.commit("feat: add a", {"a": "a\n"})
    site.here.git("push", "--quiet", "-u", "origin", "main", "develop", "v1.0.0")
    return site


def ended(process: "subprocess.Popen[str]", *, timeout: float = 60) -> Outcome:
    """Wait for a started command."""
    with process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Outcome(process.returncode, out, err)


def write_hook(path: Path, script: str) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def _is_content(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and ".git" not in path.parts
