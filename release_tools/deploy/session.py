"""A session: what one deploy command works with in one environment, put together by the composition root.

It holds values and ports only; what is done with them stands in the flows.
"""

from collections.abc import Callable
from datetime import datetime

from release_tools.config.deploy import Deploy
from release_tools.config.model import Config
from release_tools.deploy.world import World
from release_tools.domain.deploy.backup import Generations
from release_tools.domain.deploy.database import DatabaseFacts
from release_tools.engine.runs import Run, Runs
from release_tools.ports import GitReader
from release_tools.ports.migrator import MigrationLinter
from release_tools.record import record


@record
class DeploySession:
    """One deploy command at work in one environment; the environment's lock is held unless nothing will be written."""

    environment: str
    config: Config
    runs: Runs
    run_id: str
    reader: GitReader
    tables_at: Callable[[str], Deploy]
    """From a commit to the deploy tables in its tree."""
    make_world: Callable[[str, Callable[[], bool], Run | None], World]
    """From the id of a run, a stop request and the run, if it is on record, to the ports that act for it."""
    linter: Callable[[str, DatabaseFacts], MigrationLinter | None]
    """From a released tree and its database to what lints the migrations; None: nothing is known that could."""
    committed_elsewhere: Callable[[str, str], str | None]
    """From an environment and a version to the content that it committed last as that version."""
    generations: Generations
    now: Callable[[], datetime]
    actor: str
    """Who asked for this, for the record."""

    def world(self, run: Run | None = None, stopping: Callable[[], bool] = lambda: False) -> World:
        """Return the ports that act for a run, by default for the one that this command may begin."""
        return self.make_world(run.id if run else self.run_id, stopping, run)
