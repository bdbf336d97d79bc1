"""A notice of a deploy: what somebody outside is told when one begins, waits for a person, or ends.

How it gets there, and what happens when it does not, stands in `deploy.flows.notifying`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Literal

from release_tools.record import record

Event = Literal[
    "began",
    "waiting",
    "committed",
    "rolled_back",
    "failed",
    "interrupted",
    "operator_stopped",
    "operator_needed",
    "stopped",
]

_SENTENCES: Mapping[str, str] = {
    "began": "{what} began, {serving}",
    "waiting": "{what} waits for a person, {serving}",
    "committed": "{what} ended well, {serving}",
    "rolled_back": "{what} ended with the version before, {serving}",
    "failed": "{what} failed, {serving}",
    "interrupted": "{what} was stopped before it changed anything, {serving}",
    "operator_stopped": "{what} was not watched to the end, {serving}",
    "operator_needed": "{what} needs an operator, users may be kept out",
    "stopped": "{what} stopped in the middle and can be continued",
}
LONGEST = 500
"""Characters of a reason; the whole of it is in the journal."""


@record
class Notice:
    """What is told of a run; it holds no value of the environment file."""

    id: str
    """The same however often it is sent: whoever gets it twice may drop the second one."""
    event: Event
    project: str
    environment: str
    flow: str
    """`deploy`, `rollback`, `restore` or another command by its name."""
    version: str
    """Empty where the run is about none."""
    serving: str
    """The version that serves now; empty: none."""
    run: str
    commit: str
    actor: str
    at: str
    """ISO 8601, UTC."""
    why: str = ""

    def sentence(self) -> str:
        """Return the notice as a line for a chat."""
        what = f"{self.flow} of {self.version}" if self.version else self.flow
        told = _SENTENCES[self.event].format(what=what, serving=f"{self.serving or 'nothing'} serves")
        why = f": {shortened(self.why)}" if self.why else ""
        return f"{self.project} {self.environment}: {told}{why}"


def shortened(why: str) -> str:
    """Return the first line of a reason, of bounded length: what a service wrote below it is not for everybody."""
    line = why.partition("\n")[0].strip()
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def render_notice(notice: Notice) -> str:
    """Return a notice as a JSON object; `text` is what Slack, Mattermost and their like show."""
    fields = {**asdict(notice), "why": shortened(notice.why)}
    return json.dumps({"text": notice.sentence(), **fields}, ensure_ascii=False)
