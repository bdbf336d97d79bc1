"""Finishing a release or an upgrade: from its version, or what this branch or main says of it, to a plan.

Hotfixes choose their version at the end, so they have a flow of their own.
"""

from dataclasses import replace

from release_tools.domain.version import Version, parse_version
from release_tools.engine.runs import Intent, Run
from release_tools.release.bench import Bench
from release_tools.release.finish import Finish
from release_tools.release.flows.finishing import Finishing, propose_finish
from release_tools.release.flows.looking import nothing, observed
from release_tools.release.flows.planning import kind_of
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import Problem, guard_attached, refuse
from release_tools.release.merged import release_source
from release_tools.release.observe import branch_state
from release_tools.release.staging import guard_gate, tag_message
from release_tools.release.state import RepositoryState
from release_tools.release.topics import find_topic, flow_row, name_topic, open_topics


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose to finish a release: the one named, else the one of this branch, else one that main has merged."""
    bench, kind = session.bench, kind_of(intent)
    row = flow_row(bench.config, kind)
    here = find_topic(bench.config, bench.reader.head())
    text = intent.get("version")
    version = parse_version(str(text)) if text else here.version if here and here.kind == kind else None
    state = observed(
        bench, branch=name_topic(bench.config, kind, str(version)).name if version else "", version=version
    )
    refuse((*guard_attached(state), *_guard_place(bench, state, version, kind)))
    found = release_source(bench, state, version, kind)
    if found is None:
        return nothing(intent, f"nothing to release: {state.main.name} has no merge of an untagged {kind}")
    version, source = found
    reason = str(intent.get("without_staging") or "")
    staged = bench.staged(str(version)) if row.gate == "staging" else None
    refuse(guard_gate(row, version, kind, without=reason, staged=staged, content=bench.reader.tree(source)))
    name = name_topic(bench.config, kind, str(version)).name
    if state.topic is None:
        state = replace(state, topic=branch_state(bench.reader, state.here, state.there, name))
    finish = Finish(
        version=version,
        source=source,
        words=name,
        message=tag_message(bench.config, version, without_staging=reason),
        redate=run is None,
    )
    finishing = Finishing(
        intent={**intent, "version": str(version)},
        title=f"finish {kind} {version}",
        again=f"release-tools finish-{kind} {version}",
        nothing=f"nothing to do: {kind} {version} is merged, tagged and published",
        run=run,
    )
    carried_to = tuple(branch for branch in (state.develop,) if branch)
    return propose_finish(session, bench, state, finish, carried_to, finishing)


def _guard_place(bench: Bench, state: RepositoryState, version: Version | None, kind: str) -> tuple[Problem, ...]:
    if version or state.head_branch in (None, state.main.name):
        return ()
    names = open_topics(bench.config, state.open_versions.values(), kind)
    failed = f"{state.head_branch} is no {kind} branch; open: {', '.join(names) or 'none'}."
    named = f"Name the version: `release-tools finish-{kind} VERSION`."
    return (Problem(failed=failed, todo=named if names else f"Start one: `release-tools start-{kind}`."),)
