"""Finishing a hotfix: into main with the next patch version, and its tag into every open release and develop.

Which version it becomes is told in `release.hotfix`.
"""

from dataclasses import replace

from release_tools.engine.runs import Intent, Run
from release_tools.release.finish import Finish
from release_tools.release.flows.finishing import Finishing, propose_finish
from release_tools.release.flows.looking import nothing, observed
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import Problem, guard_attached, refuse
from release_tools.release.hotfix import HOTFIX, find_hotfix, hotfix_line
from release_tools.release.observe import branch_state
from release_tools.release.staging import tag_message
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.topics import find_topic, flow_row, name_topic, open_topics


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose to finish a hotfix: the one named, else the one of this branch, else one that main has merged."""
    bench = session.bench
    row = flow_row(bench.config, HOTFIX)
    head = find_topic(bench.config, bench.reader.head())
    here = head if head and head.kind == HOTFIX else None
    topic = name_topic(bench.config, HOTFIX, str(intent["name"])) if intent.get("name") else here
    state = observed(bench, branch=topic.name if topic else "", carrying="release" in row.targets)
    line = hotfix_line(bench, state, state.topic) if state.topic and state.topic.exists else None
    if line:
        state = observed(bench, branch=state.topic.name if state.topic else "", version=line)
    if topic is None:
        refuse((*guard_attached(state), *_guard_place(state, open_topics(bench.config, _names(state), HOTFIX))))
    found = find_hotfix(bench, state, topic)
    if found is None:
        return nothing(intent, f"nothing to release: {state.main.name} has no merge of an untagged hotfix")
    if state.topic is None:
        state = replace(state, topic=branch_state(bench.reader, state.here, state.there, found.name))
    finish = Finish(
        version=found.version,
        source=found.source,
        words=found.name,
        message=tag_message(bench.config, found.version),
        redate=run is None,
    )
    finishing = Finishing(
        intent={**intent, "name": found.name},
        title=f"finish {found.name} as {found.version}",
        again=f"release-tools finish-hotfix {found.name}",
        nothing=f"nothing to do: {found.name} is merged, tagged as {found.version} and published",
        run=run,
        remarks=found.remarks,
    )
    targets = {"release": state.releases, "develop": (state.develop,) if state.develop else ()}
    carried_to: list[BranchState] = [branch for target in row.targets for branch in targets.get(target, ())]
    return propose_finish(session, bench, state, finish, carried_to, finishing)


def _names(state: RepositoryState) -> tuple[str, ...]:
    return (*state.here.branches, *state.there.branches)


def _guard_place(state: RepositoryState, names: tuple[str, ...]) -> tuple[Problem, ...]:
    if state.head_branch in (None, state.main.name):
        return ()
    failed = f"{state.head_branch} is no hotfix branch; open: {', '.join(names) or 'none'}."
    named = "Name it: `release-tools finish-hotfix NAME`."
    return (Problem(failed=failed, todo=named if names else "Start one: `release-tools start-hotfix NAME`."),)
