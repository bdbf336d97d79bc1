"""Starting a release or an upgrade: from the version that is asked for, or that the commits ask for, to a plan.

Topics that get their version later, or none, are started in `topic_starts`.
"""

from release_tools.domain.version import parse_version
from release_tools.engine.runs import Intent, Run
from release_tools.engine.step import Step
from release_tools.release.asking import ask, asking_steps
from release_tools.release.bench import Bench
from release_tools.release.describing import describe_release
from release_tools.release.edges import Edge
from release_tools.release.flows.looking import in_the_way, nothing, observed
from release_tools.release.flows.planning import kind_of
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import Problem, refuse
from release_tools.release.requests import Request
from release_tools.release.section import read_unreleased
from release_tools.release.start import StartDraft, draft_start, guard_start, plan_start
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.topics import name_topic
from release_tools.release.versioning import guard_final, guard_named, next_version
from release_tools.release.world import World


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose to start the branch of a version; without `version` in the intent, of the next one."""
    text, kind = intent.get("version"), kind_of(intent)
    asked = parse_version(str(text)) if text else None
    refuse(guard_final(asked) if asked else ())
    bench = session.bench
    state = observed(bench, version=asked)
    pending = read_unreleased(bench, state, state.base.tip, state.main.remote or state.main.local)
    found = next_version(bench.config, state, pending)
    version = asked or found.version
    if version is None:
        return nothing(intent, f"nothing to release: no commit since {pending.baseline} asks for a version")
    branch = name_topic(bench.config, kind, str(version)).name
    tag = version.tag_name(bench.config.version.tag_prefix)
    refuse((*guard_named(version, pending), *guard_start(state, version, branch, tag)))
    draft = draft_start(bench, state, version, branch)
    refuse(in_the_way(bench, state, {state.top: (state.head, draft.commit)}))
    remarks = () if asked else tuple(remark.why for remark in found.reasons if not remark.sha)
    if asked and found.version and asked < found.version:
        remarks = (f"mind: the commits ask for {found.version} ({found.level})",)
    asking = _asking(bench, state, draft, tag) if intent.get("request") else ()
    plan = plan_start(state, draft, session.draft_directory / "objects", remarks=remarks, asking=asking)
    drafted = (draft.commit,) if draft.commit != draft.base else ()
    return Proposal(intent={**intent, "version": str(version)}, plan=plan, drafted=drafted, result=str(version))


def _asking(bench: Bench, state: RepositoryState, draft: StartDraft, tag: str) -> tuple[Step[World], ...]:
    """Return the steps that open the pull request of the branch, which a finish will find and use."""
    refuse(_guard_asking(bench, draft))
    head = Edge(branch=BranchState(name=draft.branch), old="", new=draft.commit)
    request = Request(head=head, base=state.main.name, base_commit=state.main.remote or state.main.local)
    asked = ask(bench, request, describe_release(bench, request, draft.version, tag))
    return tuple(asking_steps(bench.config, asked))


def _guard_asking(bench: Bench, draft: StartDraft) -> tuple[Problem, ...]:
    if bench.forge is None:
        failed = "There is no forge that could be asked for a pull request."
        return (Problem(failed=failed, todo="Look with `release-tools doctor`, or leave --request out."),)
    if draft.commit == draft.base:
        failed = f"{draft.branch} would begin without a commit of its own, and a forge takes no empty pull request."
        return (Problem(failed=failed, todo="Leave --request out; the finish opens it."),)
    return ()
