"""A merged release: what main's own history says about releases that are merged but not tagged yet.

This is how a finish goes on in another clone, or in CI after a pull request, when nothing but main is known.
"""

from dataclasses import dataclass

from release_tools.domain.history.commit import Commit
from release_tools.domain.history.log import LOG_FORMAT, parse_log
from release_tools.domain.version import Version, parse_tag
from release_tools.errors import PreconditionFailed
from release_tools.release.bench import Bench
from release_tools.release.guards import Problem, Problems, guard_current, refuse
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.version_files import read_versions, version_paths


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedRelease:
    """A merge on main's first-parent line, the branch that it merged, and the version that the branch names."""

    version: Version
    merge: str
    source: str
    """The commit that was merged: the tip that the release branch had."""


def release_source(bench: Bench, state: RepositoryState, version: Version | None) -> tuple[Version, str] | None:
    """Return which release to finish and the commit its branch ends at; None when there is nothing to release.

    Raises `PreconditionFailed` for a release that is not there, is not what it says, or came to main by a squash.
    """
    branch = state.release
    if version and branch and branch.exists:
        refuse(_guard_branch(bench, state, branch, version))
        return version, branch.tip
    merged = [one for one in merged_releases(bench, state) if version in (None, one.version)]
    if merged:
        return merged[0].version, merged[0].source
    forwarded = _forwarded(bench, state) if version is None else None
    if forwarded:
        return forwarded
    refuse_squashed(bench, state)
    if version is None:
        return None
    tag = state.tags.get(version.tag_name(bench.config.version.tag_prefix))
    if tag is not None:
        return version, tag.commit
    failed = f"There is no release {version}: no branch here or at the remote, no merge on {state.main.name}, no tag."
    refuse((Problem(failed=failed, todo=f"Start it with `release-tools start-release {version}`."),))
    return None


def _forwarded(bench: Bench, state: RepositoryState) -> tuple[Version, str] | None:
    """Return the open release to whose branch main was fast-forwarded: its commits are on main without a merge."""
    main, tagged = state.main.remote or state.main.local, _published(bench, state)
    for text, branch in state.open_versions.items():
        version, tip = parse_tag(text, ""), state.there.branches.get(branch) or state.here.branches[branch]
        if version is None or version in tagged or bench.reader.missing((tip,)):
            continue
        # The files must say so: a branch without a commit of its own is always behind main.
        if bench.reader.is_ancestor(tip, main) and _named_version(bench, tip) == version:
            return version, tip
    return None


def _guard_branch(bench: Bench, state: RepositoryState, branch: BranchState, version: Version) -> Problems:
    """Return what is wrong with a release branch: behind, diverged, other versions in its files, squashed into main."""
    behind = guard_current(state, branch) if branch.behind else ()
    blobs = bench.reader.files(branch.tip, version_paths(bench.config))
    found = read_versions(bench.config, {path: blob.data for path, blob in blobs.items()}, bench.locate)
    strays = [one for one in found if parse_tag(one.text.removeprefix("v"), "") != version]
    if not behind and _is_squashed(bench, state, branch.tip):
        raise squashed(state, version, state.main.remote or state.main.local)
    return (
        *behind,
        *(
            Problem(
                failed=f"{branch.name}: {one.path}:{one.line} names {one.text}, not {version}.",
                todo=f"Set it to {version} on {branch.name} and commit, then run this again.",
            )
            for one in strays
        ),
    )


def _is_squashed(bench: Bench, state: RepositoryState, tip: str) -> bool:
    """Return whether main has the content of the release branch without its commits."""
    main = state.main.remote or state.main.local
    if bench.reader.is_ancestor(tip, main):
        return False
    base = bench.reader.merge_base(main, tip)
    merge = bench.draft.merge(main, tip)
    trees = bench.reader.tree(main), bench.reader.tree(tip)
    return not merge.conflicts and merge.tree == trees[0] and bool(base) and bench.reader.tree(base) != trees[1]


