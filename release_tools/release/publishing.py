"""Publishing: the plan that makes a drafted finish real, the remote first, and that waits where a merge is requested.

Planning is pure; what is drafted stands in `finish`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from release_tools.domain.refs import ABSENT, HEADS, REMOTES, TAGS, RefUpdate
from release_tools.engine.plan import Await, Plan
from release_tools.engine.step import Step
from release_tools.release.asking import Asked, render_asked
from release_tools.release.deploying import Deploying
from release_tools.release.finish import FinishDraft
from release_tools.release.landing import deletion_steps, landing_steps, needs_landing
from release_tools.release.requests import render_requests
from release_tools.release.showing import Page, page_steps
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.steps.merges import CloseWorktree
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What the plan of a finish says and takes along, beside what was drafted."""

    title: str
    again: str
    """The command that goes on in any clone while something is awaited."""
    worktrees: tuple[str, ...] = ()
    """Worktrees of merges, removed at the end."""
    leftovers: tuple[BranchState, ...] = ()
    """Branches at the remote that have served their purpose once nothing is awaited."""
    moving_tags: tuple[RefUpdate, ...] = ()
    """Tags such as `v1` that follow the release."""
    remarks: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    """The requests as the forge has them; empty without a forge."""
    asking: tuple[Step[World], ...] = ()
    """What brings them further there."""
    page: Page | None = None
    """The release page that is left to be shown."""
    deploy: Deploying | None = None
    """The deploy that the release starts."""


def plan_finish(state: RepositoryState, draft: FinishDraft, objects: Path, publication: Publication) -> Plan:
    """Return the plan that makes a draft without conflict real."""
    remote = (*_remote_updates(state, draft), *(publication.moving_tags if state.remote and draft.tag_object else ()))
    local = tuple(_local_updates(state, draft))
    steps: list[Step[World]] = []
    if remote or local:
        steps.append(AdoptObjects(source=str(objects), tips=draft.made))
    public = draft.tag_object and (local or remote)
    no_return = len(steps) or None if public else None
    if state.remote and remote:
        steps.append(PushRefs(remote=state.remote, updates=remote))
    if local or remote:
        mirrors = tuple(_mirrors(state, remote))
        steps.append(UpdateRefs(updates=local, mirrors=mirrors, reason=f"release-tools: finish {draft.tag}"))
    tips = {edge.branch.name: edge.new for edge in draft.edges}
    tips |= {request.head.branch.name: request.head.new for request in draft.requests}
    steps.extend(landing_steps(state, tips, leaves=not draft.requests))
    steps.extend(page_steps(publication.page) if publication.page else ())
    steps.extend(publication.asking)
    # Last of what is done at the forge: a token that may not start it holds up no back-merge.
    steps.extend(publication.deploy.steps if publication.deploy else ())
    if not draft.requests:
        steps.extend(deletion_steps(state, publication.leftovers))
        steps.extend(CloseWorktree(path=path) for path in publication.worktrees)
    return Plan(
        title=publication.title,
        steps=tuple(steps),
        notes=(*_unpushed(state, draft), *_ends(state, draft), *_behind(state), *publication.remarks),
        no_return=no_return,
        awaits=_awaits(draft, publication, soon=bool(steps)),
    )


def _awaits(draft: FinishDraft, publication: Publication, *, soon: bool) -> Await | None:
    """Return what is awaited: the merges first, then the end of the deploy."""
    if not draft.requests:
        return publication.deploy.awaits() if publication.deploy else None
    if publication.asked:
        return render_asked(publication.asked, again=publication.again, soon=soon)
    return render_requests(draft.requests, again=publication.again)


def _remote_updates(state: RepositoryState, draft: FinishDraft) -> Iterator[RefUpdate]:
    if not state.remote:
        return
    heads = (*draft.edges, *(request.head for request in draft.requests))
    yield from (RefUpdate(HEADS + e.branch.name, e.old, e.new) for e in heads if e.new != e.old)
    if draft.tag_object and draft.tag not in state.there.tags:
        yield RefUpdate(TAGS + draft.tag, ABSENT, draft.tag_object)


def _local_updates(state: RepositoryState, draft: FinishDraft) -> Iterator[RefUpdate]:
    for edge in draft.edges:
        needed = edge.branch.local or needs_landing(state, edge.branch)
        if needed and edge.branch.local != edge.new:
            yield RefUpdate(HEADS + edge.branch.name, edge.branch.local, edge.new)
    for request in draft.requests:
        head = request.head
        if head.branch.local and head.branch.local != head.new:
            yield RefUpdate(HEADS + head.branch.name, head.branch.local, head.new)
    if draft.tag_object and draft.tag not in state.here.tags:
        yield RefUpdate(TAGS + draft.tag, ABSENT, draft.tag_object)


def _mirrors(state: RepositoryState, updates: tuple[RefUpdate, ...]) -> Iterator[RefUpdate]:
    if not state.tracks:
        return
    for update in updates:
        if update.name.startswith(HEADS):
            yield RefUpdate(
                f"{REMOTES}{state.remote}/{update.short}", state.tracked.get(update.short, ABSENT), update.new
            )


def _unpushed(state: RepositoryState, draft: FinishDraft) -> Iterator[str]:
    """Yield what was merged or tagged here earlier and never reached the remote."""
    if not state.remote:
        yield "there is no remote: nothing is pushed"
        return
    for edge in draft.edges:
        if edge.branch.ahead and edge.branch.local == edge.new:
            yield f"{edge.branch.name} holds the merge here, but it was not pushed yet"
    if draft.tag in state.here.tags and draft.tag not in state.there.tags:
        yield f"the tag {draft.tag} exists here, but it was not pushed yet"


def _ends(state: RepositoryState, draft: FinishDraft) -> Iterator[str]:
    """Yield one line about the tag and the ends of branches, and one for each request."""
    moved = (edge for edge in draft.edges if edge.new != edge.old)
    ends = "".join(f"; {edge.branch.name} {edge.old[:10]}→{edge.new[:10]}" for edge in moved)
    if draft.tag_object:
        yield f"tag {draft.tag} on {state.main.name}{ends}"
    for request in draft.requests:
        head = request.head
        yield f"{request.base} is protected: {head.branch.name} ({head.new[:10]}) goes there by a pull request"


def _behind(state: RepositoryState) -> Iterator[str]:
    for branch in state.long_lived:
        if branch.behind and branch.local:
            yield f"{branch.name} here is behind {state.remote}/{branch.name} and is brought along"
    if state.topic and state.topic.behind and not state.topic.ahead:
        more = "1 commit" if state.topic.behind == 1 else f"{state.topic.behind} commits"
        yield f"{state.topic.name} at {state.remote} has {more} more than here, and is finished with them"
