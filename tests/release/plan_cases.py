"""The cases of the golden plans: name, and how planning is called with which state and draft.

The expected texts stand in `golden/`, one file a case.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from states import DEVELOP, MAIN, RELEASE, RELEASED, branch, sha, state_of, tag

from release_tools.domain.version import parse_version
from release_tools.engine.plan import Plan
from release_tools.release.edges import Conflict, Edge
from release_tools.release.finish import FinishDraft
from release_tools.release.publishing import Publication, plan_finish
from release_tools.release.resolving import plan_resolving
from release_tools.release.start import StartDraft, plan_start
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.tagging import TagDraft, plan_tag

OBJECTS = Path("/state/runs/run-1/draft/objects")
V = parse_version("1.1.0")
MERGED_MAIN, MERGED_DEVELOP, TAG = sha("main2"), sha("dev2"), sha("tag-v1.1.0")


def edge(one: BranchState, new: str) -> Edge:
    """Return the edge from a branch at its authority to a new commit."""
    return Edge(branch=one, old=one.remote or one.local, new=new)


def finish(state: RepositoryState, *, new: dict[str, str] | None = None, worktrees: tuple[str, ...] = ()) -> Plan:
    """Plan a finish that merges into main and develop; `new` are other ends of branches."""
    ends = {"main": MERGED_MAIN, "develop": MERGED_DEVELOP} | (new or {})
    edges = tuple(edge(one, ends[one.name]) for one in (state.main, state.develop) if one)
    draft = FinishDraft(version=V, tag="v1.1.0", target=ends["main"], tag_object=TAG, edges=edges)
    publication = Publication(
        title="finish release 1.1.0", again="release-tools finish-release 1.1.0", worktrees=worktrees
    )
    return plan_finish(state, draft, OBJECTS, publication)


def start(state: RepositoryState, *, commit: str = "rel1", changed: tuple[str, ...] = ("a", "b")) -> Plan:
    """Plan the start of a release branch."""
    draft = StartDraft(version=V, branch=RELEASE, base=state.base.tip, commit=sha(commit), changed=changed)
    return plan_start(state, draft, OBJECTS)


def candidate(state: RepositoryState, on: BranchState) -> Plan:
    """Plan the tag of a candidate on a branch."""
    draft = TagDraft(name="v1.1.0-rc.1", object=sha("tag-rc.1"), commit=on.tip, branch=on)
    return plan_tag(state, draft, OBJECTS)


def resolving() -> Plan:
    """Plan the worktree of a merge with conflicts."""
    conflict = Conflict(
        branch="main",
        ours=sha("main1"),
        theirs=sha("rel1"),
        message=f"Merge branch '{RELEASE}'",
        paths=("a", "b c"),
    )
    return plan_resolving("finish release 1.1.0", conflict, Path("/state/runs/run-1"), then="tag v1.1.0 on main")


def local(one: BranchState) -> BranchState:
    """Return a branch of a repository without a remote."""
    return replace(one, remote="")


ALONE: dict[str, Any] = {"main": local(MAIN), "develop": local(DEVELOP), "remote": None}
ON_RELEASE: dict[str, Any] = {"topic": RELEASED, "on": RELEASE}
FINAL = tag("v1.1.0", "main2")
MADE_HERE = branch("main", "main2", "main1", ahead=3)

CASES: dict[str, Callable[[], Plan]] = {
    "start": lambda: start(state_of()),
    "start-from-elsewhere": lambda: start(state_of(on="feature/x")),
    "start-without-remote": lambda: start(state_of(**ALONE)),
    "start-on-a-trunk": lambda: start(state_of(develop=None, on="main")),
    "start-without-a-file-to-change": lambda: start(state_of(), commit="dev1", changed=()),
    "start-beside-others": lambda: start(state_of(open_versions={"1.0.1": "hotfix/v1.0.1", "1.1.0": RELEASE})),
    "start-without-mirrors": lambda: start(state_of(mirrored=False)),
    "start-from-the-remotes-develop": lambda: start(state_of(develop=branch("develop", "", "dev1"), on="main")),
    "finish": lambda: finish(state_of(**ON_RELEASE)),
    "finish-without-remote": lambda: finish(state_of(topic=local(RELEASED), on=RELEASE, **ALONE)),
    "finish-on-a-trunk": lambda: finish(state_of(develop=None, **ON_RELEASE)),
    "finish-from-develop": lambda: finish(state_of(topic=RELEASED)),
    "finish-from-main": lambda: finish(state_of(topic=RELEASED, on="main")),
    "finish-with-the-release-elsewhere": lambda: finish(
        state_of(topic=RELEASED, on="develop", elsewhere={"/linked": RELEASE})
    ),
    "finish-with-main-elsewhere": lambda: finish(state_of(elsewhere={"/linked": "main"}, **ON_RELEASE)),
    "finish-with-develop-elsewhere": lambda: finish(state_of(elsewhere={"/linked": "develop"}, **ON_RELEASE)),
    "finish-tagged-here-only": lambda: finish(
        state_of(main=MADE_HERE, develop=branch("develop", "dev2", "dev1", ahead=4), here_tags=(FINAL,), **ON_RELEASE)
    ),
    "finish-tagged-there-only": lambda: finish(
        state_of(main=branch("main", "main1", "main2", behind=3), there_tags=(FINAL,), **ON_RELEASE)
    ),
    "finish-merged-into-main-here": lambda: finish(state_of(main=MADE_HERE, **ON_RELEASE)),
    "finish-with-develop-done": lambda: finish(state_of(**ON_RELEASE), new={"develop": sha("dev1")}),
    "finish-in-a-fresh-clone": lambda: finish(
        state_of(main=branch("main", "", "main1"), develop=branch("develop", "", "dev1"), **ON_RELEASE)
    ),
    "finish-in-a-clone-on-main": lambda: finish(
        state_of(develop=branch("develop", "", "dev1"), topic=branch(RELEASE, "", "rel1"), on="main")
    ),
    "finish-with-the-branch-gone": lambda: finish(
        state_of(main=branch("main", "main2", "main2"), topic=branch(RELEASE), on="main")
    ),
    "finish-with-main-behind": lambda: finish(state_of(main=branch("main", "main0", "main1", behind=2), **ON_RELEASE)),
    "finish-published-here-left": lambda: finish(
        state_of(
            main=branch("main", "main1", "main2", behind=3),
            develop=branch("develop", "dev1", "dev2", behind=4),
            there_tags=(FINAL,),
            **ON_RELEASE,
        )
    ),
    "finish-only-the-branch-left": lambda: finish(
        state_of(
            main=branch("main", "main2", "main2"),
            develop=branch("develop", "dev2", "dev2"),
            here_tags=(FINAL,),
            there_tags=(FINAL,),
            **ON_RELEASE,
        )
    ),
    "finish-nothing-left": lambda: finish(
        state_of(
            main=branch("main", "main2", "main2"),
            develop=branch("develop", "dev2", "dev2"),
            here_tags=(FINAL,),
            there_tags=(FINAL,),
        )
    ),
    "finish-without-mirrors": lambda: finish(state_of(mirrored=False, **ON_RELEASE)),
    "finish-after-a-resolved-conflict": lambda: finish(
        state_of(**ON_RELEASE), worktrees=("/state/runs/run-1/merge-main-main1",)
    ),
    "tag-a-candidate": lambda: candidate(state_of(**ON_RELEASE), RELEASED),
    "tag-without-remote": lambda: candidate(state_of(**ALONE), local(MAIN)),
    "resolve-a-conflict": resolving,
}
