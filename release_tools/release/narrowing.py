"""Narrowing leaves to a product what is its own: of all commits, those that change something at or below its paths.

The others stay in the list, marked: what hangs together by them must still be seen to.
"""

from collections.abc import Sequence
from typing import Protocol

from release_tools.config.model import Config
from release_tools.domain.history.changes import Changes
from release_tools.domain.history.commit import Commit
from release_tools.release.pending import COMING


class ChangeReader(Protocol):
    """What is asked of git."""

    def changes(self, commits: Sequence[str], paths: Sequence[str], /) -> Changes:
        """Return what the commits change at or below the paths, each against its first parent."""
        ...


def narrow(reader: ChangeReader, config: Config, commits: Sequence[Commit]) -> tuple[Commit, ...]:
    """Return the commits with those marked that change nothing of the product; all count where no paths are set."""
    paths = tuple(path.rstrip("/") for path in config.version.paths)
    if not paths:
        return tuple(commits)
    ours = reader.changes(tuple(one.sha for one in commits if one.sha != COMING), paths)
    return tuple(one if one.sha in ours or one.sha == COMING else one._replace(elsewhere=True) for one in commits)
