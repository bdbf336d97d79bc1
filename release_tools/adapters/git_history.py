"""History as git streams it: the branches and tags of a repository, and its log while git still prints it.

It starts git itself: loading GitPython takes longer than a whole answer. Nothing is written, no remote is asked.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import IO

from release_tools.adapters.git_environment import LOCAL_ENVIRONMENT, QUICK
from release_tools.domain.history.changes import CHANGES, Change, Changes, parse_changes
from release_tools.domain.history.landmarks import Landmarks, parse_landmarks
from release_tools.domain.refs import HEADS, TAGS, Blob, Signature, parse_signature
from release_tools.errors import PreconditionFailed, ToolFailed, ToolTimedOut

PIECE = 1 << 18
PLAIN = ("--encoding=UTF-8", "--no-color", "--no-notes", "--no-show-signature", "--no-decorate")
"""Only what a format names may be in the stream, whatever the user's settings add to `git log`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHistory:
    """Questions about the history of the work tree at `top`; `timeout` bounds each of them, in seconds."""

    top: Path
    is_shallow: bool
    timeout: float = 60.0

    def landmarks(self) -> Landmarks:
        """Return all branches and tags with their commits, and what is checked out."""
        branch = self._text("symbolic-ref", "--quiet", "HEAD", ok=(0, 1)).removeprefix(HEADS)
        # It reads what packed-refs says of the tags: asking each object takes ten times as long.
        return parse_landmarks(self._text("show-ref", "--head", "--dereference", ok=(0, 1)), branch)

    def days(self, tags: Sequence[str]) -> dict[str, str]:
        """Return the day of each tag, or of its commit where the tag has none; no names: of all tags."""
        asked = [TAGS + name for name in tags] or [TAGS]
        rows = self._text("for-each-ref", "--format=%(refname)%00%(creatordate:short)", *asked).split("\n")
        pairs = (row.split("\0") for row in rows if row)
        return {name.removeprefix(TAGS): day for name, day in pairs}

    def stream(self, log_format: str, revisions: Sequence[str]) -> Iterator[bytes]:
        """Yield `git log -z` of the revisions in git's own order, in pieces as git prints them."""
        yield from self._log((), log_format, revisions)

    def log(self, log_format: str, revisions: Sequence[str]) -> bytes:
        """Return `git log -z` of the revisions in topological order, in the given format."""
        return b"".join(self._log(("--topo-order",), log_format, revisions))

    def changes(self, commits: Sequence[str], paths: Sequence[str]) -> Changes:
        """Return what the commits change at or below the paths, each against its first parent."""
        if not commits:
            return {}
        names = "".join(f"{name}\n" for name in commits).encode()
        asked = ("--literal-pathspecs", "log", "-z", *PLAIN, "--format=%H", *CHANGES, "--stdin", "--", *paths)
        return parse_changes(self._text(*asked, stdin=names))

    def differences(self, old: str, new: str) -> tuple[Change, ...]:
        """Return the files that differ between two commits."""
        told = self._text("diff-tree", "-r", "-z", "--name-status", "--no-renames", old, new)
        return parse_changes(told).get("", ())

    def below(self, commit: str, directory: str) -> tuple[str, ...]:
        """Return the paths of a commit's files below a directory, in git's order."""
        asked = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, f"{directory.rstrip('/')}/")
        return tuple(path for path in self._text("--literal-pathspecs", *asked).split("\0") if path)

    def files(self, commit: str, paths: Sequence[str]) -> dict[str, Blob]:
        """Return those of the files that stand in a commit, by path."""
        if not paths:
            return {}
        asked = ("--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", *paths)
        rows = [row.partition("\t") for row in self._text(*asked).split("\0") if row]
        modes = {path: head.split(" ") for head, _, path in rows}
        wanted = {path: head for path, head in modes.items() if head[1] == "blob"}
        names = "".join(f"{head[2]}\n" for head in wanted.values()).encode()
        told = b"".join(self._pieces(("cat-file", "--batch"), names, ok=(0,))) if wanted else b""
        found: dict[str, Blob] = {}
        at = 0
        for path, (mode, _, _) in wanted.items():
            start = told.index(b"\n", at) + 1
            end = start + int(told[at:start].rpartition(b" ")[2])
            found[path], at = Blob(mode=mode, data=told[start:end]), end + 1
        return found

    def missing(self, objects: Sequence[str]) -> tuple[str, ...]:
        """Return those of the objects that are not here."""
        asked = "".join(f"{name}\n" for name in objects).encode()
        rows = self._text("cat-file", "--batch-check=%(objectname)", stdin=asked).split("\n")
        return tuple(name for name, row in zip(objects, rows, strict=False) if row.endswith(" missing"))

    def now(self) -> Signature | None:
        """Return who would commit now, and when; None when git does not know the name."""
        told = self._text("var", "GIT_COMMITTER_IDENT", ok=(0, 128))
        return parse_signature(told) if told else None

    def setting(self, key: str) -> str:
        """Return a value of git's configuration, empty when it is not set."""
        return self._text("config", "--get", key, ok=(0, 1))

    def _log(self, order: tuple[str, ...], log_format: str, revisions: Sequence[str]) -> Iterator[bytes]:
        asked = ("log", "-z", *order, *PLAIN, f"--format={log_format}", "--stdin")
        return self._pieces(asked, "".join(f"{name}\n" for name in revisions).encode(), ok=(0,))

    def _text(self, *args: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> str:
        told = b"".join(self._pieces(args, stdin, ok=ok))
        return told.decode("utf-8", "surrogateescape").removesuffix("\n")

    def _pieces(self, args: tuple[str, ...], stdin: bytes, *, ok: tuple[int, ...]) -> Iterator[bytes]:
        yield from run_git(("-C", str(self.top), *args), stdin, ok=ok, timeout=self.timeout, bound=False)


def find_history(directory: Path) -> GitHistory:
    """Return the history of the repository around a directory; `PreconditionFailed` when there is none."""
    words = ("rev-parse", "--path-format=absolute", "--is-shallow-repository", "--show-toplevel")
    try:
        told = b"".join(run_git(("-C", str(directory), *words), b"", ok=(0,), timeout=60.0, bound=True))
    except ToolFailed as error:
        raise PreconditionFailed(
            f"There is no git work tree at {directory.absolute()}.",
            state="Nothing was changed.",
            todo=f"Go into a work tree, or name one with --repo. {error.failed}",
        ) from error
    shallow, _, top = os.fsdecode(told).removesuffix("\n").partition("\n")
    return GitHistory(top=Path(top), is_shallow=shallow == "true")


def run_git(
    args: tuple[str, ...], stdin: bytes, *, ok: tuple[int, ...], timeout: float, bound: bool
) -> Iterator[bytes]:
    """Yield git's output in pieces; `ToolFailed` with git's own words unless the exit code is in `ok`.

    `bound`: by the environment of a hook that calls us, which says where its repository is.
    """
    environment = {name: value for name, value in os.environ.items() if bound or name not in LOCAL_ENVIRONMENT}
    try:
        process = subprocess.Popen(
            ("git", *args),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pipesize=PIECE,
            env={**environment, **QUICK, "GIT_TERMINAL_PROMPT": "0"},
        )
    except FileNotFoundError:
        raise PreconditionFailed(
            "There is no git on PATH.",
            state="Nothing was changed.",
            todo="Install git 2.38 or newer, then run this again.",
        ) from None
    talk = _Talk(process=process, what=" ".join(("git", *args[2:])), end=time.monotonic() + timeout, timeout=timeout)
    try:
        yield from talk.pieces(stdin)
        words = talk.errors.decode("utf-8", "replace").strip()
        if process.wait() not in ok:
            raise ToolFailed(f"`{talk.what}` failed with exit code {process.returncode}: {words or 'no message'}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """One git at work: what it is fed and what it says, whichever comes first, until `end`."""

    process: subprocess.Popen[bytes]
    what: str
    end: float
    timeout: float
    errors: bytearray = field(default_factory=bytearray)

    def pieces(self, stdin: bytes) -> Iterator[bytes]:
        """Yield stdout as it comes, while stdin is fed and stderr kept."""
        out, err, feed = self.process.stdout, self.process.stderr, self.process.stdin
        reading: list[IO[bytes]] = [pipe for pipe in (out, err) if pipe is not None]
        left = memoryview(stdin)
        if feed is not None:
            os.set_blocking(feed.fileno(), False)
        while reading:
            ready, fed, _ = select(reading, [feed] if feed and left else [], [], max(0.0, self.end - time.monotonic()))
            if not ready and not fed:
                raise self._too_late()
            if fed and feed is not None:
                left = self._feed(feed, left)
            for pipe in ready:
                piece = os.read(pipe.fileno(), PIECE)
                if not piece:
                    reading.remove(pipe)
                elif pipe is err:
                    self.errors.extend(piece)
                else:
                    yield piece

    def _feed(self, feed: IO[bytes], left: memoryview) -> memoryview:
        """Write what fits into the pipe and return the rest; git that has ended says why by itself."""
        try:
            left = left[os.write(feed.fileno(), left) :]
        except BlockingIOError:
            return left
        except BrokenPipeError:
            left = left[:0]
        if not left:
            feed.close()
        return left

    def _too_late(self) -> ToolTimedOut:
        return ToolTimedOut(
            f"`{self.what}` did not answer within {self.timeout:g} seconds.",
            state="Nothing was changed.",
            todo="Raise git.read_timeout in the configuration.",
        )
