"""A hotfix: which version it becomes, told at its finish, and on which commit its branch ends.

Releases and upgrades carry their version in the branch's name; a hotfix gets the next patch when it is finished.
"""

from collections.abc import Mapping

from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.version import Version
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.guards import Problem, guard_current, refuse
from release_tools.release.lines import find_line
from release_tools.release.merged import is_squashed, merged_topics, released_topic, squashed, tagged_tip
from release_tools.release.section import read_unreleased, version_tags
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.topics import Topic
from release_tools.release.version_tree import named_version
from release_tools.release.versioning import next_version

HOTFIX = "hotfix"


@record
class Hotfix:
    """A hotfix to finish: its branch name, its version, the commit it ends at, and what is special about that."""

    name: str
    version: Version
    source: str
    remarks: tuple[str, ...] = ()


def hotfix_line(bench: Bench, state: RepositoryState, branch: BranchState) -> Version | None:
    """Return the version by which a hotfix belongs to a support line, None where it belongs to main."""
    tags = version_tags(state, bench.config.version.tag_prefix)
    latest = max((version for version in tags if version.is_final), default=None)
    pending = read_unreleased(bench, state, branch.tip)
    if pending.baseline is None:
        return None
    version = _raised(pending.baseline)
    names = (*state.here.branches, *state.there.branches)
    return version if find_line(bench.config, names, version, latest) else None


def find_hotfix(bench: Bench, state: RepositoryState, topic: Topic | None) -> Hotfix | None:
    """Return the hotfix to finish: the named one, or without a name the newest that main has merged and nobody tagged.

    A tagged one that main ends at counts as well: a finish may have died after its tag.

    None when there is none to release; raises `PreconditionFailed` for one that is not there or came by a squash.
    """
    branch = state.topic
    if topic and branch and branch.exists:
        return _open(bench, state, topic, branch)
    merged = [one for one in merged_topics(bench, state, HOTFIX) if topic is None or one.topic.name == topic.name]
    if merged:
        return Hotfix(name=merged[0].topic.name, version=merged[0].version, source=merged[0].source)
    released = released_topic(bench, state, topic) if topic else tagged_tip(bench, state, HOTFIX)
    if released:
        return Hotfix(name=released.topic.name, version=released.version, source=released.source)
    if topic is None:
        return None
    failed = (
        f"There is no branch {topic.name}, neither here nor at the remote, and {state.main.name} has no merge of it."
    )
    todo = f"Look for it with `git branch --all`, or start it: `release-tools start-hotfix {topic.slug}`."
    refuse((Problem(failed=failed, todo=todo),))
    return None


def _open(bench: Bench, state: RepositoryState, topic: Topic, branch: BranchState) -> Hotfix:
    main = state.main.remote or state.main.local
    refuse(
        (
            *(guard_current(state, branch) if branch.behind and branch.ahead else ()),
            *_guard_work(bench, state, branch, main),
        )
    )
    pending = read_unreleased(bench, state, branch.tip, main)
    tags, claims = version_tags(state, bench.config.version.tag_prefix), state.open_versions
    named = named_version(bench, branch.tip)
    released = _released_as(bench, branch.tip, tags, pending)
    if released:
        return Hotfix(name=topic.name, version=released, source=branch.tip)
    # A finish that waits has given the branch its version already; it keeps it until somebody else takes it.
    ours = named is not None and named.is_final and (pending.baseline is None or named > pending.baseline)
    version = named if ours and named else _raised(pending.baseline or Version(major=0, minor=0, patch=0))
    while version in tags or str(version) in claims:
        version = _raised(version)
    if is_squashed(bench, state, branch.tip):
        raise squashed(state, version, main)
    remarks = _remarks(bench, state, pending, version)
    return Hotfix(name=topic.name, version=version, source=branch.tip, remarks=remarks)


def _released_as(bench: Bench, tip: str, tags: Mapping[Version, str], pending: Unreleased) -> Version | None:
    """Return the first final version that contains the branch already: its other edges may still be open."""
    if any(commit.sha == tip for commit in pending.commits):
        return None
    finals = sorted(version for version in tags if version.is_final)
    absent = set(bench.reader.missing(tuple(tags[version] for version in finals)))
    present = (version for version in finals if tags[version] not in absent)
    return next((version for version in present if bench.reader.is_ancestor(tip, tags[version])), None)


def _guard_work(bench: Bench, state: RepositoryState, branch: BranchState, main: str) -> tuple[Problem, ...]:
    """Return a problem when the branch has no commit of its own: a tag without a change says nothing."""
    if not bench.reader.is_ancestor(branch.tip, main) or _is_merged_in(bench, branch.tip, main):
        return ()
    return (
        Problem(
            failed=f"{branch.name} has no commit that {state.main.name} does not have.",
            todo=f"Commit the fix on {branch.name} first (`git switch {branch.name}`).",
        ),
    )


def _is_merged_in(bench: Bench, tip: str, main: str) -> bool:
    """Return whether main got a commit by a merge: it is not on main's own first-parent line."""
    return bench.reader.first_parent_containing(main, tip) != tip


def _remarks(bench: Bench, state: RepositoryState, pending: Unreleased, version: Version) -> tuple[str, ...]:
    found = next_version(bench.config, state, pending)
    if found.version is None:
        return ("mind: no commit on it asks for a new version (no feat, fix or perf)",)
    above = found.level in ("minor", "major")
    return (f"mind: the commits ask for a {found.level} release; a hotfix becomes {version}",) if above else ()


def _raised(version: Version) -> Version:
    """Return the next patch; of a pre-release, the patch after its final version."""
    return Version(major=version.major, minor=version.minor, patch=version.patch + 1)
