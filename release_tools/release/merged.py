"""A merged topic: what main's own history says about releases and hotfixes that are merged but not tagged yet.

This is how a finish goes on in another clone, or in CI after a pull request, when nothing but main is known.
"""

from release_tools.domain.history.commit import Commit
from release_tools.domain.history.log import LOG_FORMAT, parse_log
from release_tools.domain.version import Version, parse_tag
from release_tools.errors import PreconditionFailed
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.guards import Problem, Problems, guard_current, refuse
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.topics import Topic, find_topic, open_topics
from release_tools.release.version_tree import named_version, versions_of


@record
class MergedTopic:
    """A merge on main's first-parent line, the topic that it merged, and the version that it stands for."""

    version: Version
    merge: str
    source: str
    """The commit that was merged: the tip that the topic had."""
    topic: Topic


def release_source(
    bench: Bench, state: RepositoryState, version: Version | None, kind: str
) -> tuple[Version, str] | None:
    """Return which release of a kind to finish and the commit its branch ends at; None when there is none to release.

    Raises `PreconditionFailed` for a release that is not there, is not what it says, or came to main by a squash.
    """
    branch = state.topic
    if version and branch and branch.exists:
        refuse(_guard_branch(bench, state, branch, version))
        return version, branch.tip
    merged = [one for one in merged_topics(bench, state, kind) if version in (None, one.version)]
    if merged:
        return merged[0].version, merged[0].source
    forwarded = _forwarded(bench, state, kind) if version is None else None
    if forwarded:
        return forwarded
    refuse_squashed(bench, state)
    if version is None:
        begun = tagged_tip(bench, state, kind)
        return (begun.version, begun.source) if begun else None
    tag = state.tags.get(version.tag_name(bench.config.version.tag_prefix))
    if tag is not None:
        return version, tag.commit
    failed = f"There is no {kind} {version}: no branch here or at the remote, no merge on {state.main.name}, no tag."
    refuse((Problem(failed=failed, todo=f"Start it with `release-tools start-{kind} {version}`."),))
    return None


def _forwarded(bench: Bench, state: RepositoryState, kind: str) -> tuple[Version, str] | None:
    """Return the open release to whose branch main was fast-forwarded: its commits are on main without a merge."""
    main, tagged = state.main.remote or state.main.local, _published(bench, state)
    for branch in open_topics(bench.config, state.open_versions.values(), kind):
        topic = find_topic(bench.config, branch)
        version, tip = topic and topic.version, state.there.branches.get(branch) or state.here.branches[branch]
        if version is None or version in tagged or bench.reader.missing((tip,)):
            continue
        # The files must say so: a branch without a commit of its own is always behind main.
        if bench.reader.is_ancestor(tip, main) and named_version(bench, tip) == version:
            return version, tip
    return None


def _guard_branch(bench: Bench, state: RepositoryState, branch: BranchState, version: Version) -> Problems:
    """Return what is wrong with a release branch: behind, diverged, other versions in its files, squashed into main."""
    behind = guard_current(state, branch) if branch.behind and branch.ahead else ()
    strays = [one for one in versions_of(bench, branch.tip) if parse_tag(one.text.removeprefix("v"), "") != version]
    if not behind and is_squashed(bench, state, branch.tip):
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


def is_squashed(bench: Bench, state: RepositoryState, tip: str) -> bool:
    """Return whether main has the content of the release branch without its commits."""
    return is_absorbed(bench, tip, state.main.remote or state.main.local)


def is_absorbed(bench: Bench, tip: str, target: str, *earlier: str) -> bool:
    """Return whether a commit or an `earlier` one of its line has a branch's changes without the branch's commits.

    So a squash and a rebase leave them. A branch without changes is in no commit.
    """
    base = bench.reader.merge_base(target, tip)
    if base in ("", tip) or bench.reader.tree(base) == bench.reader.tree(tip):
        return False
    return any(_adds_nothing(bench, commit, tip) for commit in (target, *earlier))


