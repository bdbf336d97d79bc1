"""What all finishes share: the draft is judged, a conflict goes to a person, the rest becomes a plan.

Which topic is finished, and as which version, is told by the flow that calls it.
"""

from collections.abc import Iterable
from pathlib import Path

from release_tools.engine.runs import Intent, Run
from release_tools.record import record
from release_tools.release.asking import Asked, ask, asking_steps
from release_tools.release.bench import Bench
from release_tools.release.deploying import draft_deploy
from release_tools.release.describing import describe_carry, describe_release, is_carry
from release_tools.release.finish import Finish, FinishDraft, draft_finish, guard_finish
from release_tools.release.flows.looking import in_the_way, moves_of, nothing
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import guard_clean, guard_saved, refuse
from release_tools.release.moving_tags import moving_tags
from release_tools.release.publishing import Publication, plan_finish
from release_tools.release.requests import Request, carriers
from release_tools.release.resolving import begun_merges, candidates, plan_resolving
from release_tools.release.showing import draft_release_page
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.pages import SHOWN


@record
class Finishing:
    """How a finish is called: its intent, its plan's title, the command that goes on, and what is said of nothing."""

    intent: Intent
    title: str
    again: str
    nothing: str
    run: Run | None = None
    """The unfinished run that is planned further."""
    remarks: tuple[str, ...] = ()
    shows: bool = True
    """Whether the forge shows a page of what is finished and deploys it."""


def propose_finish(
    session: Session,
    bench: Bench,
    state: RepositoryState,
    finish: Finish,
    carried_to: Iterable[BranchState],
    finishing: Finishing,
) -> Proposal:
    """Propose to finish a topic and to carry its tag to other branches."""
    resolved = candidates(bench.reader, state, finishing.run)
    draft = draft_finish(bench, state, finish, carried_to, resolved=resolved)
    return propose_draft(session, bench, state, draft, finishing)


def propose_draft(
    session: Session, bench: Bench, state: RepositoryState, draft: FinishDraft, finishing: Finishing
) -> Proposal:
    """Propose what was drafted, or to resolve the conflict at which drafting stopped."""
    version = str(draft.version)
    if draft.conflict:
        home = session.draft_directory.parent
        plan = plan_resolving(finishing.title, draft.conflict, home, then=_forecast(state, draft.tag))
        return Proposal(intent=finishing.intent, plan=plan, result=version)
    refuse(guard_finish(state, draft))
    tips = {edge.branch.name: edge.new for edge in draft.edges}
    tips |= {request.head.branch.name: request.head.new for request in draft.requests}
    homes = tuple(merge.path for merge in begun_merges(finishing.run)) if finishing.run else ()
    taken = [tree.path for tree in state.worktrees if tree.path in homes and tree.head in tips.values()]
    refuse(guard_saved((path, bench.reader.unsaved(Path(path))) for path in taken))
    moves = moves_of(state, tips, leaves=not draft.requests)
    refuse((*guard_clean(state, _moved_paths(state)), *in_the_way(bench, state, moves)))
    asked = tuple(_ask(bench, state, draft, request) for request in draft.requests) if bench.forge else ()
    shown = finishing.run and any(facts.get(SHOWN) == draft.tag for facts in finishing.run.facts())
    target = draft.target if draft.tag_object and finishing.shows else ""
    page = None if shown else draft_release_page(bench, state, draft.version, draft.tag, target)
    run, holder, again = finishing.run, session.run_id, finishing.again
    deploy = draft_deploy(bench, state, draft.version, draft.tag, target, run=run, holder=holder, again=again)
    publication = Publication(
        title=finishing.title,
        again=finishing.again,
        worktrees=homes,
        leftovers=tuple(carriers(bench, state, draft.tag)),
        moving_tags=moving_tags(bench.config, state, draft.version, draft.target),
        remarks=finishing.remarks,
        asked=asked,
        asking=tuple(step for one in asked for step in asking_steps(bench.config, one)),
        page=page,
        deploy=deploy,
    )
    plan = plan_finish(state, draft, session.draft_directory / "objects", publication)
    if not plan.steps and not plan.awaits:
        return nothing(finishing.intent, finishing.nothing)
    return Proposal(intent=finishing.intent, plan=plan, drafted=draft.made, result=version)


def _ask(bench: Bench, state: RepositoryState, draft: FinishDraft, request: Request) -> Asked:
    if is_carry(state, request):
        return ask(bench, request, describe_carry(request, draft.version, draft.tag))
    return ask(bench, request, describe_release(bench, request, draft.version, draft.tag))


def _moved_paths(state: RepositoryState) -> tuple[str, ...]:
    names = {branch.name for branch in (*state.long_lived, state.topic) if branch}
    return tuple(tree.path for tree in state.worktrees if tree.branch in names)


def _forecast(state: RepositoryState, tag: str) -> str:
    """Return in one line what a finish does once its merges can be made."""
    targets = [branch.name for branch in (*state.releases, state.develop) if branch]
    back = f", merge it into {' and '.join(targets)}" if targets else ""
    publish = f", push all to {state.remote}" if state.remote else ""
    branch = f", delete {state.topic.name}" if state.topic and state.topic.exists else ""
    return f"tag {tag} on {state.main.name}{back}{publish}{branch}"
