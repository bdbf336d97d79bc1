"""Landing: where a person stands after the release, and what the plan must have brought along for it."""

import pytest
from plan_cases import CASES, finish
from states import RELEASE, RELEASED, branch, state_of

from release_tools.engine.plan import Plan
from release_tools.release.state import RepositoryState
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.refs import UpdateRefs
from release_tools.release.steps.worktrees import SwitchBranch


def landed(plan: Plan) -> list[str]:
    """Return the branches that a plan switches to."""
    return [step.branch for step in plan.steps if isinstance(step, SwitchBranch)]


@pytest.mark.parametrize(
    ("state", "on"),
    [
        (state_of(topic=RELEASED, on=RELEASE), ["develop"]),
        (state_of(topic=RELEASED, on=RELEASE, develop=None), ["main"]),
        (state_of(topic=RELEASED, on=RELEASE, elsewhere={"/linked": "develop"}), ["main"]),
        (state_of(topic=RELEASED, on=RELEASE, develop=branch("develop", "", "dev1")), ["main"]),
        (state_of(topic=RELEASED, on="feature/x"), []),
        (state_of(topic=RELEASED, on="main"), []),
    ],
    ids=["develop", "trunk", "develop is elsewhere", "only main is here", "on another branch", "on main"],
)
def test_a_person_lands_on_a_branch_that_is_free(state: RepositoryState, on: list[str]) -> None:
    """On develop, else on main; whoever stands elsewhere is left there."""
    assert landed(finish(state)) == on


@pytest.mark.parametrize(
    "state",
    [
        state_of(topic=RELEASED, on=RELEASE, elsewhere={"/one": "develop", "/two": "main"}),
        state_of(topic=RELEASED, on=RELEASE, develop=None, elsewhere={"/two": "main"}),
        state_of(topic=RELEASED, on=RELEASE, main=branch("main", "", "main1"), elsewhere={"/one": "develop"}),
    ],
    ids=["both elsewhere", "trunk elsewhere", "develop elsewhere and main not here"],
)
def test_no_plan_switches_to_a_branch_that_is_checked_out_elsewhere(state: RepositoryState) -> None:
    """Git refuses that, and by then the release is published."""
    taken = {tree.branch for tree in state.worktrees if tree.path != state.top}
    assert not taken & set(landed(finish(state)))


@pytest.mark.parametrize("case", ["finish", "finish-in-a-fresh-clone", "finish-without-remote", "finish-from-main"])
def test_what_refs_will_name_here_is_adopted_first(case: str) -> None:
    """Each object that a local ref is moved to is a tip of the objects taken in, unless a ref has it already."""
    steps = CASES[case]().steps
    tips = {tip for step in steps if isinstance(step, AdoptObjects) for tip in step.tips}
    named = {update.new for step in steps if isinstance(step, UpdateRefs) for update in step.updates if update.new}
    assert named <= tips
