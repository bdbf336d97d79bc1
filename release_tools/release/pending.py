"""Pending work is what a branch has and no final tag contains, read from git by ranges and never as a whole history.

What it means for a version is the domain's business; each question here costs what it answers, not what was released.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from release_tools.domain.history.ancestry import arrange
from release_tools.domain.history.commit import Commit
from release_tools.domain.history.log import LOG_FORMAT, NAME_FORMAT, parse_log, parse_names
from release_tools.domain.history.mentions import find_mentions
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.version import Version
from release_tools.record import record

COMING = "coming"
"""Stands for the name of a merge that has not been made yet."""


class LogReader(Protocol):
    """What is asked of git."""

    def log(self, log_format: str, revisions: Sequence[str], /) -> bytes:
        """Return `git log -z` of the revisions in topological order, in the given format."""
        ...

    def missing(self, objects: Sequence[str], /) -> tuple[str, ...]:
        """Return those of the objects that are not here; `<name>^{commit}` asks for a commit."""
        ...


def read_pending(
    reader: LogReader, tags: Mapping[Version, str], *, head: str, main: str | None = None, into: str = ""
) -> Unreleased:
    """Return what `head`, or its merge `into` another commit, has that no final tag contains.

    `tags` names the commit of each version, and all of them are here; `main` stands for the releases that a branch
    based on develop lacks.
    """
    finals = {version: sha for version, sha in tags.items() if version.is_final}
    walk = _Walk(reader=reader, tags=tags, finals=finals, ours=tuple(dict.fromkeys(filter(None, (head, into)))))
    merge = (Commit(COMING, (into, head), b"Merge"),) if into else ()
    commits = arrange((*merge, *walk.commits()))
    theirs = frozenset(walk.names((main,), walk.ours)) if main else frozenset()
    contained = walk.contained(commits)
    counting = [version for version, sha in walk.finals.items() if version in contained or sha in theirs]
    baseline = max(counting, default=None)
    return Unreleased(
        baseline=baseline,
        commits=commits,
        missing=tuple(sorted(version for version, sha in walk.finals.items() if sha in theirs)),
        prereleases=tuple(sorted(one for one in contained if not one.is_final and (not baseline or one > baseline))),
        released=walk.released(commits),
    )


def read_release(reader: LogReader, finals: Mapping[Version, str], version: Version) -> Unreleased | None:
    """Return what a version released before any higher final one and no lower one did.

    None where a version contains a higher one, or shares its commit: numbering was started again, and only a reading of
    the whole history tells what belongs to whom.
    """
    commit = finals[version]
    lower = {other: sha for other, sha in finals.items() if other < version}
    higher = {other: sha for other, sha in finals.items() if other > version}
    if higher:
        beyond = set(_Walk(reader=reader, tags=finals, finals=finals, ours=()).names(higher.values(), lower.values()))
        inside = _Walk(reader=reader, tags=higher, finals=higher, ours=(commit,)).inside(tuple(higher))
        if inside or not beyond.issuperset(higher.values()):
            return None
    found = read_pending(reader, lower, head=commit)
    return found if any(one.sha == commit for one in found.commits) else None


@record
class _Walk:
    """The questions about one branch; `ours` are the commits that it consists of, with all that they contain."""

    reader: LogReader
    tags: Mapping[Version, str]
    finals: Mapping[Version, str]
    ours: tuple[str, ...]

    def commits(self) -> tuple[Commit, ...]:
        """Return the commits that no final tag contains."""
        return self._log(self.ours, self.finals.values())

    def names(self, starts: Iterable[str], without: Iterable[str]) -> Iterable[str]:
        """Return the names of the commits that the starts contain and the others do not."""
        return parse_names(self._asked(NAME_FORMAT, starts, without))

    def contained(self, commits: Sequence[Commit]) -> frozenset[Version]:
        """Return the versions that we contain, the highest final one among them and all above it; not every lower one.

        What is at hand in the commits needs no question; where the highest final version is, which is the rule, only
        the pre-releases above it are asked for.
        """
        near = {*self.ours, *(sha for commit in commits for sha in (commit.sha, *commit.parents))}
        known = {version for version, sha in self.tags.items() if sha in near}
        floor = max((version for version in known if version.is_final), default=None)
        others = ((version, sha) for version, sha in self.tags.items() if sha not in near)
        return self.inside([version for version, _ in others if not floor or version > floor]).union(known)

    def released(self, commits: Sequence[Commit]) -> frozenset[str]:
        """Return those of the names and subjects that the commits mention which released commits have.

        A subject counts where we lack the commit itself: that is how a squashed back-merge is known.
        """
        mentions = find_mentions(commits)
        names = mentions.names.difference(self.reader.missing(tuple(mentions.names))) if mentions.names else frozenset()
        found = names.difference(self.names(names, self.finals.values())) if names else names
        if not mentions.subjects:
            return found
        others = self._log(self.finals.values(), self.ours)
        return found.union(mentions.subjects.intersection(one.subject for one in others))

    def inside(self, versions: Sequence[Version]) -> frozenset[Version]:
        """Return those of the versions whose commit we contain."""
        if not versions:
            return frozenset()
        beyond = set(self.names({self.tags[version] for version in versions}, self.ours))
        found = {version: f"{sha}^{{commit}}" for version in versions if (sha := self.tags[version]) not in beyond}
        # A tag of a file or a tree is beyond nothing, and no version of any history either.
        strange = set(self.reader.missing(tuple(found.values()))) if found else ()
        return frozenset(version for version, name in found.items() if name not in strange)

    def _log(self, starts: Iterable[str], without: Iterable[str]) -> tuple[Commit, ...]:
        return parse_log(self._asked(LOG_FORMAT, starts, without))

    def _asked(self, log_format: str, starts: Iterable[str], without: Iterable[str]) -> bytes:
        starts = tuple(dict.fromkeys(starts))
        if not starts:
            return b""
        return self.reader.log(log_format, (*starts, *(f"^{sha}" for sha in dict.fromkeys(without))))
