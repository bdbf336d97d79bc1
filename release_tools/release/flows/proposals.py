"""The release flows: from what a person asks for to a proposal; only the draft's own directory is written.

Carrying an approved proposal out, going on and going back is `conductor`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from release_tools.domain.history.next_version import NextVersion
from release_tools.domain.version import Version, parse_tag, parse_version
from release_tools.engine.plan import Plan
from release_tools.engine.runs import Intent, Run
from release_tools.errors import PreconditionFailed, ToolFailed
from release_tools.release.bench import Bench
from release_tools.release.finish import draft_finish, guard_finish, plan_finish
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import (
    Problem,
    guard_attached,
    guard_clean,
    guard_concealed,
    guard_repository,
    guard_saved,
    guard_untracked,
    refuse,
)
from release_tools.release.landing import landing_branch
from release_tools.release.merged import release_source
from release_tools.release.observe import branch_state, claimed_versions, observe
from release_tools.release.resolving import begun_merges, candidates, plan_resolving
from release_tools.release.section import read_unreleased
from release_tools.release.start import draft_start, guard_start, plan_start
from release_tools.release.state import RepositoryState
from release_tools.release.tagging import choose_tag, draft_tag, guard_tag, plan_tag
from release_tools.release.versioning import guard_named, next_version


@contextmanager
def _looking() -> Iterator[None]:
    """Say of a tool or a disk that fails while there is no plan yet that nothing was changed."""
    try:
        yield
    except (ToolFailed, OSError) as error:
        failed, todo = (error.failed, error.todo) if isinstance(error, ToolFailed) else (f"{error}.", "")
        todo = todo or "Mend that, then run this again."
        raise PreconditionFailed(failed, state="Nothing was changed.", todo=todo) from error


@_looking()
def propose_start(session: Session, text: str | None) -> Proposal:
    """Propose to start the release of a version, or of the next one that the commits ask for."""
    asked = parse_version(text) if text else None
    bench = session.bench
    state = _observed(bench)
    tip = state.base.tip
    pending = read_unreleased(bench, state, tip, state.main.remote or state.main.local)
    found = next_version(bench.config, state, pending)
    version = asked or found.version
    if version is None:
        return _nothing("start-release", f"nothing to release: no commit since {pending.baseline} asks for a version")
    branch = bench.config.flow["release"].pattern.format(version=version)
    tag = version.tag_name(bench.config.version.tag_prefix)
    refuse((*guard_named(version, pending), *guard_start(state, version, branch, tag)))
    draft = draft_start(bench, state, version, branch)
    refuse(_in_the_way(bench, state, {state.top: (state.head, draft.commit)}))
    remarks = () if asked else tuple(remark.why for remark in found.reasons if not remark.sha)
    if asked and found.version and asked < found.version:
        remarks = (f"mind: the commits ask for {found.version} ({found.level})",)
    plan = plan_start(state, draft, session.draft_directory / "objects", remarks=remarks)
    drafted = (draft.commit,) if draft.commit != draft.base else ()
    return Proposal(intent=_intent("start-release", version), plan=plan, drafted=drafted, result=str(version))


@_looking()
def propose_finish(session: Session, text: str | None, *, run: Run | None = None) -> Proposal:
    """Propose to finish a release: the one named, else the one of this branch, else one that main has merged.

    `run` is the unfinished run whose conflict a person has resolved since.
    """
    asked = parse_version(text) if text else None
    bench = session.bench
    version = asked or _version_of(bench, bench.reader.head())
    state = _observed(bench, version)
    refuse((*guard_attached(state), *_guard_place(state, version)))
    found = release_source(bench, state, version)
    if found is None:
        return _nothing("finish-release", "nothing to release: main has no merge of an untagged release")
    version, source = found
    state = state if state.release else _with_release(bench, state, version)
    draft = draft_finish(bench, state, version, source, resolved=candidates(bench.reader, state, run))
    intent = _intent("finish-release", version)
    homes = tuple(merge.path for merge in begun_merges(run)) if run else ()
    if draft.conflict:
        title = f"finish release {version}"
        plan = plan_resolving(title, draft.conflict, session.draft_directory.parent, then=_forecast(state, draft.tag))
        return Proposal(intent=intent, plan=plan, drafted=(), result=str(version))
    refuse(guard_finish(state, draft))
    tips = {edge.branch.name: edge.new for edge in draft.edges}
    taken = [tree.path for tree in state.worktrees if tree.path in homes and tree.head in tips.values()]
    refuse(guard_saved((path, bench.reader.unsaved(Path(path))) for path in taken))
    refuse((*guard_clean(state, _moved_paths(state)), *_in_the_way(bench, state, _moves(state, tips))))
    plan = plan_finish(state, draft, session.draft_directory / "objects", worktrees=homes)
    if not plan.steps:
        return _nothing("finish-release", f"nothing to do: release {version} is merged, tagged and published")
    return Proposal(intent=intent, plan=plan, drafted=draft.made, result=str(version))


@_looking()
def propose_tag(session: Session, text: str | None) -> Proposal:
    """Propose to tag a pre-release on a release branch, or a version on main."""
    if text:
        parse_version(text)
    bench = session.bench
    head = bench.reader.head() or ""
    state = _observed(bench)
    version, problems = choose_tag(bench, state, text)
    refuse(problems)
    assert version is not None
    branch = branch_state(bench.reader, state.here, state.there, head)
    refuse(guard_tag(state, branch, version, version.tag_name(bench.config.version.tag_prefix)))
    draft = draft_tag(bench, branch, version)
    plan = plan_tag(state, draft, session.draft_directory / "objects")
    return Proposal(intent=_intent("tag", version), plan=plan, drafted=(draft.object,), result=draft.name)


@_looking()
def find_next_version(session: Session) -> NextVersion:
    """Return the version that the commits on the current branch ask for; nothing is written."""
    bench = session.bench
    state = _observed(bench)
    based = state.head_branch != state.main.name and not (state.head_branch or "").startswith("support/")
    pending = read_unreleased(bench, state, state.head, (state.main.remote or state.main.local) if based else None)
    return next_version(bench.config, state, pending)


def _observed(bench: Bench, version: Version | None = None) -> RepositoryState:
    branch = bench.config.flow["release"].pattern.format(version=version) if version else ""
    state = observe(bench, branch=branch)
    refuse(guard_repository(state))
    return state


def _version_of(bench: Bench, branch: str | None) -> Version | None:
    claims = claimed_versions(bench.config, (branch,) if branch else ())
    return next((parse_tag(text, "") for text in claims), None)


def _guard_place(state: RepositoryState, version: Version | None) -> tuple[Problem, ...]:
    if version or state.head_branch in (None, state.main.name):
        return ()
    is_open = ", ".join(sorted(state.open_versions)) or "none"
    failed = f"{state.head_branch} is no release branch; open releases: {is_open}."
    named = "Name the version: `release-tools finish-release VERSION`."
    return (Problem(failed=failed, todo=named if state.open_versions else "Start one: `release-tools start-release`."),)


def _with_release(bench: Bench, state: RepositoryState, version: Version) -> RepositoryState:
    name = bench.config.flow["release"].pattern.format(version=version)
    return replace(state, release=branch_state(bench.reader, state.here, state.there, name))


def _moved_paths(state: RepositoryState) -> tuple[str, ...]:
    names = {branch.name for branch in (state.main, state.develop, state.release) if branch}
    return tuple(tree.path for tree in state.worktrees if tree.branch in names)


def _moves(state: RepositoryState, tips: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return from which commit to which one each worktree will go."""
    moves = {
        tree.path: (state.here.branches[tree.branch], tips[tree.branch])
        for tree in state.worktrees
        if tree.branch and tree.branch in tips and tree.branch in state.here.branches and not tree.gone
    }
    landing = landing_branch(state)
    if state.release and state.head_branch == state.release.name and landing:
        moves[state.top] = (state.head, tips[landing.name])
    return moves


def _in_the_way(bench: Bench, state: RepositoryState, moves: Mapping[str, tuple[str, str]]) -> tuple[Problem, ...]:
    return tuple(
        problem
        for path, (old, new) in moves.items()
        if old != new
        for problem in (
            *guard_untracked(state, path, bench.reader.untracked_in_the_way(old, new, Path(path))),
            *guard_concealed(state, path, bench.reader.concealed_changes(old, new, Path(path))),
        )
    )


def _forecast(state: RepositoryState, tag: str) -> str:
    """Return in one line what a finish does once its merges can be made."""
    back = f", merge it into {state.develop.name}" if state.develop else ""
    publish = f", push all to {state.remote}" if state.remote else ""
    branch = f", delete {state.release.name}" if state.release and state.release.exists else ""
    return f"tag {tag} on {state.main.name}{back}{publish}{branch}"


def _intent(flow: str, version: Version) -> Intent:
    return {"flow": flow, "version": str(version)}


def _nothing(flow: str, why: str) -> Proposal:
    return Proposal(intent={"flow": flow}, plan=Plan(title=why))