def _adds_nothing(bench: Bench, commit: str, tip: str) -> bool:
    merge = bench.draft.merge(commit, tip)
    return not merge.conflicts and merge.tree == bench.reader.tree(commit)


def merged_topics(bench: Bench, state: RepositoryState, kind: str) -> tuple[MergedTopic, ...]:
    """Return the topics of a kind merged into main since the last final tag, without a published tag, newest first."""
    found = (_merged(bench, state, commit, kind) for commit in _untagged(bench, state, "--merges"))
    tagged = _published(bench, state)
    return tuple(one for one in found if one is not None and one.version not in tagged)


def released_topic(bench: Bench, state: RepositoryState, topic: Topic) -> MergedTopic | None:
    """Return the newest merge of a topic that carries a final tag: what is left of its finish can still be done."""
    tagged = {commit: version for version, commit in _published(bench, state).items() if version.is_final}
    merges = bench.reader.log(LOG_FORMAT, ("--first-parent", "--merges", state.main.remote or state.main.local))
    for commit in parse_log(merges):
        found = _worded(bench, commit.subject, topic.kind) if commit.sha in tagged else None
        if found and found.name == topic.name:
            return MergedTopic(version=tagged[commit.sha], merge=commit.sha, source=commit.parents[1], topic=topic)
    return None


def tagged_tip(bench: Bench, state: RepositoryState, kind: str) -> MergedTopic | None:
    """Return the tagged topic of a kind whose merge main ends at: a finish may have died after its tag."""
    tip = state.main.remote or state.main.local
    version = next((one for one, commit in _published(bench, state).items() if commit == tip and one.is_final), None)
    (commit,) = parse_log(bench.reader.log(LOG_FORMAT, ("--max-count=1", tip))) if version else (None,)
    if version is None or commit is None or len(commit.parents) != 2:
        return None
    found = _merged(bench, state, commit, kind)
    return found if found and found.version == version else None


def refuse_squashed(bench: Bench, state: RepositoryState) -> None:
    """Raise when main raised its version files to an untagged version without a merge, as a squashed release does."""
    tagged = _published(bench, state)
    version = named_version(bench, state.main.remote or state.main.local)
    if version is None or any(one >= version for one in tagged if one.is_final):
        return
    for commit in _untagged(bench, state, "--no-merges"):
        raised = str(version) in commit.subject and commit.parents and named_version(bench, commit.sha) == version
        if raised and named_version(bench, commit.parents[0]) not in (None, version):
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


def _merged(bench: Bench, state: RepositoryState, commit: Commit, kind: str) -> MergedTopic | None:
    source = commit.parents[1]
    topic = _claimed(bench, state, source, kind) or _worded(bench, commit.subject, kind)
    if topic is None:
        return None
    named = named_version(bench, commit.sha)
    version = topic.version or named
    if version is None or (named is not None and named != version):
        return None
    return MergedTopic(version=version, merge=commit.sha, source=source, topic=topic)


def _claimed(bench: Bench, state: RepositoryState, source: str, kind: str) -> Topic | None:
    """Return the topic of a kind whose branch still ends at a commit, here or at the remote."""
    sides = (state.here.branches, state.there.branches)
    names = {name for side in sides for name, tip in side.items() if tip == source}
    return next((find_topic(bench.config, name) for name in open_topics(bench.config, names, kind)), None)


def _worded(bench: Bench, subject: str, kind: str) -> Topic | None:
    """Return the topic of a kind that a merge's subject names, as git and the forges write it."""
    prefix = bench.config.flow[kind].pattern.partition("{")[0]
    for word in subject.split():
        _, found, rest = word.strip("'\"`,;:()").partition(prefix)
        topic = find_topic(bench.config, prefix + rest) if found else None
        if topic is not None and topic.kind == kind:
            return topic
    return None


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
