"""An intent made complete: with the branch that a person means, also where it was left out or typed in short.

Runs are told apart by this: features wait for their pull requests side by side. What a flow does is planned elsewhere.
"""

from release_tools.engine.runs import Intent
from release_tools.release.flows.session import Session
from release_tools.release.topics import find_topic, name_topic


def complete_intent(session: Session, intent: Intent) -> Intent:
    """Return the intent with the whole name of its branch, else the branch that is checked out where that fits."""
    flow = str(intent["flow"])
    verb, _, kind = flow.partition("-")
    if kind in session.config.flow and intent.get("name"):
        return {**intent, "name": name_topic(session.config, kind, str(intent["name"])).name}
    head = session.reader.head()
    if flow == "update-branch" and head:
        return {**intent, "branch": head}
    topic = find_topic(session.config, head)
    if verb != "finish" or topic is None or topic.kind != kind or intent.get("version"):
        return intent
    return {**intent, **({"version": str(topic.version)} if topic.version else {"name": topic.name})}
