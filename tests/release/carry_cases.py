"""The cases of the golden plans beyond a plain release: hotfixes, upgrades, protected branches, back-merges, starts.

The expected texts stand in `golden/`, one file a case.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from states import DEVELOP, MAIN, branch, sha, state_of, tag

from release_tools.config.model import Config
from release_tools.domain.version import parse_version
from release_tools.engine.plan import Plan
from release_tools.release.edges import Edge
from release_tools.release.finish import FinishDraft
from release_tools.release.moving_tags import moving_tags
from release_tools.release.publishing import Publication, plan_finish
from release_tools.release.requests import Request
from release_tools.release.state import BranchState, RepositoryState
from release_tools.release.topic_start import base_of, plan_topic_start, start_of
from release_tools.release.topics import name_topic

OBJECTS = Path("/state/runs/run-1/draft/objects")
V = parse_version("1.0.1")
TAGGED = sha("tag-v1.0.1")
HOTFIX = "hotfix/login"
FIXED = branch(HOTFIX, "fix1", "fix1")
OPEN = (branch("release/v1.1.0", "rel1", "rel1"), branch("release/v2.0.0", "", "next1"))
ON_HOTFIX: dict[str, Any] = {"topic": FIXED, "on": HOTFIX, "open_versions": {}}
PROTECTED = ("main", "develop")
BOTH: dict[str, Any] = ON_HOTFIX | {"protected": PROTECTED}
FINAL = tag("v1.0.1", "main2")
CARRIER = branch("back-merge/v1.0.1-into-develop", "", "carry1")
MERGED = branch("main", "main1", "main2", behind=2)
ENDS = {"main": "main2", "release/v1.1.0": "rel2", "release/v2.0.0": "next2", "develop": "dev2"}


def edge(one: BranchState, new: str = "") -> Edge:
    """Return the edge from a branch at its authority to its end; an edge that is done ends where it began."""
    old = one.remote or one.local
    return Edge(branch=one, old=old, new=sha(new or ENDS[one.name]))


def publication(command: str = f"finish-hotfix {HOTFIX}", **changes: Any) -> Publication:
    """Return what the plan of a finish says."""
    return Publication(title=command, again=f"release-tools {command}", **changes)


def carried(state: RepositoryState, *, done: tuple[str, ...] = (), said: Publication | None = None) -> Plan:
    """Plan a finish that is carried to all branches of the state; those that are `done` stay where they are."""
    branches = (state.main, *state.releases, *((state.develop,) if state.develop else ()))
    edges = tuple(Edge(branch=b, old=b.remote, new=b.remote) if b.name in done else edge(b) for b in branches)
    draft = FinishDraft(version=V, tag="v1.0.1", target=edges[0].new, tag_object=TAGGED, edges=edges)
    return plan_finish(state, draft, OBJECTS, said or publication())


def requested(state: RepositoryState, head: str = "fix2") -> Plan:
    """Plan to wait until main has merged the topic, whose last commit is `head`."""
    topic = state.topic
    assert topic is not None
    request = Request(head=Edge(branch=topic, old=topic.remote, new=sha(head)), base="main")
    draft = FinishDraft(version=V, tag="v1.0.1", requests=(request,))
    return plan_finish(state, draft, OBJECTS, publication())


def carrier(state: RepositoryState, one: BranchState) -> Plan:
    """Plan to tag main, move the open releases, and wait until develop has merged the branch that carries the tag."""
    moved = (state.main, *state.releases)
    done = state.is_protected("main")
    edges = tuple(Edge(branch=b, old=b.remote, new=b.remote) if done and b == state.main else edge(b) for b in moved)
    request = Request(head=Edge(branch=one, old=one.remote, new=sha("carry1")), base="develop")
    draft = FinishDraft(
        version=V, tag="v1.0.1", target=sha("main2"), tag_object=TAGGED, edges=edges, requests=(request,)
    )
    return plan_finish(state, draft, OBJECTS, publication())


def back_merge(state: RepositoryState) -> Plan:
    """Plan to carry a tag that exists to the open releases and develop."""
    branches = (*state.releases, *((state.develop,) if state.develop else ()))
    edges = tuple(edge(one) for one in branches)
    draft = FinishDraft(version=V, tag="v1.0.1", target=sha("main2"), tag_object=TAGGED, edges=edges)
    return plan_finish(state, draft, OBJECTS, publication("back-merge"))


def upgrade() -> Plan:
    """Plan the finish of an upgrade, which is a release by another name."""
    state = state_of(topic=branch("upgrade/v1.0.1", "up1", "up1"), on="upgrade/v1.0.1")
    return carried(state, said=publication("finish-upgrade 1.0.1", remarks=("a remark",)))


def following(*existing: str) -> Plan:
    """Plan a finish that moving tags follow; some of them `existing` already."""
    config = Config()
    config = replace(config, version=replace(config.version, moving_tags=("major", "minor")))
    tags = tuple(tag(name, "main1") for name in existing)
    state = state_of(there_tags=tags, here_tags=tags, **ON_HOTFIX)
    return carried(state, said=publication(moving_tags=moving_tags(config, state, V, sha("main2"))))


def start(kind: str, state: RepositoryState, *, absent: bool = False, published: bool = False) -> Plan:
    """Plan the start of a topic without a version."""
    topic = name_topic(Config(), kind, "login")
    assert start_of(base_of(state, topic))
    return plan_topic_start(state, topic, OBJECTS, absent=absent, published=published)


ALONE: dict[str, Any] = {"main": replace(MAIN, remote=""), "develop": replace(DEVELOP, remote=""), "remote": None}
DONE: dict[str, Any] = {"main": branch("main", "main2", "main2"), "here_tags": (FINAL,), "there_tags": (FINAL,)}
BEHIND = branch("develop", "dev0", "dev1", behind=2)

CARRY_CASES: dict[str, Callable[[], Plan]] = {
    "hotfix-with-open-releases": lambda: carried(state_of(releases=OPEN, **ON_HOTFIX)),
    "hotfix-with-one-release-done": lambda: carried(state_of(releases=OPEN, **ON_HOTFIX), done=("release/v1.1.0",)),
    "hotfix-tagged-already": lambda: carried(state_of(releases=OPEN, **(ON_HOTFIX | DONE)), done=("main",)),
    "hotfix-with-a-release-checked-out-elsewhere": lambda: carried(
        state_of(releases=OPEN, elsewhere={"/linked": "release/v1.1.0"}, **ON_HOTFIX)
    ),
    "hotfix-without-remote": lambda: carried(
        state_of(topic=replace(FIXED, remote=""), on=HOTFIX, open_versions={}, **ALONE)
    ),
    "hotfix-to-a-protected-main": lambda: requested(state_of(releases=OPEN, protected=("main",), **ON_HOTFIX)),
    "hotfix-to-a-protected-main-never-pushed": lambda: requested(
        state_of(topic=branch(HOTFIX, "fix1"), on=HOTFIX, open_versions={}, protected=PROTECTED)
    ),
    "hotfix-to-a-protected-main-pushed-already": lambda: requested(state_of(**BOTH), "fix1"),
    "hotfix-to-a-protected-develop": lambda: carrier(
        state_of(releases=OPEN, protected=("develop",), **ON_HOTFIX), branch(CARRIER.name)
    ),
    "hotfix-merged-by-hand-to-a-protected-develop": lambda: carrier(
        state_of(main=MERGED, **BOTH), branch(CARRIER.name)
    ),
    "hotfix-carrier-pushed-already": lambda: carrier(
        state_of(main=replace(MERGED, local=sha("main2"), behind=0), here_tags=(FINAL,), there_tags=(FINAL,), **BOTH),
        CARRIER,
    ),
    "hotfix-merged-everywhere-by-hand": lambda: carried(
        state_of(develop=branch("develop", "dev1", "dev2", behind=2), **(BOTH | DONE)),
        done=("main", "develop"),
        said=publication(leftovers=(CARRIER,)),
    ),
    "upgrade": upgrade,
    "back-merge": lambda: back_merge(state_of(releases=OPEN, **DONE)),
    "back-merge-on-develop-that-is-behind": lambda: back_merge(state_of(develop=BEHIND, on="develop", **DONE)),
    "moving-tags-are-new": following,
    "moving-tags-are-moved": lambda: following("v1", "v1.0", "v1.0.0"),
    "moving-tags-stay-behind-a-newer-release": lambda: following("v1", "v1.0", "v1.1.0"),
    "start-hotfix": lambda: start("hotfix", state_of(), published=True),
    "start-hotfix-from-a-main-that-is-behind": lambda: start(
        "hotfix", state_of(main=MERGED, on="main"), absent=True, published=True
    ),
    "start-hotfix-without-remote": lambda: start("hotfix", state_of(**ALONE), published=True),
    "start-hotfix-without-mirrors": lambda: start("hotfix", state_of(mirrored=False), published=True),
    "start-feature": lambda: start("feature", state_of()),
    "start-feature-published": lambda: start("feature", state_of(), published=True),
    "start-feature-from-a-develop-that-is-behind": lambda: start("feature", state_of(develop=BEHIND)),
    "start-feature-from-what-only-the-remote-has": lambda: start("feature", state_of(develop=BEHIND), absent=True),
    "start-fix-on-a-trunk": lambda: start("fix", state_of(develop=None, on="main")),
}
