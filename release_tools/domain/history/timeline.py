"""A timeline is a whole history cut into its releases, newest version first, each commit in the first that contains it.

What a changelog says of them is not known here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from release_tools.domain.history.ancestry import Survey, arrange, by_version, reach, sort_commits
from release_tools.domain.history.commit import Commit
from release_tools.domain.history.mentions import find_mentions
from release_tools.domain.version import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The commits of one version (None: unreleased), and those names and subjects that were released before it."""

    version: Version | None
    commits: tuple[Commit, ...]
    released: frozenset[str] = frozenset()


def cut_timeline(
    commits: Iterable[Commit], finals: Mapping[Version, str], *, head: str, main: str | None = None
) -> tuple[Stretch, ...]:
    """Return what is unreleased on `head`, then the versions that it or `main` contains or has commits of.

    The commits are a walk from both and from the commit of every final version; they are looked at as they come.
    """
    survey = Survey(finals)
    told = tuple(survey.over(commits))
    ordered = told if survey.is_sorted else sort_commits(told)
    groups = by_version(ordered, finals, survey.versions(ordered))
    ours = reach(ordered, (head,))
    lines = ours if main is None or main in ours else ours | reach(ordered, (main,))
    before = _Before(commits=ordered, finals=finals, groups=groups)
    stretches = []
    for version, group in groups.items():
        if version is None:
            group = tuple(commit for commit in group if commit.sha in ours)
        elif finals[version] not in lines and not any(commit.sha in lines for commit in group):
            continue
        arranged = arrange(group)
        stretches.append(Stretch(version=version, commits=arranged, released=before.released(version, head, arranged)))
    return tuple(stretches)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What is known of the releases before a version, looked up only where messages speak of other commits."""

    commits: Sequence[Commit]
    finals: Mapping[Version, str]
    groups: Mapping[Version | None, Sequence[Commit]]
    known: dict[str, Version] = field(default_factory=dict)
    titled: dict[str, list[Commit]] = field(default_factory=dict)

    def released(self, version: Version | None, head: str, group: Iterable[Commit]) -> frozenset[str]:
        """Return those of the names and subjects that the group mentions which earlier releases have."""
        names, subjects = find_mentions(group)
        if not names and not subjects:
            return frozenset()
        self._index()
        earlier = {name for name in names if self._is_earlier(name, version)}
        rivals = [one for text in subjects for one in self.titled.get(text, ()) if self._is_earlier(one.sha, version)]
        if not rivals:
            return frozenset(earlier)
        # A subject counts where the version lacks the commit itself: that is how a squashed back-merge is known.
        contained = reach(self.commits, (head if version is None else self.finals[version],))
        return frozenset(earlier).union(one.subject for one in rivals if one.sha not in contained)

    def _is_earlier(self, name: str, version: Version | None) -> bool:
        found = self.known.get(name)
        return found is not None and (version is None or found < version)

    def _index(self) -> None:
        if self.known:
            return
        for version, group in self.groups.items():
            if version is None:
                continue
            for commit in group:
                self.known[commit.sha] = version
                self.titled.setdefault(commit.subject, []).append(commit)
