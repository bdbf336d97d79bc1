"""Ancestry is who contains whom: the order of commits, what a commit reaches, the version it first appeared in.

Dates and messages play no part here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from release_tools.domain.history.commit import Commit
from release_tools.domain.version import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The parents of each commit as positions in a list that has children before parents."""

    positions: Mapping[str, int]
    parents: tuple[tuple[int, ...], ...]

    def reaches(self, starts: Iterable[int], target: int) -> bool:
        """Return whether `target` is one of the starts or an ancestor of one."""
        stack = [start for start in starts if start <= target]
        seen = set(stack)
        while stack:
            position = stack.pop()
            if position == target:
                return True
            news = [parent for parent in self.parents[position] if parent <= target and parent not in seen]
            seen.update(news)
            stack.extend(news)
        return False

    def brought(self, merge: int, first: int | None) -> frozenset[int]:
        """Return what a merge added to its first parent, which stands at `first` (None: outside the list)."""
        ours = {first} if first is not None else set()
        theirs = set(self.parents[merge]) - ours
        pending = set(theirs)
        for position in range(merge + 1, len(self.parents)):
            if not pending:
                break
            pending.discard(position)
            if position in ours:
                ours.update(self.parents[position])
                pending.difference_update(self.parents[position])
            elif position in theirs:
                theirs.update(self.parents[position])
                pending.update(parent for parent in self.parents[position] if parent not in ours)
        return frozenset(theirs - ours)


def graph_of(commits: Sequence[Commit]) -> Graph:
    """Return the graph of commits that have children before parents."""
    positions = {commit.sha: position for position, commit in enumerate(commits)}
    return Graph(
        positions=positions,
        parents=tuple(tuple(positions[sha] for sha in commit.parents if sha in positions) for commit in commits),
    )


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
    for parents in graph.parents:
        for parent in parents:
            children[parent] += 1
    ready = [position for position, count in enumerate(children) if not count]
    heapify(ready)
    order = []
    while ready:
        position = heappop(ready)
        order.append(commits[position])
        for parent in graph.parents[position]:
            children[parent] -= 1
            if not children[parent]:
                heappush(ready, parent)
    return tuple(order)


def reach(commits: Iterable[Commit], starts: Iterable[str]) -> frozenset[str]:
    """Return the starts and all their ancestors; the commits have children before parents."""
    found = set(starts)
    for commit in commits:
        if commit.sha in found:
            found.update(commit.parents)
    return frozenset(found)


def first_versions(commits: Sequence[Commit], tags: Mapping[Version, str]) -> dict[str, Version]:
    """Return the version each commit belongs to: the first by ancestry that contains it, else the lowest of the first.

    The commits have children before parents; a commit that no tag contains is left out.
    """
    ranked = sorted(tags, key=lambda version: (version.core, version.is_final, version))
    labels = _labels(commits, ranked, tags)
    inherited: dict[str, tuple[int, ...]] = {}
    result: dict[str, Version] = {}
    for commit in commits:
        label = labels.get(commit.sha) or inherited.get(commit.sha)
        if not label:
            continue
        result[commit.sha] = ranked[label[-1]]
        for parent in commit.parents:
            if parent not in inherited or label < inherited[parent]:
                inherited[parent] = label
    return result


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


def by_version(commits: Sequence[Commit], tags: Mapping[Version, str]) -> dict[Version | None, tuple[Commit, ...]]:
    """Return the commits of each version, highest version first; what no tag contains stands first, under None."""
    versions = first_versions(commits, tags)
    groups: dict[Version | None, list[Commit]] = {None: []}
    for version in sorted(tags, reverse=True):
        groups[version] = []
    for commit in commits:
        groups[versions.get(commit.sha)].append(commit)
    return {version: tuple(group) for version, group in groups.items()}
