"""Bumping: from a version or a level that a person typed to a plan for the current branch.

How the commit is made stands in `release.bump`.
"""

from release_tools.domain.version import LEVELS, Version, parse_tag, parse_version, raise_level
from release_tools.engine.runs import Intent, Run
from release_tools.release.bench import Bench
from release_tools.release.bump import draft_bump, guard_bump, guard_renumber, plan_bump
from release_tools.release.flows.looking import in_the_way, nothing, observed
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import Problem, guard_attached, guard_current, refuse
from release_tools.release.observe import branch_state
from release_tools.release.topics import find_topic, name_topic
from release_tools.release.version_tree import agreed_version
from release_tools.release.versioning import guard_final


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose to set a version on the current branch; a release branch is renumbered by that."""
    bench = session.bench
    head = bench.reader.head() or ""
    state = observed(bench, branch=head)
    topic = find_topic(bench.config, head)
    refuse((*guard_attached(state), *guard_bump(state, topic, bench.config.branches.direct)))
    branch = branch_state(bench.reader, state.here, state.there, head)
    refuse(guard_current(state, branch) if branch.behind else ())
    version = _wanted(bench, branch.tip, str(intent["version"]))
    old = topic.version if topic else None
    name = name_topic(bench.config, topic.kind, str(version)).name if topic and old else head
    if topic and old and old != version:
        tag = version.tag_name(bench.config.version.tag_prefix)
        refuse((*guard_final(version), *guard_renumber(state, branch, version, name, tag)))
    draft = draft_bump(bench, state, branch, version, old=old, name=name)
    refuse(in_the_way(bench, state, {state.top: (branch.tip, draft.commit)}))
    plan = plan_bump(state, draft, session.draft_directory / "objects")
    if not plan.steps:
        return nothing(intent, f"nothing to do: the files of {head} name {version} already")
    drafted = (draft.commit,) if draft.changed else ()
    return Proposal(intent={**intent, "version": str(version)}, plan=plan, drafted=drafted, result=str(version))


def _wanted(bench: Bench, tip: str, text: str) -> Version:
    """Return the version that was typed, or the files' own raised by the level that was."""
    if text not in LEVELS:
        return parse_version(text)
    version = parse_tag((agreed_version(bench, tip) or "").removeprefix("v"), "")
    if version is None:
        problem = Problem(failed="No version file names a version to raise.", todo="Type `release-tools bump VERSION`.")
        refuse((problem,))
    assert version is not None
    return next(raise_level(version, level) for level in LEVELS if level == text)
