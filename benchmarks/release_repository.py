"""The repository that the release suite releases: a few hundred commits, a tag, ten commits on develop, a bare remote.

It is made once and copied for every run; what a release left behind is described here, too.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.paired import CAP, clean_environment

COMMITS = 300
WAITING = 10
FILES = 40
PYPROJECT = """\
[project]
name = "parser"
version = "1.0.0"

[tool.commitizen]
name = "cz_conventional_commits"
version_provider = "pep621"
tag_format = "v$version"
annotated_tag = true
changelog_incremental = true
"""
CHANGELOG = "# Changelog\n\n## v1.0.0 (2024-01-01)\n\n### Feat\n\n- begin\n"
NEXT_VERSION = "1.1.0"
HOTFIX_VERSION = "1.0.1"
OPEN_VERSIONS = ("1.1.0", "2.0.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRepository:
    """A work tree with a bare remote; `refresh` puts a copy of the untouched ones in their place."""

    home: Path

    @property
    def work(self) -> Path:
        """Return the work tree that commands run in."""
        return self.home / "now" / "work"

    @property
    def remote(self) -> Path:
        """Return the bare repository that it pushes to."""
        return self.home / "now" / "remote.git"

    def refresh(self) -> None:
        """Put both back to where the release has not begun, on a disk that has nothing left to write."""
        shutil.rmtree(self.home / "now", ignore_errors=True)
        shutil.copytree(self.home / "kept", self.home / "now", symlinks=True)
        git(self.work, "update-index", "-q", "--refresh")
        os.sync()

    def leavings(self) -> dict[str, str]:
        """Return what a release left: every ref here and there with its object's type and history, HEAD, versions."""
        left = {"HEAD": git(self.work, "symbolic-ref", "HEAD"), "status": git(self.work, "status", "--porcelain")}
        for place in (self.work, self.remote):
            for line in git(place, "for-each-ref", "--format=%(refname) %(objecttype)").splitlines():
                name, kind = line.split(" ")
                left[f"{place.name} {name}"] = f"{kind}, {self._content(place, name)}"
        return left

    def _content(self, place: Path, name: str) -> str:
        files = git(place, "ls-tree", "-r", "--name-only", name).count("\n")
        version = git(place, "show", f"{name}:pyproject.toml").splitlines()[2]
        if name.startswith("refs/tags/"):  # on the merge, or on the commit that was merged: the contenders differ
            holders = git(place, "branch", "--contains", f"{name}^{{commit}}", "--format=%(refname:short)")
            return f"{version}, {files} files, in {holders.split()}"
        return f"{version}, {files} files, {git(place, 'rev-list', '--count', name)} commits"


def make_hotfix_repository(home: Path) -> ReleaseRepository:
    """Make a repository with two open releases and a hotfix, checked out and ready to be finished, below `home`."""
    return make_release_repository(home, _open_hotfix)


def _open_hotfix(work: Path) -> None:
    for version in OPEN_VERSIONS:
        git(work, "switch", "--quiet", "-c", f"release/v{version}", "develop")
        _change(work, "pyproject.toml", PYPROJECT.replace("1.0.0", version), f"chore: prepare release v{version}")
    git(work, "switch", "--quiet", "-c", "hotfix/login", "main")
    _change(work, "login.py", "fixed = True\n", "fix: let everybody in")
    git(work, "push", "--quiet", "origin", "hotfix/login", *(f"release/v{version}" for version in OPEN_VERSIONS))
    git(work, "branch", "--quiet", "--set-upstream-to=origin/hotfix/login")


def make_release_repository(home: Path, prepare: Callable[[Path], None] | None = None) -> ReleaseRepository:
    """Make the repository and its remote below `home`; `prepare` does more in the work tree."""
    made = ReleaseRepository(home=home)
    now = home / "now"
    made.remote.mkdir(parents=True)
    git(made.remote, "init", "--quiet", "--bare", "--initial-branch=main")
    git(made.remote, "fast-import", "--quiet", stdin="".join(_history()))
    git(now, "clone", "--quiet", str(made.remote), str(made.work))
    git(made.work, "switch", "--quiet", "develop")
    if prepare:
        prepare(made.work)
    now.rename(home / "kept")
    return made


def git(place: Path, *words: str, stdin: str = "") -> str:
    """Run git in a directory and return what it printed."""
    done = subprocess.run(
        ("git", *words),
        cwd=place,
        check=True,
        env=clean_environment(),
        input=stdin,
        stdout=subprocess.PIPE,
        text=True,
        timeout=CAP,
    )
    return done.stdout.strip("\n")


def _change(work: Path, name: str, text: str, message: str) -> None:
    (work / name).write_text(text, encoding="utf-8")
    git(work, "add", name)
    git(work, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", message)


def _history() -> Iterator[str]:
    yield _commit("main", 0, "feat: begin", {"pyproject.toml": PYPROJECT, "CHANGELOG.md": CHANGELOG})
    for number in range(1, COMMITS):
        kind = ("feat", "fix", "docs")[number % 3]
        yield _commit("main", number, f"{kind}: change {number}", {f"src/part{number % FILES}.py": f"n = {number}\n"})
    yield f"tag v1.0.0\nfrom refs/heads/main\ntagger {_who(COMMITS)}\n{_data('Release v1.0.0')}"
    yield "reset refs/heads/develop\nfrom refs/heads/main\n\n"
    for number in range(COMMITS, COMMITS + WAITING):
        text = f"{('feat', 'fix')[number % 2]}: change {number}"
        yield _commit("develop", number, text, {f"src/part{number % FILES}.py": f"n = {number}\n"})


def _commit(branch: str, number: int, message: str, files: dict[str, str]) -> str:
    changes = "".join(f"M 100644 inline {path}\n{_data(text)}" for path, text in files.items())
    return f"commit refs/heads/{branch}\ncommitter {_who(number)}\n{_data(message)}{changes}\n"


def _who(number: int) -> str:
    return f"Ada <ada@example.com> {1_700_000_000 + 3600 * number} +0000"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
