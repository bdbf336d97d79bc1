"""Ancestry is who contains whom: the order of commits, what a commit reaches, the version it first appeared in.

Dates and messages play no part here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

from release_tools.domain.history.commit import Commit
from release_tools.domain.version import Version
from release_tools.record import record


@record
class Graph:
    """Commits that have children before parents, as positions; parents outside the list are left out."""

    commits: Sequence[Commit]
    positions: Mapping[str, int]

    def parents(self, position: int) -> tuple[int, ...]:
        """Return where the parents of a commit stand."""
        positions = self.positions
        return tuple([positions[sha] for sha in self.commits[position].parents if sha in positions])

    def reaches(self, starts: Iterable[int], target: int) -> bool:
        """Return whether `target` is one of the starts or an ancestor of one."""
        stack = [start for start in starts if start <= target]
        seen = set(stack)
        while stack:
            position = stack.pop()
            if position == target:
                return True
            news = [parent for parent in self.parents(position) if parent <= target and parent not in seen]
            seen.update(news)
            stack.extend(news)
        return False

    def brought(self, merge: int, first: int | None) -> frozenset[int]:
        """Return what a merge added to its first parent, which stands at `first` (None: outside the list)."""
        ours = {first} if first is not None else set()
        theirs = set(self.parents(merge)) - ours
        pending = set(theirs)
        for position in range(merge + 1, len(self.commits)):
            if not pending:
                break
            pending.discard(position)
            if position in ours:
                ours.update(self.parents(position))
                pending.difference_update(self.parents(position))
            elif position in theirs:
                theirs.update(self.parents(position))
                pending.update(parent for parent in self.parents(position) if parent not in ours)
        return frozenset(theirs - ours)


def graph_of(commits: Sequence[Commit]) -> Graph:
    """Return the graph of commits that have children before parents."""
    return Graph(commits=commits, positions={commit.sha: position for position, commit in enumerate(commits)})


def sort_commits(commits: Sequence[Commit]) -> tuple[Commit, ...]:
    """Return the commits with children before parents, otherwise in the order given; doubles appear once."""
    unique = tuple({commit.sha: commit for commit in commits}.values())
    return unique if _is_sorted(unique) else _sort(unique)


def _is_sorted(commits: Sequence[Commit]) -> bool:
    seen: set[str] = set()
    for commit in commits:
        seen.add(commit.sha)
        if not seen.isdisjoint(commit.parents):
            return False
    return True


def _sort(commits: Sequence[Commit]) -> tuple[Commit, ...]:
    graph = graph_of(commits)
    children = [0] * len(commits)
    for position in range(len(commits)):
        for parent in graph.parents(position):
            children[parent] += 1
    ready = [position for position, count in enumerate(children) if not count]
    heapify(ready)
    order = []
    while ready:
        position = heappop(ready)
        order.append(commits[position])
        for parent in graph.parents(position):
            children[parent] -= 1
            if not children[parent]:
                heappush(ready, parent)
    return tuple(order)


def arrange(commits: Sequence[Commit]) -> tuple[Commit, ...]:
    """Return the commits in the order of `git log --topo-order`, whatever other commits they were read with.

    They have children before parents. A branch stands in one piece, below the merge that brought it. The order among
    several tips is the one given.
    """
    if not any(len(commit.parents) > 1 for commit in commits):
        return tuple(commits)
    places = {commit.sha: place for place, commit in enumerate(commits)}
    children = [0] * len(commits)
    for commit in commits:
        for sha in commit.parents:
            if sha in places:
                children[places[sha]] += 1
    stack = [place for place in range(len(commits) - 1, -1, -1) if not children[place]]
    order = []
    while stack:
        commit = commits[stack.pop()]
        order.append(commit)
        for sha in commit.parents:
            place = places.get(sha)
            if place is not None:
                children[place] -= 1
                if not children[place]:
                    stack.append(place)
    return tuple(order)


def reach(commits: Iterable[Commit], starts: Iterable[str]) -> frozenset[str]:
    """Return the starts and all their ancestors; the commits have children before parents."""
    found = set(starts)
    for commit in commits:
        if commit.sha in found:
            found.update(commit.parents)
    return frozenset(found)


def by_version(commits: Sequence[Commit], tags: Mapping[Version, str]) -> dict[Version | None, tuple[Commit, ...]]:
    """Return the commits of each version: the first by ancestry that contains them, else the lowest of the first.

    The commits have children before parents; those that no tag contains stand first, under None.
    """
    survey = Survey(tags)
    for _ in survey.over(commits):
        pass
    return survey.groups(commits)


class Survey:
    """Finds the version of each commit while a history goes by, if it goes by with children before parents."""

    def __init__(self, tags: Mapping[Version, str]) -> None:
        self._tags = tags
        self._ranked = sorted(tags, key=lambda version: (version.core, version.is_final, version))
        self._ranks = {tags[version]: rank for rank, version in reversed(tuple(enumerate(self._ranked)))}
        self._lowest = dict(self._ranks)
        self._restarted = False
        self.is_sorted = True

    def over(self, commits: Iterable[Commit]) -> Iterator[Commit]:
        """Yield the commits again and look at each: the lowest tag above it goes on to its parents."""
        seen: set[str] = set()
        lowest, ranks = self._lowest, self._ranks
        for commit in commits:
            yield commit
            sha, parents = commit[0], commit[1]
            seen.add(sha)
            rank = lowest.get(sha)
            for parent in parents:
                if parent in seen:
                    self.is_sorted = False
                if rank is None:
                    continue
                known = lowest.get(parent)
                if known is None:
                    lowest[parent] = rank
                elif rank < known:
                    lowest[parent] = rank
                    self._restarted = self._restarted or parent in ranks

    def groups(self, commits: Sequence[Commit]) -> dict[Version | None, tuple[Commit, ...]]:
        """Return the commits of each version, highest version first; what belongs to none stands first, under None.

        The commits are sorted now, whatever they were when they went by.
        """
        ranks = self._first(commits)
        grouped: list[list[Commit]] = [[] for _ in (*self._ranked, None)]  # the last is for those without a rank
        for commit in commits:
            grouped[ranks.get(commit[0], -1)].append(commit)
        found = {version: tuple(grouped[rank]) for rank, version in enumerate(self._ranked)}
        return {None: tuple(grouped[-1])} | {version: found[version] for version in sorted(found, reverse=True)}

    def _first(self, commits: Sequence[Commit]) -> Mapping[str, int]:
        """Return the rank of each commit's version."""
        if not self.is_sorted:
            survey = Survey(self._tags)
            for _ in survey.over(commits):
                pass
            return survey._first(commits)
        if not self._restarted:
            return self._lowest
        # A version that contains a higher one: numbering was started again, and ranks alone would mislead.
        labels = _inherit(commits, _labels(commits, self._ranked, self._tags))
        return {sha: label[-1] for sha, label in labels.items()}