def merged_releases(bench: Bench, state: RepositoryState) -> tuple[MergedRelease, ...]:
    """Return the releases merged into main since the last final tag and without a published tag, newest first."""
    found = (_merged(bench, state, commit) for commit in _untagged(bench, state, "--merges"))
    tagged = _published(bench, state)
    return tuple(one for one in found if one is not None and one.version not in tagged)


def refuse_squashed(bench: Bench, state: RepositoryState) -> None:
    """Raise when main raised its version files to an untagged version without a merge, as a squashed release does."""
    tagged = _published(bench, state)
    version = _named_version(bench, state.main.remote or state.main.local)
    if version is None or any(one >= version for one in tagged if one.is_final):
        return
    for commit in _untagged(bench, state, "--no-merges"):
        raised = str(version) in commit.subject and commit.parents and _named_version(bench, commit.sha) == version
        if raised and _named_version(bench, commit.parents[0]) not in (None, version):
            raise squashed(state, version, commit.sha)


def squashed(state: RepositoryState, version: Version, commit: str) -> PreconditionFailed:
    """Return the refusal of a release whose commits are not behind main, only its content is."""
    main = state.main.name
    return PreconditionFailed(
        f"{version} reached {main} by a squash or rebase ({commit[:10]}): its own commits are not on {main}, so "
        f"its tag would be off {main} and the commits would be released again.",
        state="Nothing was changed; no tag was made.",
        todo=f"Merge the release branch into {main} with a merge commit (`git merge --no-ff`; no file changes), push "
        "it or open a pull request with “Create a merge commit”, then run this again.",
    )


def _merged(bench: Bench, state: RepositoryState, commit: Commit) -> MergedRelease | None:
    source = commit.parents[1]
    version = _claimed(bench, state, source) or _worded(bench, commit.subject)
    named = _named_version(bench, commit.sha)
    if version is None or (named is not None and named != version):
        return None
    return MergedRelease(version=version, merge=commit.sha, source=source)


def _claimed(bench: Bench, state: RepositoryState, source: str) -> Version | None:
    for text, branch in state.open_versions.items():
        tips = (state.here.branches.get(branch), state.there.branches.get(branch))
        if source in tips:
            return parse_tag(text, "")
    return None


def _worded(bench: Bench, subject: str) -> Version | None:
    """Return the version of a release-like branch that a merge's subject names, as git and the forges write it."""
    for kind in bench.config.flow.values():
        prefix, hole, suffix = kind.pattern.partition("{version}")
        for word in subject.split() if hole else ():
            _, found, rest = word.strip("'\"`,;:()").partition(prefix)
            version = parse_tag(rest.removesuffix(suffix), "") if found else None
            if version is not None:
                return version
    return None


def _named_version(bench: Bench, commit: str) -> Version | None:
    """Return the version that the version files of a commit agree on, None when there are none or they do not parse."""
    blobs = bench.reader.files(commit, version_paths(bench.config))
    try:
        found = read_versions(bench.config, {path: blob.data for path, blob in blobs.items()}, bench.locate)
    except PreconditionFailed:
        return None
    versions = {parse_tag(one.text.removeprefix("v"), "") for one in found}
    return versions.pop() if len(versions) == 1 else None


def _untagged(bench: Bench, state: RepositoryState, which: str) -> tuple[Commit, ...]:
    """Return the commits on main's first-parent line that no final tag contains, newest first."""
    tagged = _published(bench, state)
    finals = {commit for version, commit in tagged.items() if version.is_final}
    seen = (f"^{commit}" for commit in sorted(finals - set(bench.reader.missing(tuple(finals)))))
    tip = state.main.remote or state.main.local
    return parse_log(bench.reader.log(LOG_FORMAT, ("--first-parent", which, tip, *seen)))


def _published(bench: Bench, state: RepositoryState) -> dict[Version, str]:
    """Return the versions whose tag everybody has; one that was never pushed leaves its release unfinished."""
    tags = state.there.tags if state.remote else state.here.tags
    found = ((parse_tag(tag.name, bench.config.version.tag_prefix), tag.commit) for tag in tags.values())
    return {version: commit for version, commit in found if version is not None}
