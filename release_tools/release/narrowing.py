"""Narrowing tells which of the commits make a change of the product that no other one makes: only their diffs say it.

The others stay in the list, marked: what hangs together by them must still be seen to.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from release_tools.config.model import Config
from release_tools.domain.history.changes import Changes
from release_tools.domain.history.commit import Commit
from release_tools.domain.history.picks import find_alike, mark_picks
from release_tools.domain.selector import parse_selector
from release_tools.release.pending import COMING


class ChangeReader(Protocol):
    """What is asked of git."""

    def changes(self, commits: Sequence[str], paths: Sequence[str], /) -> Changes:
        """Return what the commits change at or below the paths, each against its first parent."""
        ...

    def fingerprints(self, commits: Sequence[str], /) -> Mapping[str, str]:
        """Return what is the same for picks of one commit, for those that share header and date with another."""
        ...


def narrow(reader: ChangeReader, config: Config, commits: Sequence[Commit]) -> tuple[Commit, ...]:
    """Return the commits, marked where they change nothing of the product and where they repeat another one's change.

    All of them are the product's where no paths are set.
    """
    return narrow_all(reader, config, (commits,))[0]


def narrow_all(
    reader: ChangeReader, config: Config, groups: Sequence[Sequence[Commit]]
) -> tuple[tuple[Commit, ...], ...]:
    """Return groups of commits, marked; a commit repeats only one of its own group, and git is asked once for all."""
    types = _counting(config)
    alike = [name for group in groups for name in find_alike(group, types)]
    fingerprints = reader.fingerprints(alike) if alike else {}
    marked = tuple(mark_picks(group, fingerprints) for group in groups)
    paths = tuple(path.rstrip("/") for path in config.version.paths)
    if not paths:
        return marked
    ours = reader.changes(tuple(one.sha for group in groups for one in group if one.sha != COMING), paths)
    return tuple(
        tuple(one if one.sha in ours or one.sha == COMING else one._replace(elsewhere=True) for one in group)
        for group in marked
    )


def _counting(config: Config) -> frozenset[str]:
    """Return the types that raise a version or have a heading: diffs take time, and those of others decide nothing."""
    raising = (kind for kind, level in config.version.bump.items() if level != "none")
    return frozenset((*raising, *(parse_selector(text.lower()) or "" for text in config.changelog.sections))) - {""}
