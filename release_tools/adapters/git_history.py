"""History as git streams it: the branches and tags of a repository, and its log while git still prints it.

Loading GitPython takes longer than a whole answer, so git is started without it. No ref is written.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from release_tools.adapters.git_stream import run_git
from release_tools.adapters.push_place import push_place
from release_tools.domain.history.changes import CHANGES, Change, Changes, parse_changes
from release_tools.domain.history.landmarks import Landmarks, parse_landmarks
from release_tools.domain.history.picks import read_fingerprints
from release_tools.domain.refs import HEADS, TAGS, Blob, Refs, Signature, parse_listing, parse_refs, parse_signature
from release_tools.errors import PreconditionFailed, ToolFailed
from release_tools.record import record

PLAIN = ("--encoding=UTF-8", "--no-color", "--no-notes", "--no-show-signature", "--no-decorate")
"""Only what a format names may be in the stream, whatever the user's settings add to `git log`."""


FETCH = (
    *("-c", "maintenance.auto=false", "-c", "fetch.writeCommitGraph=false"),
    *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"),
)
"""Brings objects and writes no ref."""


@record
class GitHistory:
    """Questions about the history of the work tree at `top`; `timeout` bounds each of them, in seconds.

    `objects` are the repository's own; `environment` leads to others besides.
    """

    top: Path
    objects: Path
    is_shallow: bool
    timeout: float = 60.0
    network_timeout: float = 120.0
    environment: Mapping[str, str] = field(default_factory=dict)

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

    def fingerprints(self, commits: Sequence[str]) -> dict[str, str]:
        """Return what is the same for picks of one commit, for those that share header and date with another."""
        return read_fingerprints(lambda words, fed: b"".join(self._pieces(words, fed, ok=(0,))), commits)

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
        """Return those of the objects that are not here; `<name>^{commit}` asks for a commit."""
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

    def settings(self) -> dict[str, str]:
        """Return git's configuration, the last value of each key."""
        return {key: values[-1] for key, values in self._configured(".").items()}

    def remote_refs(self, remote: str) -> Refs:
        """Return the branches and tags that a remote has now, in the place that pushes go to."""
        places = self._configured(rf"^remote\.{re.escape(remote)}\.pushurl$").get(f"remote.{remote}.pushurl", ())
        asked = ("ls-remote", push_place(remote, places), f"{HEADS}*", f"{TAGS}*")
        return parse_refs(parse_listing(self._text(*asked, timeout=self.network_timeout)))

    def with_fetched(self, remote: str, names: Sequence[str], scratch: Path) -> "GitHistory":
        """Return this history with what full ref names of the remote lead to, brought into `scratch`."""
        (scratch / "pack").mkdir(mode=0o700, parents=True, exist_ok=True)
        # Quoted as git's C-style strings, since a bare colon in the path would split it.
        other = {
            "GIT_OBJECT_DIRECTORY": str(scratch),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": json.dumps(str(self.objects)),
        }
        wider = replace(self, environment={**self.environment, **other})
        wider._text(*FETCH, "--refmap=", remote, *names, timeout=self.network_timeout)
        return wider

    def _configured(self, pattern: str) -> dict[str, tuple[str, ...]]:
        rows = self._text("config", "--null", "--get-regexp", pattern, ok=(0, 1)).split("\0")
        found: dict[str, tuple[str, ...]] = {}
        for key, _, value in (row.partition("\n") for row in rows if row):
            found[key] = (*found.get(key, ()), value)
        return found

    def _log(self, order: tuple[str, ...], log_format: str, revisions: Sequence[str]) -> Iterator[bytes]:
        asked = ("log", "-z", *order, *PLAIN, f"--format={log_format}", "--stdin")
        return self._pieces(asked, "".join(f"{name}\n" for name in revisions).encode(), ok=(0,))

    def _text(self, *args: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,), timeout: float | None = None) -> str:
        told = b"".join(self._pieces(args, stdin, ok=ok, timeout=timeout))
        return told.decode("utf-8", "surrogateescape").removesuffix("\n")

    def _pieces(
        self, args: tuple[str, ...], stdin: bytes, *, ok: tuple[int, ...], timeout: float | None = None
    ) -> Iterator[bytes]:
        limit = timeout or self.timeout
        words = ("-C", str(self.top), *args)
        yield from run_git(words, stdin, ok=ok, timeout=limit, bound=False, more=self.environment)


def find_history(directory: Path) -> GitHistory:
    """Return the history of the repository around a directory; `PreconditionFailed` when there is none."""
    questions = (("--is-shallow-repository",), ("--git-path", "objects"), ("--show-toplevel",))
    try:
        lines = _place(directory, *(word for words in questions for word in words)).split("\n")
        if len(lines) != len(questions):  # a path holds a newline
            lines = [_place(directory, *words) for words in questions]
    except ToolFailed as error:
        raise PreconditionFailed(
            f"There is no git work tree at {directory.absolute()}.",
            state="Nothing was changed.",
            todo=f"Go into a work tree, or name one with --repo. {error.failed}",
        ) from error
    shallow, objects, top = lines
    return GitHistory(top=Path(top), objects=Path(objects), is_shallow=shallow == "true")


def _place(directory: Path, *words: str) -> str:
    asked = ("-C", str(directory), "rev-parse", "--path-format=absolute", *words)
    return os.fsdecode(b"".join(run_git(asked, b"", ok=(0,), timeout=60.0, bound=True))).removesuffix("\n")
