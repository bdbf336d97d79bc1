"""The edges of a release: its merge into main and its tag's merge into develop, each done already or drafted now.

An edge is done when its target contains its source, whoever merged it; nothing here moves a ref.
"""

from dataclasses import dataclass

from release_tools.domain.changelog.section import carry_section
from release_tools.domain.refs import Blob
from release_tools.domain.version import Version
from release_tools.errors import HumanNeeded
from release_tools.release.bench import Bench
from release_tools.release.state import BranchState


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A branch and the commit it will have once it contains the source."""

    branch: BranchState
    old: str
    """The branch at its authority: the remote's commit, or the local one without a remote."""
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A merge that only a person can make."""

    branch: str
    ours: str
    theirs: str
    message: str
    paths: tuple[str, ...]


def draft_edge(
    bench: Bench, branch: BranchState, source: str, message: str, *, version: Version, resolved: tuple[str, ...] = ()
) -> Edge | Conflict:
    """Return the edge from `source` into `branch`, merged in the draft unless somebody has merged it already.

    `resolved` are commits in which a person may have made this very merge; one with the right parents is taken.
    """
    old = branch.remote or branch.local
    if bench.reader.is_ancestor(source, old):
        return Edge(branch=branch, old=old, new=old)
    by_hand = find_merge(bench, branch, source, resolved)
    if by_hand:
        _refuse_markers(bench, by_hand, old, source)
        return Edge(branch=branch, old=old, new=by_hand)
    merge = bench.draft.merge(old, source)
    carried = _carried_changelog(bench, old, source, merge.tree, version)
    paths = tuple(path for path in merge.conflicts if path not in carried)
    if paths:
        return Conflict(branch=branch.name, ours=old, theirs=source, message=message, paths=paths)
    tree = bench.draft.tree(merge.tree, carried) if carried else merge.tree
    return Edge(branch=branch, old=old, new=bench.draft.commit(tree, (old, source), message + "\n"))


def find_merge(bench: Bench, branch: BranchState, source: str, resolved: tuple[str, ...]) -> str:
    """Return the commit among `resolved` that merges exactly `source` into exactly this branch, else nothing."""
    parents = (branch.remote or branch.local, source)
    return next((commit for commit in resolved if bench.reader.parents(commit) == parents), "")


def _refuse_markers(bench: Bench, commit: str, ours: str, theirs: str) -> None:
    """Raise when a resolution still has conflict markers in a file that conflicted."""
    files = bench.reader.files(commit, bench.draft.merge(ours, theirs).conflicts)
    lines = {path: blob.data.split(b"\n") for path, blob in files.items()}
    marked = [
        path
        for path, found in lines.items()
        if all(any(line.startswith(mark) for line in found) for mark in (b"<<<<<<< ", b">>>>>>> "))
    ]
    if marked:
        raise HumanNeeded(
            f"The resolution {commit[:10]} still has conflict markers in: {', '.join(marked)}.",
            state="Nothing is published; the run is as it was.",
            todo="Mend them there, `git commit --amend --no-edit`, then type `release-tools continue`.",
        )


def _carried_changelog(bench: Bench, ours: str, theirs: str, merged: str, version: Version) -> dict[str, Blob]:
    """Return the changelog by rule where the source only adds its section: the branch's own text with that section.

    A text merge places a line that the branch added under `[Unreleased]` below the released heading whenever the
    context fits, so it is no judge of where entries belong. Where the source changed more, git merges.
    """
    path = bench.config.changelog.path
    common = bench.reader.merge_base(ours, theirs)
    if not path or not common:
        return {}
    base, before, source = (bench.reader.files(commit, (path,)).get(path) for commit in (common, ours, theirs))
    if before is None or source is None:
        return {}
    if carry_section(_text(base) if base else "", _text(source), version) != _text(source):
        return {}
    text = carry_section(_text(before), _text(source), version)
    after = Blob(mode=before.mode, data=text.encode("utf-8", "surrogateescape"))
    return {} if bench.reader.files(merged, (path,)).get(path) == after else {path: after}


def _text(blob: Blob) -> str:
    return blob.data.decode("utf-8", "surrogateescape")
