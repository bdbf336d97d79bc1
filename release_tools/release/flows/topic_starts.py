"""Starting a feature, a fix or a hotfix: from the name that a person typed to a plan.

Branches that are named after a version are started in `starts`.
"""

from release_tools.engine.runs import Intent, Run
from release_tools.release.flows.looking import in_the_way, observed
from release_tools.release.flows.planning import kind_of
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.guards import refuse
from release_tools.release.topic_start import base_of, guard_topic_start, plan_topic_start, start_of
from release_tools.release.topics import name_topic


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose to start the topic that the intent names; what will be tagged is published, so that others see it."""
    bench = session.bench
    topic = name_topic(bench.config, kind_of(intent), str(intent["name"]))
    state = observed(bench)
    refuse(guard_topic_start(state, topic))
    tip = start_of(base_of(state, topic))
    refuse(in_the_way(bench, state, {state.top: (state.head, tip)}))
    plan = plan_topic_start(
        state,
        topic,
        session.draft_directory / "objects",
        absent=bool(session.reader.missing((tip,))),
        published=topic.row.tags or bool(intent.get("push")),
    )
    return Proposal(intent={**intent, "name": topic.name}, plan=plan, result=topic.name)
