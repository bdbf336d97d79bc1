"""Tagging: a release candidate on a release branch, or a version on main that needs no merge.

The final tag of a release branch is made by its finish, on main's merge commit, and never here.
"""

from pathlib import Path

from release_tools.domain.refs import ABSENT, TAGS, RefUpdate
from release_tools.domain.version import Version, next_prerelease, parse_tag, parse_version
from release_tools.engine.plan import Plan
from release_tools.engine.step import Step
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.guards import Problem, Problems, guard_attached, guard_current, guard_greater
from release_tools.release.section import version_tags
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.version_tree import versions_of
from release_tools.release.versioning import latest
from release_tools.release.world import World


@record
class TagDraft:
    """A drafted tag and the commit it is on."""

    name: str
    object: str
    commit: str
    branch: BranchState


def choose_tag(bench: Bench, state: RepositoryState, text: str | None) -> tuple[Version | None, Problems]:
    """Return the version to tag on the current branch and what keeps it from being tagged there."""
    claimed = {branch: parse_tag(version, "") for version, branch in state.open_versions.items()}
    base = claimed.get(state.head_branch or "")
    if base is not None:
        return _candidate(bench, state, base, text)
    if state.head_branch == state.main.name:
        return _on_main(bench, state, text)
    problem = Problem(
        failed=f"Tags are made on {state.main.name} or on a release branch; this is {state.head_branch or 'neither'}.",
        todo=f"Type `git switch {state.main.name}`, or finish the release, which tags it.",
    )
    return None, (*guard_attached(state), problem)


def guard_tag(state: RepositoryState, branch: BranchState, version: Version, tag: str) -> Problems:
    """Return what keeps a chosen tag from being made on the tip of a branch."""
    taken = (Problem(failed=f"The tag {tag} exists.", todo="Choose a greater version."),) if tag in state.tags else ()
    return (*taken, *guard_current(state, branch))


def candidate_on(bench: Bench, state: RepositoryState, commit: str, version: Version) -> str | None:
    """Return the tag of a pre-release of a version that a commit has already, and that everybody can see."""
    prefix, tags = bench.config.version.tag_prefix, state.there.tags if state.remote else state.here.tags
    found = ((parse_tag(tag.name, prefix), tag) for tag in tags.values() if tag.commit == commit)
    return next((tag.name for one, tag in found if one and not one.is_final and one.core == version.core), None)


def draft_tag(bench: Bench, branch: BranchState, version: Version) -> TagDraft:
    """Return the annotated tag of a version on a branch's tip."""
    name = version.tag_name(bench.config.version.tag_prefix)
    message = bench.config.release.tag_message.format(version=version) + "\n"
    return TagDraft(name=name, object=bench.draft.tag(name, branch.tip, message), commit=branch.tip, branch=branch)


def plan_tag(state: RepositoryState, draft: TagDraft, objects: Path) -> Plan:
    """Return the plan that publishes a drafted tag."""
    created = (RefUpdate(TAGS + draft.name, ABSENT, draft.object),)
    steps: list[Step[World]] = [AdoptObjects(source=str(objects), tips=(draft.object,))]
    if state.remote:
        steps.append(PushRefs(remote=state.remote, updates=created))
    steps.append(UpdateRefs(updates=created, mirrors=(), reason=f"release-tools: tag {draft.name}"))
    notes = (f"{draft.branch.name} is at {draft.commit[:10]}",)
    return Plan(title=f"tag {draft.name} on {draft.branch.name}", steps=tuple(steps), notes=notes, no_return=1)


def _candidate(bench: Bench, state: RepositoryState, base: Version, text: str | None) -> tuple[Version, Problems]:
    tagged = version_tags(state, bench.config.version.tag_prefix)
    if text is None:
        return next_prerelease(base, taken=tagged), ()
    version = parse_version(text)
    highest = max((one for one in tagged if one.core == base.core), default=None)
    if version.is_final or version.core != base.core:
        failed = f"{state.head_branch} takes pre-releases of {base}, and {version} is none."
        todo = f"Tag `{base}-rc.1` or the like here; `release-tools finish-release {base}` makes the final tag."
        return version, (Problem(failed=failed, todo=todo),)
    return version, guard_greater(version, highest)


def _on_main(bench: Bench, state: RepositoryState, text: str | None) -> tuple[Version | None, Problems]:
    prefix = bench.config.version.tag_prefix
    found = versions_of(bench, state.main.tip)
    named = {parse_tag(one.text.removeprefix("v"), "") for one in found}
    version = parse_version(text) if text else named.pop() if len(named) == 1 else None
    if version is None:
        return None, (
            Problem(failed="No version file names the version to tag.", todo="Type `release-tools tag VERSION`."),
        )
    others = tuple(one for one in found if parse_tag(one.text.removeprefix("v"), "") != version)
    disagreeing = tuple(
        Problem(
            failed=f"{one.path}:{one.line} names {one.text}, not {version}.",
            todo=f"Release {version} through a branch: `release-tools start-release {version}`.",
        )
        for one in others
    )
    return version, (*disagreeing, *guard_greater(version, latest(state, prefix)))
