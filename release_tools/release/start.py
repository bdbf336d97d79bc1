"""Starting a release: the branch, its version files, its changelog section, drafted as objects and planned as refs.

Drafting makes objects, planning is pure; both take the state as `observe` returned it.
"""

from pathlib import Path

from release_tools.domain.refs import ABSENT, HEADS, REMOTES, RefUpdate
from release_tools.domain.version import Version
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.guards import Problems, guard_attached, guard_clean, guard_current, guard_free
from release_tools.release.section import write_section
from release_tools.release.state import RepositoryState
from release_tools.release.steps.branches import TrackBranch
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.steps.worktrees import SwitchBranch
from release_tools.release.version_tree import raised_blobs
from release_tools.release.world import World


@record
class StartDraft:
    """A drafted release branch: the commit it will point to and the files that commit changes."""

    version: Version
    branch: str
    base: str
    commit: str
    changed: tuple[str, ...]


def guard_start(state: RepositoryState, version: Version, branch: str, tag: str) -> Problems:
    """Return what keeps a release of this version from being started."""
    return (
        *guard_attached(state),
        *guard_current(state, state.base),
        *guard_clean(state, (state.top,)),
        *guard_free(state, version, branch, tag),
    )


def draft_start(bench: Bench, state: RepositoryState, version: Version, branch: str) -> StartDraft:
    """Return the release commit on top of the base branch; without a file to change the branch starts at the base."""
    base, config = state.base.tip, bench.config
    files = {**raised_blobs(bench, base, version), **write_section(bench, state, base, version)}
    commit = base
    if files:
        message = config.release.commit_message.format(version=version)
        commit = bench.draft.commit(bench.draft.tree(base, files), (base,), message + "\n")
    return StartDraft(version=version, branch=branch, base=base, commit=commit, changed=tuple(sorted(files)))


def plan_start(
    state: RepositoryState,
    draft: StartDraft,
    objects: Path,
    *,
    remarks: tuple[str, ...] = (),
    asking: tuple[Step[World], ...] = (),
) -> Plan:
    """Return the plan that makes the drafted branch real: at the remote first, then here, then in the files.

    `remarks` say what is special about the choice of the version; `asking` opens its pull request.
    """
    created = (RefUpdate(HEADS + draft.branch, ABSENT, draft.commit),)
    steps: list[Step[World]] = []
    mirrors: tuple[RefUpdate, ...] = ()
    if draft.commit != draft.base:
        steps.append(AdoptObjects(source=str(objects), tips=(draft.commit,)))
    if state.remote:
        steps.append(PushRefs(remote=state.remote, updates=created))
        if state.tracks:
            mirrors = (RefUpdate(f"{REMOTES}{state.remote}/{draft.branch}", ABSENT, draft.commit),)
    reason = f"release-tools: start {draft.branch}"
    steps.append(UpdateRefs(updates=created, mirrors=mirrors, reason=reason))
    if mirrors and state.remote:
        steps.append(TrackBranch(branch=draft.branch, remote=state.remote))
    assert state.head_branch is not None
    steps.append(SwitchBranch(path=state.top, source=state.head_branch, branch=draft.branch))
    steps.extend(asking)
    notes = (*_notes(state, draft), *remarks)
    return Plan(title=f"start {draft.branch} from {state.base.name}", steps=tuple(steps), notes=notes)


def _notes(state: RepositoryState, draft: StartDraft) -> tuple[str, ...]:
    others = sorted(branch for version, branch in state.open_versions.items() if version != str(draft.version))
    files = ", ".join(draft.changed) or "none: no version file is configured and the changelog is off"
    return (
        f"{state.base.name} is at {draft.base[:10]}",
        f"files in the release commit: {files}",
        *((f"also open: {', '.join(others)}",) if others else ()),
        *(() if state.remote else ("there is no remote: nothing is pushed",)),
    )
