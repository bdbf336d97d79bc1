"""Back-merging: the newest release on main into develop and the open releases, where its tag is not contained yet.

How the merges are drafted and planned is the business of finishes; nothing is released here.
"""

from release_tools.domain.refs import TAGS
from release_tools.engine.runs import Intent, Run
from release_tools.release.finish import FinishDraft, draft_carries
from release_tools.release.flows.finishing import Finishing, propose_draft
from release_tools.release.flows.looking import nothing, observed
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import Problem, refuse
from release_tools.release.resolving import candidates
from release_tools.release.section import version_tags
from release_tools.release.state import BranchState, RepositoryState


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose to merge main's newest release tag into every branch that lacks it, or into the one named."""
    bench = session.bench
    state = observed(bench, carrying=True, by_head=False)
    branches = _chosen(state, str(intent.get("branch") or ""))
    main = state.main.remote or state.main.local
    absent = set(bench.reader.missing(tuple(version_tags(state, bench.config.version.tag_prefix).values())))
    tags = {
        version: commit
        for version, commit in version_tags(state, bench.config.version.tag_prefix).items()
        if version.is_final and commit not in absent and bench.reader.is_ancestor(commit, main)
    }
    if not tags:
        return nothing(intent, f"nothing to merge back: {state.main.name} has no release tag")
    version = max(tags)
    tag = state.tags[version.tag_name(bench.config.version.tag_prefix)]
    if bench.reader.missing((tag.object,)):
        bench.draft.fetch(state.remote or "", (TAGS + tag.name,))
    begun = FinishDraft(version=version, tag=tag.name, target=tag.commit, tag_object=tag.object)
    draft = draft_carries(bench, state, begun, branches, resolved=candidates(bench.reader, state, run))
    names = " and ".join(branch.name for branch in branches)
    finishing = Finishing(
        intent=intent,
        title=f"merge {tag.name} back into {names}",
        again="release-tools back-merge",
        nothing=f"nothing to do: {names} contain{'s' if len(branches) == 1 else ''} {tag.name}",
        run=run,
        shows=False,
    )
    return propose_draft(session, bench, state, draft, finishing)


def _chosen(state: RepositoryState, name: str) -> tuple[BranchState, ...]:
    """Return the branches that tags are carried to, or the one of them that a person named."""
    known = tuple(branch for branch in (*state.releases, state.develop) if branch)
    chosen = tuple(branch for branch in known if name in ("", branch.name))
    if chosen:
        return chosen
    failed = (
        f"{name} is no branch that releases are merged back to." if name else "There is no develop to merge back to."
    )
    options = ", ".join(branch.name for branch in known) or "none: this repository works on a trunk"
    refuse((Problem(failed=failed, todo=f"The branches are: {options}."),))
    return ()
