"""The edges of a release: its merge into main and its tag's merge into develop, each done already or drafted now.

An edge is done when its target contains its source, whoever merged it; nothing here moves a ref.
"""

from release_tools.domain.version import Version
from release_tools.errors import HumanNeeded, PreconditionFailed
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.lines import is_line
from release_tools.release.merging import Releaser, resolve
from release_tools.release.state import BranchState
from release_tools.release.topics import find_topic
from release_tools.release.version_tree import agreed_version


@record
class Edge:
    """A branch and the commit it will have once it contains the source."""

    branch: BranchState
    old: str
    """The branch at its authority: the remote's commit, or the local one without a remote."""
    new: str


@record
class Conflict:
    """A merge that only a person can make."""

    branch: str
    ours: str
    theirs: str
    message: str
    paths: tuple[str, ...]
    """The files that conflict, each with the reason where git itself sees no conflict."""
    settled: str = ""
    """A tree that has the files which rules have merged; empty where there are none."""
    settled_paths: tuple[str, ...] = ()


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
        _refuse_disagreement(bench, by_hand)
        return Edge(branch=branch, old=old, new=by_hand)
    merge = bench.draft.merge(old, source)
    found = resolve(bench, old, source, merge, version=version, releaser=_releaser(bench, branch, version))
    tree = bench.draft.tree(merge.tree, found.files) if found.files else merge.tree
    if found.conflicts:
        return Conflict(
            branch=branch.name,
            ours=old,
            theirs=source,
            message=message,
            paths=found.conflicts,
            settled=tree if found.files else "",
            settled_paths=tuple(sorted(found.files)),
        )
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


def _refuse_disagreement(bench: Bench, commit: str) -> None:
    """Raise when the version files of a resolution name different versions, or one of them cannot be read."""
    try:
        agreed_version(bench, commit)
    except PreconditionFailed as error:
        raise HumanNeeded(
            f"The resolution {commit[:10]} cannot be released. {error.failed}",
            state="Nothing is published; the run is as it was.",
            todo="Mend them there, `git commit --amend --no-edit`, then type `release-tools continue`.",
        ) from error


def _releaser(bench: Bench, branch: BranchState, version: Version) -> Releaser:
    """Return the side of a merge on which a version is made: ours on its own topic and on one that carries its tag."""
    topic = find_topic(bench.config, branch.name)
    if topic is None or is_line(bench.config, branch.name):
        return "theirs"
    return "ours" if topic.version in (None, version) else "theirs"
