"""The cases of the golden plans of features and fixes: finished, asked for, updated.

The expected texts stand in `golden/`, one file a case.
"""

from collections.abc import Callable
from typing import Any

from plan_cases import ALONE, OBJECTS, edge, local
from states import branch, sha, state_of

from release_tools.domain.history.commit import parse_commit
from release_tools.engine.plan import Plan
from release_tools.release.edges import Edge
from release_tools.release.joining import Joining, render_words
from release_tools.release.state import RepositoryState
from release_tools.release.topic_finish import plan_topic_finish
from release_tools.release.topic_request import plan_topic_request
from release_tools.release.update import Update, plan_update

FEATURE = "feature/login"
HERE = branch(FEATURE, "feat2")
PUBLISHED = branch(FEATURE, "feat2", "feat2")
AHEAD = branch(FEATURE, "feat2", "feat1", ahead=1)
BEHIND = branch("develop", "dev0", "dev1", behind=1)
COMMITS = (
    parse_commit(sha("feat2"), (sha("feat1"),), b"feat: log in\n"),
    parse_commit(sha("feat1"), (sha("dev1"),), b"fix: mend the door\n"),
)
ON_FEATURE: dict[str, Any] = {"topic": PUBLISHED, "on": FEATURE}
MIRRORED = {"remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*"}


def joining(method: str = "squash") -> Joining:
    """Return how the feature joins develop."""
    return Joining(topic=FEATURE, tip=sha("feat2"), target="develop", onto=sha("dev1"), method=method, commits=COMMITS)


def finish(state: RepositoryState, new: str = "dev2", *, method: str = "squash") -> Plan:
    """Plan the finish of the feature."""
    target = state.develop or state.main
    title = f"finish {FEATURE} into {target.name}"
    remarks = (render_words(joining(method)),)
    return plan_topic_finish(state, edge(target, sha(new)), OBJECTS, title=title, remarks=remarks)


def delete(state: RepositoryState) -> Plan:
    """Plan the deletion of a feature that develop has."""
    target = state.develop or state.main
    remarks = (f"{target.name} has all of it already",)
    return plan_topic_finish(state, edge(target, target.remote), OBJECTS, title=f"delete {FEATURE}", remarks=remarks)


def request(state: RepositoryState, method: str = "squash") -> Plan:
    """Plan to wait for the pull request of the feature."""
    again = f"release-tools finish-feature {FEATURE}"
    return plan_topic_request(state, joining(method), title=f"finish {FEATURE}", again=again)


def update(state: RepositoryState, new: str = "feat3", *, worktrees: tuple[str, ...] = ()) -> Plan:
    """Plan the update of the feature."""
    topic = state.topic
    assert topic is not None
    draft = Update(edge=Edge(branch=topic, old=topic.local, new=sha(new)), base="develop", remarks=("a remark",))
    return plan_update(state, draft, OBJECTS, worktrees=worktrees)


TOPIC_CASES: dict[str, Callable[[], Plan]] = {
    "feature": lambda: finish(state_of(topic=HERE, on=FEATURE)),
    "feature-published": lambda: finish(state_of(**ON_FEATURE)),
    "feature-by-merge": lambda: finish(state_of(**ON_FEATURE), method="merge"),
    "feature-by-rebase": lambda: finish(state_of(**ON_FEATURE), "feat2", method="rebase"),
    "feature-without-remote": lambda: finish(state_of(topic=local(HERE), on=FEATURE, **ALONE)),
    "feature-on-a-trunk": lambda: finish(state_of(develop=None, **ON_FEATURE)),
    "feature-from-develop": lambda: finish(state_of(topic=PUBLISHED)),
    "feature-from-develop-that-is-behind": lambda: finish(state_of(topic=PUBLISHED, develop=BEHIND)),
    "feature-in-a-fresh-clone": lambda: finish(
        state_of(topic=branch(FEATURE, "", "feat2"), develop=branch("develop", "", "dev1"), on="main")
    ),
    "feature-checked-out-elsewhere": lambda: finish(state_of(topic=PUBLISHED, elsewhere={"/linked": FEATURE})),
    "feature-with-develop-elsewhere": lambda: finish(state_of(elsewhere={"/linked": "develop"}, **ON_FEATURE)),
    "feature-without-mirrors": lambda: finish(state_of(mirrored=False, **ON_FEATURE)),
    "feature-that-develop-has": lambda: delete(state_of(develop=BEHIND, **ON_FEATURE)),
    "feature-that-develop-has-and-the-remote-deleted": lambda: delete(state_of(topic=HERE, on=FEATURE)),
    "feature-to-a-protected-develop": lambda: request(state_of(topic=HERE, on=FEATURE, settings=MIRRORED)),
    "feature-to-a-protected-develop-pushed-in-part": lambda: request(state_of(topic=AHEAD, on=FEATURE), "merge"),
    "feature-to-a-protected-develop-pushed-already": lambda: request(state_of(**ON_FEATURE), "rebase"),
    "update": lambda: update(state_of(topic=HERE, on=FEATURE)),
    "update-published": lambda: update(state_of(topic=AHEAD, on=FEATURE)),
    "update-without-remote": lambda: update(state_of(topic=local(HERE), on=FEATURE, **ALONE)),
    "update-after-a-resolved-conflict": lambda: update(state_of(**ON_FEATURE), worktrees=("/state/merge",)),
    "update-resolved-on-the-branch": lambda: update(
        state_of(topic=AHEAD, on=FEATURE), "feat2", worktrees=("/state/merge",)
    ),
    "update-nothing-left": lambda: update(state_of(topic=AHEAD, on=FEATURE), "feat2"),
}
