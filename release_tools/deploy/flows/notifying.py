"""Notifying: whoever an environment names is told when a run begins, waits for a person, and ends.

They are told and never asked for leave: whatever goes wrong with it is said, tried again later, and harms no deploy.
"""

from collections.abc import Callable, Mapping

from release_tools.deploy.blueprint import version_of
from release_tools.deploy.flows.stages import Story, tell
from release_tools.deploy.world import World
from release_tools.domain.deploy.notice import Event, Notice, render_notice
from release_tools.engine.runs import Run
from release_tools.errors import HumanNeeded, OperatorNeeded, ReleaseToolsError
from release_tools.ports.notices import Letter, NoticeBox, Post
from release_tools.record import record

PATIENCE = 5.0
"""Seconds that a run waits for all receivers together, each time that it tells them something."""
GIVEN_UP = 7 * 24 * 3600.0
"""Seconds after which a notice is no news any more."""
TOLD_WHOLE = frozenset(("deploy", "rollback", "restore"))
"""The flows that are told from beginning to end; of the others only what goes wrong is."""
ENDED: Mapping[str, Event] = {
    "committed": "committed",
    "rolled_back": "rolled_back",
    "failed": "failed",
    "interrupted": "interrupted",
    "operator_stopped": "operator_stopped",
}
"""From the outcome of a run; others are no news."""


@record
class Herald:
    """Tells the receivers of one environment."""

    project: str = ""
    environment: str = ""
    receivers: tuple[str, ...] = ()
    box: NoticeBox | None = None
    """None where nobody is to be told."""
    post: Post | None = None
    say: Callable[[str], None] = lambda text: None

    def begin(self, story: Story, world: Callable[[], World]) -> None:
        """Tell of a run of which nothing is done yet; once it has begun, nobody waits for receivers while users do."""
        run = story.run
        if run.plan_number == 0 and not run.begun(run.plan()) and run.flow in TOLD_WHOLE:
            self._tell(story, world, "began")

    def halt(self, run: Run, world: Callable[[], World], error: ReleaseToolsError) -> None:
        """Tell that a run stands still with an error; one that has ended was told of before."""
        if run.closed:
            return
        operator = isinstance(error, OperatorNeeded)
        event: Event = "operator_needed" if operator else "waiting" if isinstance(error, HumanNeeded) else "stopped"
        # Once more where it stands still again, but not where it was looked at again in the same place.
        self._tell(tell(run), world, event, error.failed, place=f".{len(run.journal.entries)}")

    def end(self, story: Story, outcome: str, world: Callable[[], World]) -> None:
        """Tell how a run ends; call it before the run is closed, or a kill between the two would leave it untold."""
        event = ENDED.get(outcome)
        if event is None or (event != "failed" and story.run.flow not in TOLD_WHOLE):
            return
        watched = story.evidence.watched or {}
        why = story.evidence.failed or (str(watched.get("why", "")) if story.evidence.verdict == "inconclusive" else "")
        self._tell(story, world, event, why)

    def _tell(self, story: Story, world: Callable[[], World], event: Event, why: str = "", *, place: str = "") -> None:
        if not self.receivers:
            return
        try:
            self._send(self._notice(story, world(), event, why, place))
        except Exception as error:  # noqa: BLE001 - whatever happens to a notice, the deploy goes on
            words = str(error).partition("\n")[0]
            self.say(f"warning: nobody could be told of this run: {words}")

    def _notice(self, story: Story, world: World, event: Event, why: str, place: str) -> Notice:
        run = story.run
        return Notice(
            id=f"{run.id}.{event}{place}",
            event=event,
            project=self.project,
            environment=self.environment,
            flow=run.flow,
            version=story.identity.version,
            serving=version_of(world.releases.current()),
            run=run.id,
            commit=story.identity.commit,
            actor=str(run.intent.get("actor", "")),
            at=world.clock.now(),
            why=why,
        )

    def _send(self, notice: Notice) -> None:
        assert self.box is not None and self.post is not None
        for receiver in self.receivers:
            self.box.put(Letter(f"{notice.id}.{receiver}", receiver, render_notice(notice)))
        letters = self.box.waiting()
        answers = self.post.deliver([one for one in letters if one.receiver in self.receivers], PATIENCE)
        for letter in letters:
            why = answers.get(letter.name)
            if why:
                self.say(f"warning: {letter.receiver} was not told: {why}; the next run tries again")
            if why == "" or letter.receiver not in self.receivers or letter.age > GIVEN_UP:
                self.box.settle(letter.name)


SILENT = Herald()
"""Where nobody is to be told."""
