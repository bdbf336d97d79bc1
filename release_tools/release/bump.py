"""Bumping: another version in the files of the current branch, as one commit; a release branch gets another name, too.

A version is claimed by the name of its branch, so giving a release another number moves the claim at the remote first.
"""

from pathlib import Path

from release_tools.domain.changelog.links import define_links
from release_tools.domain.changelog.section import rename_section
from release_tools.domain.refs import ABSENT, HEADS, REMOTES, Blob, RefUpdate
from release_tools.domain.version import Version
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.guards import Problem, Problems, guard_clean, guard_current, guard_free
from release_tools.release.section import write_section
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.branches import ForgetBranch, TrackBranch
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.steps.worktrees import MoveWorktree, SwitchBranch
from release_tools.release.topics import Topic
from release_tools.release.version_tree import raised_blobs
from release_tools.release.world import World


@record
class BumpDraft:
    """A drafted bump: the branch before, its name after, the commit it will have and the files that this changes."""

    version: Version
    branch: BranchState
    name: str
    commit: str
    changed: tuple[str, ...]

    @property
    def renamed(self) -> bool:
        """Return whether the branch gets another name."""
        return self.name != self.branch.name


def guard_bump(state: RepositoryState, topic: Topic | None, direct: tuple[str, ...]) -> Problems:
    """Return what keeps a version from being set on the current branch: one that takes no direct commits."""
    allowed = topic is not None or state.head_branch in direct
    closed = Problem(
        failed=f"{state.head_branch} takes no direct commits.",
        todo="Start a release, which sets the version on its branch: `release-tools start-release VERSION`.",
    )
    return (*(() if allowed else (closed,)), *guard_clean(state, (state.top,)))


def guard_renumber(state: RepositoryState, branch: BranchState, version: Version, name: str, tag: str) -> Problems:
    """Return what keeps a release branch from getting another number."""
    return (*guard_current(state, branch), *guard_free(state, version, name, tag))


def draft_bump(
    bench: Bench, state: RepositoryState, branch: BranchState, version: Version, *, old: Version | None, name: str
) -> BumpDraft:
    """Return the commit that sets a version on a branch, which is called `name` afterwards.

    `old` is the version that the branch claims by its name, None when it claims none.
    """
    tip = branch.tip
    files: dict[str, Blob | None] = {**raised_blobs(bench, tip, version)}
    if old and old != version:
        files |= _renamed_section(bench, state, tip, old, version)
    commit = tip
    if files:
        message = f"chore: set the version to {version}\n"
        commit = bench.draft.commit(bench.draft.tree(tip, files), (tip,), message)
    return BumpDraft(version=version, branch=branch, name=name, commit=commit, changed=tuple(sorted(files)))


def plan_bump(state: RepositoryState, draft: BumpDraft, objects: Path) -> Plan:
    """Return the plan that makes a drafted bump real: at the remote only where the branch's name changes."""
    steps: list[Step[World]] = []
    if draft.commit != draft.branch.tip:
        steps.append(AdoptObjects(source=str(objects), tips=(draft.commit,)))
    notes = (f"files in the commit: {', '.join(draft.changed) or 'none'}",)
    if draft.renamed:
        steps.extend(_renaming(state, draft))
        title = f"renumber {draft.branch.name} to {draft.name}"
        return Plan(title=title, steps=tuple(steps), notes=notes)
    moved = (RefUpdate(HEADS + draft.name, draft.branch.local, draft.commit),)
    steps.append(UpdateRefs(updates=moved, mirrors=(), reason=f"release-tools: bump {draft.version}"))
    steps.append(MoveWorktree(path=state.top, branch=draft.name, old=draft.branch.local, new=draft.commit))
    return Plan(title=f"set {draft.version} on {draft.name}", steps=tuple(steps) if draft.changed else (), notes=notes)


def _renaming(state: RepositoryState, draft: BumpDraft) -> list[Step[World]]:
    old, new = HEADS + draft.branch.name, HEADS + draft.name
    created = RefUpdate(new, ABSENT, draft.commit)
    steps: list[Step[World]] = []
    published = state.remote if draft.branch.remote else None
    if published:
        steps.append(PushRefs(remote=published, updates=(created, RefUpdate(old, draft.branch.remote, ABSENT))))
    mirrors = _mirrors(state, draft) if published else ()
    reason = f"release-tools: renumber {draft.branch.name}"
    steps.append(UpdateRefs(updates=(created,), mirrors=mirrors, reason=reason))
    if mirrors and published:
        steps.append(TrackBranch(branch=draft.name, remote=published))
    steps.append(SwitchBranch(path=state.top, source=draft.branch.name, branch=draft.name))
    gone = (RefUpdate(old, draft.branch.local, ABSENT),)
    steps.append(UpdateRefs(updates=gone, mirrors=(), reason=reason))
    if state.branch_config(draft.branch.name):
        steps.append(ForgetBranch(branch=draft.branch.name))
    return steps


def _mirrors(state: RepositoryState, draft: BumpDraft) -> tuple[RefUpdate, ...]:
    if not state.tracks:
        return ()
    place = f"{REMOTES}{state.remote}/"
    old = state.tracked.get(draft.branch.name, ABSENT)
    gone = (RefUpdate(place + draft.branch.name, old, ABSENT),) if old else ()
    return (RefUpdate(place + draft.name, ABSENT, draft.commit), *gone)


def _renamed_section(
    bench: Bench, state: RepositoryState, tip: str, old: Version, new: Version
) -> dict[str, Blob | None]:
    """Return the changelog with the pending section under its new version, its notes kept."""
    path = bench.config.changelog.path
    before = bench.reader.files(tip, (path,)).get(path) if path else None
    if not path or before is None:
        return {}
    text = rename_section(before.data.decode("utf-8", "surrogateescape"), old, new)
    if bench.config.changelog.links:
        text = define_links(text, {str(old): ""})
    renamed = bench.draft.tree(tip, {path: Blob(mode=before.mode, data=text.encode("utf-8", "surrogateescape"))})
    moved = bench.draft.commit(renamed, (tip,), "chore: renumber\n")
    return {path: bench.reader.files(moved, (path,))[path], **write_section(bench, state, moved, new)}
