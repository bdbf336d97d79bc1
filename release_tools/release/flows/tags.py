"""Tagging: a pre-release on a release branch, or a version on main, as a plan.

How a tag is drafted and planned stands in `release.tagging`.
"""

from release_tools.domain.version import parse_version
from release_tools.engine.runs import Intent, Run
from release_tools.release.flows.looking import nothing, observed
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import refuse
from release_tools.release.observe import branch_state
from release_tools.release.tagging import candidate_on, choose_tag, draft_tag, guard_tag, plan_tag


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose to tag the current branch with the intent's version, or with the one that is due there."""
    text = str(intent["version"]) if intent.get("version") else None
    if text:
        parse_version(text)
    bench = session.bench
    head = bench.reader.head() or ""
    state = observed(bench)
    version, problems = choose_tag(bench, state, text)
    refuse(problems)
    assert version is not None
    branch = branch_state(bench.reader, state.here, state.there, head)
    there = None if text else candidate_on(bench, state, branch.tip, version)
    if there:
        return nothing(intent, f"nothing to do: {there} is on {branch.tip[:10]} already; `tag VERSION` makes another")
    refuse(guard_tag(state, branch, version, version.tag_name(bench.config.version.tag_prefix)))
    draft = draft_tag(bench, branch, version)
    plan = plan_tag(state, draft, session.draft_directory / "objects")
    intent = {**intent, "version": str(version)}
    return Proposal(intent=intent, plan=plan, drafted=(draft.object,), result=draft.name)
