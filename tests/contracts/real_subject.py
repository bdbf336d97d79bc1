"""The real subject of the contracts: git itself, with a bare remote.

What the ports must do stands in the tests; here a test gets something to do it with.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fakes.repository import CARL

from release_tools.adapters.git_draft import GitDraft as RealDraft
from release_tools.adapters.git_draft import draft_process
from release_tools.adapters.git_objects import GitObjects
from release_tools.adapters.git_process import GitProcess
from release_tools.adapters.git_reader import GitReader as RealReader
from release_tools.adapters.git_writer import GitWriter as RealWriter
from release_tools.domain.refs import Signature
from release_tools.ports import GitDraft, GitReader, GitWriter


@dataclass
class RealSubject:
    """Real git with a real bare remote."""

    top: Path
    objects: Path

    def __post_init__(self) -> None:
        self.remote = self.top.parent / "remote.git"
        self.top.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(self.remote)), check=True)
        subprocess.run(("git", "init", "-q", "-b", "main", str(self.top)), check=True)
        self.git("remote", "add", "origin", str(self.remote))
        process = GitProcess(directory=self.top)
        drafting = draft_process(process, self.objects)
        drafted = GitObjects(drafting)
        self.reader: GitReader = RealReader(git=process, objects=GitObjects(process))
        self.writer: GitWriter = RealWriter(git=process)
        self.draft: GitDraft = RealDraft(
            git=drafting, objects=drafted, scratch=self.objects.parent, author=CARL, committer=CARL
        )
        self.draft_reader: GitReader = RealReader(git=drafting, objects=drafted)

    def git(self, *args: str, stdin: str = "", at: Path | None = None, env: Mapping[str, str] | None = None) -> str:
        """Run git and return its output without the final newline."""
        command = ("git", "-C", str(at or self.top), *args)
        done = subprocess.run(
            command, input=stdin, text=True, check=True, capture_output=True, env={**os.environ, **(env or {})}
        )
        return done.stdout.rstrip("\n")

    def commit(self, files: dict[str, str], *parents: str, message: str = "feat: x") -> str:
        """Make a commit with exactly these files."""
        index = {"GIT_INDEX_FILE": str(self.top.parent / "index")}
        rows = "".join(
            f"100644 {self.git('hash-object', '-w', '--stdin', stdin=text)}\t{path}\n" for path, text in files.items()
        )
        self.git("read-tree", "--empty", env=index)
        self.git("update-index", "--add", "--index-info", stdin=rows, env=index)
        args = tuple(arg for parent in parents for arg in ("-p", parent))
        return self.git("commit-tree", *args, "-m", message, self.git("write-tree", env=index))

    def set_ref(self, name: str, sha: str) -> None:
        """Set a ref here, whatever it was."""
        self.git("update-ref", name, sha)

    def publish(self, name: str, sha: str) -> None:
        """Set a ref at the remote, whatever it was; no ref here moves."""
        self.git("push", "-q", "-f", str(self.remote), f"{sha}:{name}")

    def here(self) -> dict[str, str]:
        """Return all refs here."""
        return self._refs(self.top)

    def there(self) -> dict[str, str]:
        """Return all refs at the remote."""
        return self._refs(self.remote)

    def _refs(self, at: Path) -> dict[str, str]:
        rows = self.git("for-each-ref", "--format=%(refname) %(objectname)", at=at).splitlines()
        return dict(row.split(" ") for row in rows)

    def forget_objects(self, *shas: str) -> None:
        """Remove objects from this repository, not from the remote."""
        for sha in shas:
            (self.top / ".git" / "objects" / sha[:2] / sha[2:]).unlink()

    def checkout(self, branch: str, worktree: Path | None = None) -> None:
        """Put a worktree on a branch, index and files with it."""
        self.git("switch", "-q", "--no-guess", branch, at=worktree)
        self.git("reset", "-q", "--hard", at=worktree)

    def detach(self) -> None:
        """Detach HEAD where it is."""
        self.git("switch", "-q", "--detach")

    def link(self, path: Path, branch: str) -> None:
        """Make a linked worktree of a branch."""
        self.git("worktree", "add", "-q", str(path), branch)

    def write(self, path: str, text: str, worktree: Path | None = None) -> None:
        """Write a file of a worktree; the index is not told."""
        ((worktree or self.top) / path).write_text(text)

    def stage(self, path: str, worktree: Path | None = None) -> None:
        """Add a file of a worktree to the index."""
        self.git("add", path, at=worktree)

    def text(self, path: str, worktree: Path | None = None) -> str | None:
        """Return a file of a worktree, None when there is none."""
        file = (worktree or self.top) / path
        return file.read_text() if file.exists() else None

    def configure(self, key: str, value: str) -> None:
        """Set a key of git's configuration."""
        self.git("config", key, value)

    def refuse_pushes(self) -> None:
        """Let the remote refuse every push."""
        self.hook("pre-receive", "echo closed today >&2; exit 1")

    def protect(self, name: str) -> None:
        """Let the remote refuse every push to one ref."""
        self.hook("update", f'test "$1" != "{name}" || {{ echo protected branch >&2; exit 1; }}')

    def hook(self, name: str, script: str) -> None:
        """Give the remote a hook."""
        hook = self.remote / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)

    def commit_by(self, author: Signature, message: str, *parents: str) -> str:
        """Make a commit without files that somebody wrote."""
        args = tuple(arg for parent in parents for arg in ("-p", parent))
        env = {
            "GIT_AUTHOR_NAME": author.name,
            "GIT_AUTHOR_EMAIL": author.email,
            "GIT_AUTHOR_DATE": f"@{author.stamp}",
        }
        tree = self.git("hash-object", "-w", "-t", "tree", "--stdin")
        return self.git("commit-tree", *args, "-F", "-", tree, stdin=message, env=env)
