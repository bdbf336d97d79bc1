"""Entries are the commits that count for a release, after reversals, repeating merges and squashes are settled.

Which version they make is decided in `next_version`, how they read in `changelog`.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from release_tools.domain.history.ancestry import Graph, graph_of, sort_commits
from release_tools.domain.history.commit import NO_FOOTER, Commit
from release_tools.domain.history.reversal import pair_reversals, without_number
from release_tools.domain.history.squash import join_squash, may_be_squash, split_squash

Squash = Literal["one", "split"]
MERGE = "a merge; its branch counts"
REPEATED = "a merge that repeats a commit of its branch"
PICKED = b"(cherry picked from commit "
"""What `git cherry-pick -x` writes before the name of the original."""
RELEASED = "a squash of what is released already"
NO_HEADER = "the header is no Conventional Commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Why something counts, or does not; name and subject are empty where no commit is the reason."""

    why: str
    sha: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """The commits that count, and what became of the others."""

    kept: tuple[Commit, ...] = ()
    cancelled: tuple[Remark, ...] = ()
    ignored: tuple[Remark, ...] = ()
    unparsed: tuple[Remark, ...] = ()


def remark(commit: Commit, why: str) -> Remark:
    """Return a remark on a commit."""
    return Remark(sha=commit.sha, subject=commit.subject, why=why)


def select_entries(commits: Sequence[Commit], *, released: Container[str] = (), squash: Squash = "one") -> Entries:
    """Return what counts of the commits; `released` holds names and subjects of commits that are released elsewhere."""
    ordered = sort_commits(commits)
    gone = pair_reversals(ordered, released=released)
    dropped = dict.fromkeys(_repeating(ordered), REPEATED) | dict(_picks(ordered, gone))
    kept: list[Commit] = []
    ignored: list[Remark] = []
    unparsed: list[Remark] = []
    for commit in ordered:
        if commit.sha in gone or commit.elsewhere:
            continue
        if _is_plain(commit) and commit.sha not in dropped:
            kept.append(commit)
            continue
        parts = split_squash(commit, released=released)
        found = () if commit.sha in dropped else _settle(commit, parts, squash)
        kept += found
        ignored += [remark(commit, why) for why in _losses(commit, parts, dropped)]
        unparsed += [remark(commit, why) for why in _doubts(commit, parts)]
    lost = (commit for commit in ordered if commit.sha in gone and not commit.elsewhere)
    cancelled = tuple(remark(commit, gone[commit.sha]) for commit in lost)
    return Entries(kept=tuple(kept), cancelled=cancelled, ignored=tuple(ignored), unparsed=tuple(unparsed))


def _is_plain(commit: Commit) -> bool:
    """Return whether a commit is neither a merge nor a squash and was understood as a whole, as most are."""
    return bool(commit.type) and len(commit.parents) < 2 and not commit.warnings and not may_be_squash(commit.message)


def _settle(commit: Commit, parts: Sequence[Commit] | None, squash: Squash) -> tuple[Commit, ...]:
    """Return the entries of one commit: itself, or the parts of a squash, or the two in one."""
    if parts is None:
        return (commit,) if commit.type else ()
    if not parts:
        return ()
    if commit.type and squash == "one":
        return (join_squash(commit, parts),)
    said = commit.breaking is not None and all(part.breaking is None for part in parts)
    return (parts[0]._replace(breaking=commit.breaking), *parts[1:]) if said else tuple(parts)


def _losses(commit: Commit, parts: Sequence[Commit] | None, dropped: Mapping[str, str]) -> tuple[str, ...]:
    """Return why the whole commit does not count although it can be read."""
    if commit.sha in dropped:
        return (dropped[commit.sha],)
    if parts is not None:
        return () if parts else (RELEASED,)
    return (MERGE,) if commit.is_merge and not commit.type else ()


def _doubts(commit: Commit, parts: Sequence[Commit] | None) -> tuple[str, ...]:
    """Return what of the commit could not be read; the parts of a squash stand in for its header and its footers."""
    if parts is not None:
        settled = any(part.breaking is not None for part in parts)
        return tuple(warning for warning in commit.warnings if not (settled and warning == NO_FOOTER))
    return commit.warnings if commit.type or commit.is_merge else (NO_HEADER, *commit.warnings)


def _repeating(commits: Sequence[Commit]) -> Iterator[str]:
    """Yield the merges that say again what a commit of their branch says."""
    merges = [place for place, commit in enumerate(commits) if commit.is_merge and commit.type]
    if not merges:
        return
    keys = [_key(commit) for commit in commits]
    places: dict[tuple[str, ...], list[int]] = {}
    for place, key in enumerate(keys):
        if not commits[place].elsewhere:
            places.setdefault(key, []).append(place)
    graph = graph_of(commits)
    for merge in merges:
        if _repeats(graph, commits[merge], merge, places.get(keys[merge], ())):
            yield commits[merge].sha


def _picks(commits: Sequence[Commit], gone: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield the cherry-picks whose original stands among the commits and counts, each with the reason."""
    picks = [commit for commit in commits if PICKED in commit.message]
    names = {one.sha for one in commits if one.sha not in gone and not one.elsewhere} if picks else set()
    for commit in picks:
        for part in commit.message.split(PICKED)[1:]:
            name = part.partition(b")")[0].decode("ascii", "replace")
            if name in names and name != commit.sha:
                yield commit.sha, f"a cherry-pick of {name[:7]}, which counts"


def _repeats(graph: Graph, merge: Commit, place: int, twins: Sequence[int]) -> bool:
    sides = [graph.positions[sha] for sha in merge.parents[1:] if sha in graph.positions]
    return any(graph.reaches(sides, twin) for twin in twins if twin > place)


def _key(commit: Commit) -> tuple[str, ...]:
    breaking = "!" if commit.breaking is not None else ""
    return commit.type, commit.scope, without_number(commit.description), breaking
