"""Entries are the commits that count for a release, after reversals, repeating merges and squashes are settled.

Which version they make is decided in `next_version`, how they read in `changelog`.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Literal

from release_tools.domain.history.ancestry import Graph, graph_of
from release_tools.domain.history.commit import NO_FOOTER, Commit
from release_tools.domain.history.marks import LISTS, PICKED
from release_tools.domain.history.reversal import pair_reversals, without_number
from release_tools.domain.history.squash import join_squash, split_squash
from release_tools.record import record

Squash = Literal["one", "split"]
MERGE = "a merge; its branch counts"
REPEATED = "a merge that repeats a commit of its branch"
PICK = b"(cherry picked from commit "
"""What `git cherry-pick -x` writes before the name of the original."""
RELEASED = "a squash of what is released already"
NO_HEADER = "the header is no Conventional Commit"


@record
class Remark:
    """Why something counts, or does not; name and subject are empty where no commit is the reason."""

    why: str
    sha: str = ""
    subject: str = ""


@record
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
    """Return what counts of the commits, which have children before parents.

    `released` holds names and subjects of commits that are released elsewhere.
    """
    gone = pair_reversals(commits, released=released)
    dropped = dict.fromkeys(_repeating(commits), REPEATED) | dict(_picks(commits, gone))
    kept: list[Commit] = []
    ignored: list[Remark] = []
    unparsed: list[Remark] = []
    for commit in commits:
        sha = commit.sha
        if sha in gone or commit.elsewhere:
            continue
        is_plain = commit.type and not commit.marks & LISTS and not commit.warnings and len(commit.parents) < 2
        if is_plain and sha not in dropped:  # as most are: neither a merge nor a squash, and understood as a whole
            kept.append(commit)
            continue
        parts = split_squash(commit, released=released)
        found = () if commit.sha in dropped else _settle(commit, parts, squash)
        kept += found
        ignored += [remark(commit, why) for why in _losses(commit, parts, dropped)]
        unparsed += [remark(commit, why) for why in _doubts(commit, parts)]
    lost = (commit for commit in commits if commit.sha in gone and not commit.elsewhere) if gone else ()
    cancelled = tuple(remark(commit, gone[commit.sha]) for commit in lost)
    return Entries(kept=tuple(kept), cancelled=cancelled, ignored=tuple(ignored), unparsed=tuple(unparsed))


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
    merges = {place: _key(one) for place, one in enumerate(commits) if len(one.parents) > 1 and one.type}
    if not merges:
        return
    places: dict[tuple[str, ...], list[int]] = {key: [] for key in merges.values()}
    begun = {key[:2] for key in places}
    for place, commit in enumerate(commits):
        if (commit.type, commit.scope) in begun and not commit.elsewhere and (key := _key(commit)) in places:
            places[key].append(place)
    graph = graph_of(commits)
    for merge, key in merges.items():
        if _repeats(graph, commits[merge], merge, places[key]):
            yield commits[merge].sha


def _picks(commits: Sequence[Commit], gone: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield the cherry-picks whose original stands among the commits and counts, each with the reason."""
    picks = [commit for commit in commits if commit.repeats or commit.marks & PICKED]
    names = {one.sha for one in commits if one.sha not in gone and not one.elsewhere} if picks else set()
    for commit in picks:
        said = (part.partition(b")")[0].decode("ascii", "replace") for part in commit.message.split(PICK)[1:])
        for name in (*said, commit.repeats):
            if name in names and name != commit.sha:
                yield commit.sha, f"a cherry-pick of {name[:7]}, which counts"


def _repeats(graph: Graph, merge: Commit, place: int, twins: Sequence[int]) -> bool:
    sides = [graph.positions[sha] for sha in merge.parents[1:] if sha in graph.positions]
    return any(graph.reaches(sides, twin) for twin in twins if twin > place)


def _key(commit: Commit) -> tuple[str, ...]:
    breaking = "!" if commit.breaking is not None else ""
    return commit.type, commit.scope, without_number(commit.description), breaking
