"""Changes are which files a commit adds, alters and deletes, against its first parent.

What is in the files is not known here.
"""

from collections.abc import Mapping
from typing import NamedTuple

DELETED = "D"
CHANGES = (
    "--no-walk=unsorted", "--diff-merges=first-parent", "--root", "--name-status", "--no-renames",
    "--no-ext-diff", "--no-relative", "--ignore-submodules=none",
)  # fmt: skip
"""For `git log -z`, whatever the user's settings say of diffs: what each of the named commits changes by itself."""


class Change(NamedTuple):
    """One file that a commit changes: a letter as git has it (`A`, `M`, `D`, `T`), and the path."""

    letter: str
    path: str


Changes = Mapping[str, tuple[Change, ...]]
"""What commits change, by the names of those that change anything."""


def parse_changes(told: str) -> dict[str, tuple[Change, ...]]:
    """Parse what `git log -z --format=%H` with `CHANGES` prints."""
    found: dict[str, list[Change]] = {}
    words = iter(told.split("\0"))
    name = ""
    for word in words:
        letter = word.lstrip("\n")
        if len(letter) == 1:
            found.setdefault(name, []).append(Change(letter, next(words, "")))
        elif letter:
            name = letter
    return {commit: tuple(changes) for commit, changes in found.items()}
