"""Approval: a run that is prepared may wait until a person says yes to exactly the plan that they saw.

Whether a run asks for it stands in its intent.
"""

from release_tools.deploy.flows.stages import Story
from release_tools.deploy.session import DeploySession
from release_tools.engine.plan import plan_hash
from release_tools.engine.runs import Run
from release_tools.errors import HumanNeeded

APPROVAL = 12
"""How many digits of a plan's hash a person repeats to approve it."""

HELD = "approval"
"""The key of an intent that asks for a hold between the two plans."""


def hold(session: DeploySession, story: Story) -> None:
    """Raise `HumanNeeded` where the current plan is to be approved and nobody has done so."""
    digest = plan_hash(story.run.plan())
    if story.run.intent.get(HELD) and story.evidence.approved != digest:
        raise HumanNeeded(
            f"{story.identity.version} is prepared and waits for approval.",
            state="Production is untouched.",
            todo=f"Type `release-tools continue --env {session.environment} --approve "
            f"{digest[:APPROVAL]}`, or `abort`.",
        )


def approve(run: Run, digits: str) -> None:
    """Write down that a person approves going on from the plan with these digits; `HumanNeeded` for another plan."""
    digest = plan_hash(run.plan())
    if not digits or not digest.startswith(digits):
        raise HumanNeeded(
            f"{digits or 'No digits'} is not the plan that waits for approval, {digest[:APPROVAL]}.",
            state="Nothing was changed.",
            todo="Look at it with `release-tools status`, then approve it by its own digits.",
        )
    run.note({"approved": digest})
