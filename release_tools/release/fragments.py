"""Fragments in git: those that wait in a commit, and those that the releases among some commits have folded in.

What a fragment says is read in the domain; taking it away is part of the release commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from release_tools.config.model import Config
from release_tools.domain.changelog.fragments import Fragment, is_fragment, read_fragments
from release_tools.domain.history.changes import DELETED, Changes
from release_tools.domain.history.commit import Commit
from release_tools.domain.refs import Blob
from release_tools.release.pending import COMING


class FileReader(Protocol):
    """What is asked of git."""

    def changes(self, commits: Sequence[str], paths: Sequence[str], /) -> Changes:
        """Return what the commits change at or below the paths, each against its first parent."""
        ...

    def below(self, commit: str, directory: str, /) -> tuple[str, ...]:
        """Return the paths of a commit's files below a directory, in git's order."""
        ...

    def files(self, commit: str, paths: Sequence[str], /) -> Mapping[str, Blob]:
        """Return those of the files that stand in a commit, by path."""
        ...


def waiting(reader: FileReader, config: Config, tip: str) -> Mapping[str, Blob]:
    """Return the fragments that wait in a commit, by path; none where the configuration wants none."""
    directory = _directory(config)
    if not directory or not tip:
        return {}
    return reader.files(tip, [path for path in reader.below(tip, directory) if _is_ours(path, directory)])


def folded(reader: FileReader, config: Config, commits: Iterable[Commit]) -> Mapping[str, Mapping[str, Blob]]:
    """Return the fragments that release commits among these took away, by commit and path.

    A release commit writes the changelog too; who deletes a fragment alone has thought better of it.
    """
    directory, path = _directory(config), config.changelog.path
    if not directory or not path:
        return {}
    # The parents are at hand, so that nothing has to be asked for them.
    parents = {one.sha: one.parents[0] for one in commits if len(one.parents) == 1 and one.sha != COMING}
    found: dict[str, Mapping[str, Blob]] = {}
    for name, changes in reader.changes(tuple(parents), (directory, path)).items():
        gone = [one.path for one in changes if one.letter == DELETED and _is_ours(one.path, directory)]
        if gone and any(one.path == path for one in changes):
            found[name] = reader.files(parents[name], gone)
    return found


def parse_blobs(config: Config, *blobs: Mapping[str, Blob]) -> tuple[Fragment, ...]:
    """Return the fragments in files; raises `PreconditionFailed` for one that cannot be read."""
    texts = {path: blob.data.decode("utf-8", "replace") for some in blobs for path, blob in some.items()}
    return read_fragments(texts, config.changelog.fragment_kinds)


def _directory(config: Config) -> str:
    return (config.changelog.fragments or "").rstrip("/")


def _is_ours(path: str, directory: str) -> bool:
    return path.rpartition("/")[0] == directory and is_fragment(path)
