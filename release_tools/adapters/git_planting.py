"""Planting puts files into a tree: only the directories on the way to them are read and written, and no index.

What the files hold is decided elsewhere.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from release_tools.adapters.git_objects import DIRECTORY, Entry, GitObjects
from release_tools.adapters.git_place import place_of
from release_tools.adapters.git_process import GitProcess
from release_tools.domain.refs import Blob
from release_tools.record import record

Files = list[tuple[tuple[bytes, ...], Entry | None]]
"""Files by the parts of their paths, sorted; None where one is taken away."""

KINDS = {DIRECTORY: "tree", "160000": "commit"}


@record
class Planting:
    """Writes objects through `git`; `scratch` is a directory for the files on their way."""

    git: GitProcess
    objects: GitObjects
    scratch: Path

    def plant(self, base: str, files: Mapping[str, Blob | None]) -> str:
        """Return the tree of `base` (a commit or tree) with files put in their place; None takes one away."""
        blobs = {path: blob for path, blob in files.items() if blob is not None}
        names = dict(zip(blobs, self._stored(tuple(blob.data for blob in blobs.values())), strict=True))
        paths = {os.fsencode(path): Entry(blob.mode, names[path]) if blob else None for path, blob in files.items()}
        rows = [(tuple(path.split(b"/")), entry) for path, entry in paths.items()]
        return self._grown(self.objects.tree(base), sorted(rows, key=lambda row: row[0]))

    def _grown(self, tree: str, files: Files) -> str:
        """Return a tree with files in it; an empty name stands for a directory that is new."""
        entries = dict(self.objects.entries(tree)) if tree else {}
        for word, group in groupby(files, key=lambda file: file[0][0]):
            inside = [(path[1:], entry) for path, entry in group]
            there = entries.get(word)
            below = there.name if there and there.mode == DIRECTORY else ""
            if inside[0][0]:
                grown = self._grown(below, inside)
                lost = any(one is None for _, one in inside)
                entry = Entry(DIRECTORY, grown) if not lost or self.objects.entries(grown) else None
            else:
                entry = inside[0][1]
            if entry is None:
                entries.pop(word, None)
            else:
                entries[word] = entry
        rows = (f"{e.mode} {KINDS.get(e.mode, 'blob')} {e.name}\t".encode() + word for word, e in entries.items())
        return self.git.run("mktree", "-z", "--missing", stdin=b"".join(row + b"\0" for row in rows)).text

    def _stored(self, contents: tuple[bytes, ...]) -> tuple[str, ...]:
        """Return the names of files, all stored by one git."""
        places = tuple(self.scratch / f"file-{number}" for number in range(len(contents)))
        for place, data in zip(places, contents, strict=True):
            place.write_bytes(data)
        # Told by names without a directory, which hold no newline, whatever the repository's own path holds.
        inside = replace(self.git, directory=self.scratch)
        asked = "".join(f"{place.name}\n" for place in places).encode()
        at = {"GIT_DIR": str(place_of(self.git).own)}
        made = inside.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=asked, env=at).text
        for place in places:
            place.unlink()
        return tuple(made.split())
