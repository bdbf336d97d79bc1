"""Finishing a feature or a fix: from the name that a person typed, or this branch's, to a plan.

How a topic joins its target stands in `joining`; nothing here reads or makes a commit.
"""

from release_tools.engine.runs import Intent, Run
from release_tools.errors import UsageError
from release_tools.release.asking import Asked, ask, asking_steps
from release_tools.release.bench import Bench
from release_tools.release.describing import describe_topic
from release_tools.release.edges import Edge
from release_tools.release.flows.looking import in_the_way, moves_of, nothing, observed
from release_tools.release.flows.planning import kind_of
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import Problem, Problems, guard_attached, guard_clean, refuse
from release_tools.release.joining import (
    SQUASH,
    Joining,
    changes_files,
    draft_joining,
    guard_joining,
    own_commits,
    render_words,
    squash_message,
)
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.topic_finish import (
    authority,
    guard_fresh,
    guard_kept,
    guard_stale,
    guard_target,
    is_joined,
    plan_topic_finish,
    target_of,
    why_kept,
)
from release_tools.release.topic_request import guard_request, plan_topic_request, request_topic
from release_tools.release.topics import Topic, find_topic, flow_row, name_topic, open_topics


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose to bring a topic into its target and to delete it, or only the deletion where it is there already."""
    bench, kind = session.bench, kind_of(intent)
    topic = _chosen(bench, intent, kind)
    state = observed(bench, branch=topic.name if topic else "")
    if topic is None or state.topic is None:
        refuse((*guard_attached(state), *_guard_place(bench, state, kind)))
        return nothing(intent, f"nothing to do: there is no open {kind} branch")
    intent, branch, target = {**intent, "name": topic.name}, state.topic, target_of(state, topic)
    _refuse_words(intent, topic)
    if run and not branch.exists:
        return nothing(intent, f"finish {topic.name}: it is gone, here and at the remote")
    refuse(_guard_there(state, branch))
    onto = authority(target)
    if is_joined(bench, branch, onto):
        edge = Edge(branch=target, old=onto, new=onto)
        return _finished(session, bench, state, intent, edge, f"{target.name} has all of it already")
    refuse((*guard_kept(state, branch, target), *guard_stale(state, branch, target)))
    joining = _joining(bench, state, topic, target, str(intent.get("message") or ""))
    if state.is_protected(target.name) or (bench.forge and state.remote):
        return _requested(bench, state, joining, intent)
    lacking, _ = bench.reader.ahead_behind(onto, joining.tip)
    refuse(guard_target(state, target) or guard_fresh(state, branch, target, lacking) or guard_joining(bench, joining))
    remark = render_words(joining) if changes_files(bench, joining) else "its commits change no file"
    edge = Edge(branch=target, old=onto, new=draft_joining(bench, joining))
    return _finished(session, bench, state, intent, edge, remark)


def _chosen(bench: Bench, intent: Intent, kind: str) -> Topic | None:
    """Return the topic that the intent names, else the one that is checked out."""
    flow_row(bench.config, kind)
    if intent.get("name"):
        return name_topic(bench.config, kind, str(intent["name"]))
    here = find_topic(bench.config, bench.reader.head())
    return here if here and here.kind == kind else None


def _guard_place(bench: Bench, state: RepositoryState, kind: str) -> Problems:
    names = open_topics(bench.config, (*state.here.branches, *state.there.branches), kind)
    failed = f"{state.head_branch} is no {kind} branch; open: {', '.join(names) or 'none'}."
    named = f"Name it: `release-tools finish-{kind} NAME`."
    return (Problem(failed=failed, todo=named if names else f"Start one: `release-tools start-{kind} NAME`."),)


def _guard_there(state: RepositoryState, branch: BranchState) -> Problems:
    if branch.exists:
        return ()
    where = f", neither here nor at {state.remote}" if state.remote else ""
    todo = "If it was finished, there is nothing left to do; `git branch --all` shows the names that there are."
    return (Problem(failed=f"There is no branch {branch.name}{where}.", todo=todo),)


def _refuse_words(intent: Intent, topic: Topic) -> None:
    if intent.get("message") and topic.row.merge != SQUASH:
        raise UsageError(
            f"--message is the message of a squash, and flow.{topic.kind}.merge is {topic.row.merge!r}.",
            state="Nothing was changed.",
            todo="Leave it out.",
        )


def _joining(bench: Bench, state: RepositoryState, topic: Topic, target: BranchState, words: str) -> Joining:
    branch = state.topic
    assert branch is not None
    tip, onto = branch.tip, authority(target)
    return Joining(
        topic=topic.name,
        tip=tip,
        target=target.name,
        onto=onto,
        method=topic.row.merge,
        commits=own_commits(bench, tip, onto),
        words=words,
        trunk=target.name == state.main.name,
    )


def _requested(bench: Bench, state: RepositoryState, joining: Joining, intent: Intent) -> Proposal:
    refuse(guard_request(bench, joining))
    asked = _asked(bench, state, joining) if bench.forge else None
    plan = plan_topic_request(
        state,
        joining,
        title=f"finish {joining.topic}",
        again=f"release-tools {_typed(intent)}",
        asked=asked,
        asking=tuple(asking_steps(bench.config, asked)) if asked else (),
    )
    return Proposal(intent=intent, plan=plan, result=joining.topic)


def _asked(bench: Bench, state: RepositoryState, joining: Joining) -> Asked:
    assert state.topic is not None
    request = request_topic(state.topic, joining)
    message = squash_message(bench, joining) if joining.method == SQUASH else ""
    return ask(bench, request, describe_topic(request, joining), message=message)


def _finished(
    session: Session, bench: Bench, state: RepositoryState, intent: Intent, edge: Edge, remark: str
) -> Proposal:
    topic = state.topic
    assert topic is not None
    moves = moves_of(state, {edge.branch.name: edge.new})
    refuse((*guard_target(state, edge.branch), *guard_clean(state, moves), *in_the_way(bench, state, moves)))
    name, objects = str(intent["name"]), session.draft_directory / "objects"
    title = f"finish {name} into {edge.branch.name}" if edge.new != edge.old else f"delete {name}"
    plan = plan_topic_finish(state, edge, objects, title=title, remarks=(remark,))
    if not plan.steps:
        return nothing(intent, f"nothing to do: {remark}, and {why_kept(state, topic)}")
    made = () if edge.new in (edge.old, topic.tip) else (edge.new,)
    return Proposal(intent=intent, plan=plan, drafted=made, result=name)


def _typed(intent: Intent) -> str:
    return f"{intent['flow']} {intent['name']}"
