"""A chronicle is what changelogs are made of: a reader of history, the names in it, the versions among them.

No remote is asked and nothing is written; what a changelog says is decided in `flows.changelogs`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from release_tools.config.model import Config
from release_tools.domain.history.changes import Change, Changes
from release_tools.domain.history.landmarks import Landmarks
from release_tools.domain.refs import Blob, Signature
from release_tools.domain.version import Version
from release_tools.domain.weblinks import Forge
from release_tools.errors import PreconditionFailed
from release_tools.record import record
from release_tools.release.lines import is_line
from release_tools.release.linking import link_forge

USUAL_REMOTE = "origin"


class HistoryReader(Protocol):
    """Questions to one repository's history, without any question to a remote; every method may raise `ToolFailed`."""

    @property
    def is_shallow(self) -> bool:
        """Whether history is cut off here."""
        ...

    def landmarks(self) -> Landmarks:
        """Return all branches and tags with their commits, and what is checked out."""
        ...

    def days(self, tags: Sequence[str], /) -> Mapping[str, str]:
        """Return the day of each tag, or of its commit where the tag has none; no names: of all tags."""
        ...

    def stream(self, log_format: str, revisions: Sequence[str], /) -> Iterator[bytes]:
        """Yield `git log -z` of the revisions in git's own order, in pieces as git prints them."""
        ...

    def log(self, log_format: str, revisions: Sequence[str], /) -> bytes:
        """Return `git log -z` of the revisions in topological order, in the given format."""
        ...

    def changes(self, commits: Sequence[str], paths: Sequence[str], /) -> Changes:
        """Return what the commits change at or below the paths, each against its first parent."""
        ...

    def fingerprints(self, commits: Sequence[str], /) -> Mapping[str, str]:
        """Return what is the same for picks of one commit, for those that share header and date with another."""
        ...

    def differences(self, old: str, new: str, /) -> tuple[Change, ...]:
        """Return the files that differ between two commits."""
        ...

    def below(self, commit: str, directory: str, /) -> tuple[str, ...]:
        """Return the paths of a commit's files below a directory, in git's order."""
        ...

    def files(self, commit: str, paths: Sequence[str], /) -> Mapping[str, Blob]:
        """Return those of the files that stand in a commit, by path."""
        ...

    def missing(self, objects: Sequence[str], /) -> tuple[str, ...]:
        """Return those of the objects that are not here; `<name>^{commit}` asks for a commit."""
        ...

    def setting(self, key: str, /) -> str:
        """Return a value of git's configuration, empty when it is not set."""
        ...

    def now(self) -> Signature | None:
        """Return who would commit now, and when; None when git does not know the name."""
        ...


@record
class Chronicle:
    """What changelogs are made of: the history's reader, the configuration, the names, and the tag of each version."""

    reader: HistoryReader
    config: Config
    landmarks: Landmarks
    versions: dict[Version, str]

    @property
    def finals(self) -> dict[Version, str]:
        """Return the commit of each final version."""
        return {version: commit for version, commit in self.commits.items() if version.is_final}

    @property
    def commits(self) -> dict[Version, str]:
        """Return the commit of each version."""
        return {version: self.landmarks.tags[tag] for version, tag in self.versions.items()}

    def tag(self, version: Version | None) -> str:
        """Return the tag of a version, empty where there is none."""
        return self.versions.get(version, "") if version else ""

    @property
    def main(self) -> str | None:
        """Return main's commit where what is checked out counts from it; None on main and on a support line."""
        name, marks = self.config.branches.main, self.landmarks
        if marks.branch == name or is_line(self.config, marks.branch or None):
            return None
        return marks.tracked.get(f"{remote_of(self)}/{name}") or marks.branches.get(name)


def open_chronicle(reader: HistoryReader, config: Config) -> Chronicle:
    """Return the chronicle of a history that is whole and has a commit; else `PreconditionFailed`."""
    if reader.is_shallow:
        raise PreconditionFailed(
            "History is cut off here: this is a shallow clone, and what it lacks would be missing from the changelog.",
            state="Nothing was written.",
            todo="Run `git fetch --unshallow --tags`, then this again; in CI check out with fetch-depth: 0.",
        )
    landmarks = reader.landmarks()
    if not landmarks.head:
        raise PreconditionFailed(
            "There is no commit here yet.",
            state="Nothing was written.",
            todo="Make a first commit, then run this again.",
        )
    versions = landmarks.versions(config.version.tag_prefix)
    return Chronicle(reader=reader, config=config, landmarks=landmarks, versions=versions)


def remote_of(chronicle: Chronicle) -> str:
    """Return the remote that owns the long-lived branches: the configured one, `origin`, or the only one."""
    names = {name.partition("/")[0] for name in chronicle.landmarks.tracked}
    return chronicle.config.branches.remote or (min(names) if len(names) == 1 else USUAL_REMOTE)


def find_forge(chronicle: Chronicle) -> Forge | None:
    """Return where links lead, None when none are wanted; `ConfigError` when the remote does not tell."""
    wanted, remote = chronicle.config.changelog, remote_of(chronicle)
    if not wanted.links:
        return None
    url = chronicle.reader.setting(f"remote.{remote}.url")
    return link_forge(url, remote, chronicle.config)
