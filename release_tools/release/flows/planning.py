"""The table of flows: which module plans what a person intends, at first and when a run is planned further.

Each of these modules has one `propose`; it is imported when its flow is asked for and not before.
"""

from importlib import import_module
from typing import Protocol

from release_tools.engine.runs import Intent, Run
from release_tools.release.flows.looking import looking
from release_tools.release.flows.session import Proposal, Session

FLOWS = {
    "start-release": "starts",
    "start-upgrade": "starts",
    "start-feature": "topic_starts",
    "start-fix": "topic_starts",
    "start-hotfix": "topic_starts",
    "finish-release": "finishes",
    "finish-upgrade": "finishes",
    "finish-hotfix": "hotfixes",
    "finish-feature": "topic_finishes",
    "finish-fix": "topic_finishes",
    "update-branch": "updates",
    "back-merge": "back_merges",
    "bump": "bumps",
    "tag": "tags",
    "protect": "protections",
}
"""The module of this package for each flow that an intent may name."""


class Planner(Protocol):
    """What a module of a flow has to offer."""

    def propose(self, session: Session, intent: Intent, run: Run | None, /) -> Proposal:
        """Propose what the intent asks for; `run` is the unfinished run that is planned further."""
        ...


def propose(session: Session, intent: Intent, run: Run | None = None) -> Proposal:
    """Propose what an intent asks for, in the state in which things are now."""
    planner: Planner = import_module(f"release_tools.release.flows.{FLOWS[str(intent['flow'])]}")
    with looking():
        return planner.propose(session, intent, run)


def kind_of(intent: Intent) -> str:
    """Return the kind of branch that a flow starts or finishes, by the flow's name."""
    return str(intent["flow"]).partition("-")[2]
