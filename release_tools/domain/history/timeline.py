"""A timeline is a whole history cut into its releases, newest version first, each commit in the first that contains it.

What a changelog says of them is not known here.
"""

from collections.abc import Iterable, Mapping, Sequence

from release_tools.domain.history.ancestry import Survey, arrange, reach, sort_commits
from release_tools.domain.history.commit import Commit
from release_tools.domain.history.mentions import Mentions, find_mentions
from release_tools.domain.version import Version
from release_tools.record import record

Groups = Mapping[Version | None, Sequence[Commit]]


@record
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
    groups = survey.groups(ordered)
    ours = reach(ordered, (head,))
    lines = ours if main is None or main in ours else ours | reach(ordered, (main,))
    wanted: dict[Version | None, tuple[Commit, ...]] = {}
    for version, group in groups.items():
        if version is None:
            wanted[None] = arrange([commit for commit in group if commit.sha in ours])
        elif finals[version] in lines or any(commit.sha in lines for commit in group):
            wanted[version] = arrange(group)
    mentions = {version: find_mentions(group) for version, group in wanted.items()}
    before = _look_before(ordered, finals, groups, mentions.values())
    return tuple(
        Stretch(version=version, commits=group, released=before.released(version, head, mentions[version]))
        for version, group in wanted.items()
    )


@record
class _Before:
    """Which releases have the commits and the subjects that messages speak of."""

    commits: Sequence[Commit]
    finals: Mapping[Version, str]
    known: Mapping[str, Version]
    titled: Mapping[str, Sequence[Commit]]

    def released(self, version: Version | None, head: str, mentions: Mentions) -> frozenset[str]:
        """Return those of the names and subjects that a version mentions which earlier releases have."""
        earlier = {name for name in mentions.names if self._is_earlier(name, version)}
        titles = (one for text in mentions.subjects for one in self.titled.get(text, ()))
        rivals = [one for one in titles if self._is_earlier(one.sha, version)]
        if not rivals:
            return frozenset(earlier)
        # A subject counts where the version lacks the commit itself: that is how a squashed back-merge is known.
        contained = reach(self.commits, (head if version is None else self.finals[version],))
        return frozenset(earlier).union(one.subject for one in rivals if one.sha not in contained)

    def _is_earlier(self, name: str, version: Version | None) -> bool:
        found = self.known.get(name)
        return found is not None and (version is None or found < version)


def _look_before(
    commits: Sequence[Commit], finals: Mapping[Version, str], groups: Groups, mentions: Iterable[Mentions]
) -> _Before:
    """Look once through all releases for what any of the versions mentions."""
    names: set[str] = set()
    subjects: set[str] = set()
    for one in mentions:
        names |= one.names
        subjects |= one.subjects
    known: dict[str, Version] = {}
    titled: dict[str, list[Commit]] = {}
    lines = frozenset(text.encode() for text in subjects)
    for version, group in groups.items() if names or subjects else ():
        if version is None:
            continue
        for commit in group:
            if commit.line in lines:
                titled.setdefault(commit.subject, []).append(commit)
                known[commit.sha] = version
            elif commit.sha in names:
                known[commit.sha] = version
    return _Before(commits=commits, finals=finals, known=known, titled=titled)
