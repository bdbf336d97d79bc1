"""A repository with commits of files, links and modes, and the releases that are laid out from it.

Fixtures stand beside the tests that use them.
"""

import os
import subprocess
from pathlib import Path

from release_tools.adapters.git_process import GitProcess
from release_tools.adapters.release_directories import ReleaseDirectories

Tree = dict[str, str | bytes | Path]
"""Files by path: text, bytes of a program, or the target of a link."""


class ReleaseRepository:
    """A bare-bones repository whose commits are made without a work tree."""

    def __init__(self, top: Path) -> None:
        self.top = top / "repo"
        subprocess.run(("git", "init", "-q", "-b", "main", str(self.top)), check=True)
        self.releases = ReleaseDirectories(
            state=top / "state",
            git=GitProcess(directory=self.top),
            environment={"PATH": os.environ["PATH"], "ONLY": "this"},
            values={"python": "/the/python"},
        )

    def commit(self, files: Tree) -> str:
        """Return a commit of exactly these files."""
        rows = []
        for path, data in files.items():
            mode = "120000" if isinstance(data, Path) else "100755" if isinstance(data, bytes) else "100644"
            raw = os.fsencode(data) if isinstance(data, Path) else data if isinstance(data, bytes) else data.encode()
            rows.append(f"{mode} {self.git('hash-object', '-w', '--stdin', stdin=raw)}\t{path}")
        return self.commit_rows(rows)

    def commit_rows(self, rows: list[str]) -> str:
        """Return a commit of a tree with these index lines."""
        index = self.top / ".git" / "other-index"
        index.unlink(missing_ok=True)
        self.git("update-index", "--index-info", stdin="".join(f"{row}\n" for row in rows).encode(), index=index)
        tree = self.git("write-tree", index=index)
        return self.git("commit-tree", "-m", "feat: x", tree)

    def git(self, *args: str, stdin: bytes = b"", index: Path | None = None) -> str:
        """Run git and return its output without the final newline."""
        environment = {**os.environ} | ({"GIT_INDEX_FILE": str(index)} if index else {})
        command = ("git", "-C", str(self.top), *args)
        done = subprocess.run(command, input=stdin, check=True, capture_output=True, env=environment)
        return done.stdout.decode().rstrip("\n")