def _inherit(commits: Iterable[Commit], labels: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Return the label of each commit: its own, else the lowest of those that contain it."""
    found = dict(labels)
    for commit in commits:
        label = found.get(commit.sha)
        if label is None:
            continue
        for parent in commit.parents:
            if parent not in labels and (parent not in found or label < found[parent]):
                found[parent] = label
    return found


def _labels(
    commits: Sequence[Commit], ranked: Sequence[Version], tags: Mapping[Version, str]
) -> dict[str, tuple[int, ...]]:
    """Return a label for each tagged commit that sorts after the labels of its ancestors.

    A label is the tag's rank; where an ancestor carries a higher version (numbering was started again), the ranks of
    such ancestors stand before it.
    """
    ranks: dict[str, list[int]] = {}
    for rank, version in enumerate(ranked):
        ranks.setdefault(tags[version], []).append(rank)
    labels: dict[str, tuple[int, ...]] = {}
    highest: dict[str, tuple[int, ...]] = {}
    for commit in reversed(commits):
        mark = max((highest.get(parent, ()) for parent in commit.parents), default=())
        for rank in ranks.get(commit.sha, ()):
            mark = (*(higher for higher in mark if higher > rank), rank)
            labels.setdefault(commit.sha, mark)
        highest[commit.sha] = mark
    return labels
