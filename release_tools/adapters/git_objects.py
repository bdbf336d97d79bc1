"""The object store: what stands in commits, trees and files, asked by full names through one conversation.

Refs, the walk of history and work trees are the reader's.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from release_tools.adapters.git_conversation import Conversation, Stored
from release_tools.adapters.git_process import GitProcess
from release_tools.domain.refs import Blob, Signature, parse_signature
from release_tools.errors import ToolFailed

DIRECTORY = "40000"
SUBMODULE = "160000"


class Entry(NamedTuple):
    """What a directory says of a name in it: mode and object."""

    mode: str
    name: str


class Commit(NamedTuple):
    """A commit as it is written: the lines of its header by word, in order, and its message."""

    header: tuple[tuple[bytes, bytes], ...]
    message: bytes

    def lines(self, word: bytes) -> tuple[bytes, ...]:
        """Return what the header says after a word, once for each line that begins with it."""
        return tuple(rest for first, rest in self.header if first == word)

    def text(self, raw: bytes) -> str:
        """Return a part of it as text: in the encoding that it names, else in UTF-8; stray bytes as surrogates."""
        for name in self.lines(b"encoding"):
            try:
                return raw.decode(name.decode("ascii"))
            except (LookupError, UnicodeError):
                break
        return raw.decode("utf-8", "surrogateescape")


class GitObjects:
    """Answers from the store; what was found once stays the same for ever and is not asked again."""

    def __init__(self, git: GitProcess) -> None:
        self._conversation = Conversation(git)
        self._known: dict[str, Stored] = {}

    def commit(self, name: str) -> Commit:
        """Return a commit, the one behind a tag where `name` is a tag's."""
        head, _, message = self._stored(f"{name}^{{commit}}").data.partition(b"\n\n")
        lines = (line.partition(b" ") for line in head.split(b"\n"))
        # A line that begins with a blank goes on with the one before: signatures and merged tags, which nobody asks.
        return Commit(header=tuple((word, rest) for word, _, rest in lines if word), message=message)

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return the parents that a commit names, in order."""
        return tuple(line.decode("ascii") for line in self.commit(commit).lines(b"parent"))

    def tree(self, commit: str) -> str:
        """Return the tree of a commit or tree."""
        return self._stored(f"{commit}^{{tree}}").name

    def author(self, commit: str) -> Signature:
        """Return who wrote a commit, and when."""
        found = self.commit(commit)
        return parse_signature(found.text(found.lines(b"author")[0]))

    def message(self, commit: str) -> str:
        """Return the raw message of a commit; bytes that are no text survive as surrogates."""
        found = self.commit(commit)
        return found.text(found.message)

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, Blob]:
        """Return those of the files that stand in a commit, by path."""
        found = ((path, self._file(commit, tuple(os.fsencode(path).split(b"/")))) for path in paths)
        blobs = ((path, entry) for path, entry in found if entry and entry.mode != SUBMODULE)
        return {path: Blob(mode=entry.mode, data=self._stored(entry.name).data) for path, entry in blobs}

    def missing(self, objects: Sequence[str]) -> tuple[str, ...]:
        """Return those of the objects that are not here; `<name>^{commit}` asks for a commit."""
        return tuple(name for name in objects if self._conversation.kind(name) is None)

    def peeled(self, tag: str) -> str:
        """Return the object behind a tag, however many tags there are on the way."""
        found = self._conversation.kind(f"{tag}^{{}}")
        if found is None:
            raise _absent(tag)
        return found[0]

    def entries(self, tree: str) -> Mapping[bytes, Entry]:
        """Return what stands in a directory itself, by name."""
        return dict(_entries(self._stored(f"{tree}^{{tree}}")))

    def _file(self, tree: str, path: tuple[bytes, ...]) -> Entry | None:
        """Return the file at a path below a tree."""
        found = self.entries(tree).get(path[0])
        if found is None or (found.mode == DIRECTORY) == (len(path) == 1):
            return None
        return found if len(path) == 1 else self._file(found.name, path[1:])

    def _stored(self, name: str) -> Stored:
        if name not in self._known:
            found = self._conversation.contents(name)
            if found is None:
                raise _absent(name)
            self._known[name] = found
        return self._known[name]


def _entries(tree: Stored) -> Iterator[tuple[bytes, Entry]]:
    data, at, length = tree.data, 0, len(tree.name) // 2
    while at < len(data):
        blank, end = data.index(b" ", at), data.index(b"\0", at)
        name = data[end + 1 : end + 1 + length].hex()
        yield data[blank + 1 : end], Entry(data[at:blank].decode("ascii"), name)
        at = end + 1 + length


def _absent(name: str) -> ToolFailed:
    return ToolFailed(f"There is no {name} in this repository.")
