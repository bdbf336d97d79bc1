"""The histories that the history suite reads: git-flow with merges, tags and Conventional Commits, made by one import.

Nothing is measured here; the same size gives the same commits on every machine.
"""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.paired import CAP, clean_environment
from benchmarks.release_repository import git

TYPES = ("feat", "fix", "docs", "chore", "perf", "test")
SCOPES = ("api", "ui", "store")
BODY = "Why it was done, in a line or two of words,\nas people write them when they are asked to.\n\nRefs: #{0}\n"
CONFIG = '[branches]\nmain = "main"\ndevelop = "develop"\n'
COMMITIZEN = '[tool.commitizen]\nname = "cz_conventional_commits"\nversion = "0.1.0"\ntag_format = "v$version"\n'
BEGUN = 1_600_000_000


def make_history(home: Path, *, commits: int, tags: int) -> Path:
    """Make a repository of that size below `home`, with develop checked out and five commits to release."""
    home.mkdir(parents=True)
    git(home, "init", "--quiet", "--initial-branch", "main")
    stream = "".join(_History(commits=commits, tags=tags).lines())
    subprocess.run(
        ("git", "fast-import", "--quiet"),
        cwd=home,
        input=stream.encode(),
        check=True,
        env=clean_environment(),
        timeout=CAP,
    )
    git(home, "checkout", "--quiet", "develop")
    git(home, "pack-refs", "--all")
    (home / "release-tools.toml").write_text(CONFIG, encoding="utf-8")
    (home / "pyproject.toml").write_text(COMMITIZEN, encoding="utf-8")
    return home


class _History:
    """The stream that git imports, commit by commit; marks number the commits."""

    def __init__(self, *, commits: int, tags: int) -> None:
        self._random = random.Random(commits)
        self._commits = commits
        self._every = max(4, commits // tags)
        self._mark = 0

    def lines(self) -> Iterator[str]:
        """Yield the history: work and merged features on develop, merged into main and tagged now and then."""
        yield self._commit("main", "chore: begin\n")
        main = develop = self._mark
        released = 0
        while self._mark < self._commits:
            if self._random.random() < 0.4:
                yield self._commit("feature", self._message(), develop)
                yield self._commit("feature", self._message(), self._mark)
                yield self._commit("develop", f"Merge branch 'feature/{self._mark}'\n", develop, self._mark)
            else:
                yield self._commit("develop", self._message(), develop)
            develop = self._mark
            if self._mark // self._every > released:
                released += 1
                yield self._commit("main", f"Merge branch 'release/v0.{released}.0'\n", main, develop)
                main = self._mark
                yield self._tag(f"v0.{released}.0")
                yield self._commit("develop", f"Merge tag 'v0.{released}.0' into develop\n", develop, main)
                develop = self._mark
        for _ in range(5):
            yield self._commit("develop", self._message(), self._mark)

    def _message(self) -> str:
        header = (
            f"{self._random.choice(TYPES)}({self._random.choice(SCOPES)}): change number {self._mark} (#{self._mark})"
        )
        return f"{header}\n\n{BODY.format(self._mark)}"

    def _commit(self, branch: str, message: str, *parents: int) -> str:
        self._mark += 1
        who = f"A U Thor <author@example.com> {BEGUN + 60 * self._mark} +0000"
        links = "".join(f"{word} :{parent}\n" for word, parent in zip(("from", "merge"), parents, strict=False))
        head = f"commit refs/heads/{branch}\nmark :{self._mark}\nauthor {who}\ncommitter {who}\n"
        return f"{head}data {len(message)}\n{message}\n{links}\n"

    def _tag(self, name: str) -> str:
        who = f"A U Thor <author@example.com> {BEGUN + 60 * self._mark} +0000"
        return f"tag {name}\nfrom :{self._mark}\ntagger {who}\ndata 8\nRelease\n\n"
