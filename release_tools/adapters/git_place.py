"""The place of a repository: its work tree, its own directory, the one that all its work trees share.

What is in them is not looked at here.
"""

import os
from pathlib import Path
from typing import NamedTuple

from release_tools.adapters.git_process import GitProcess

WORDS = ("--show-toplevel", "--git-dir", "--git-common-dir", "--is-shallow-repository")


class Place(NamedTuple):
    """Where git works, all paths absolute, and whether history is cut off there."""

    top: Path
    own: Path
    common: Path
    shallow: bool

    @property
    def objects(self) -> Path:
        """Return the directory of the repository's objects."""
        return self.common / "objects"


def place_of(git: GitProcess) -> Place:
    """Return the place that git finds around its directory; it is asked for once."""
    lines = git.ask("rev-parse", "--path-format=absolute", *WORDS).text.split("\n")
    if len(lines) != len(WORDS):  # a path holds a newline
        lines = [git.ask("rev-parse", "--path-format=absolute", word).text for word in WORDS]
    top, own, common, shallow = lines
    return Place(top=Path(top), own=Path(own), common=Path(common), shallow=shallow == "true")


def located(git: GitProcess, listed: str) -> str:
    """Return where a listed work tree is; git lists its git directory instead where that is kept elsewhere.

    A submodule's git directory says where its work tree is; of another one only the work tree itself knows.
    """
    place = place_of(git)
    if listed != str(place.common):
        return listed
    if place.own == place.common:
        return str(place.top)
    told = git.ask("--git-dir", listed, "config", "--get", "core.worktree", ok=(0, 1)).text
    return os.path.normpath(place.common / told) if told else listed
