"""What a deploy command works with: the environment's lock and runs, and the ports to its host, built when asked for.

Adapters of single releases (blueprints, migrators) are wired in `platforms`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.record import record
from release_tools.wiring.repository import open_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from release_tools.config.deploy import Deploy
    from release_tools.deploy.blueprint import Blueprint
    from release_tools.deploy.flows.announcing import Announcer
    from release_tools.deploy.flows.notifying import Herald
    from release_tools.deploy.session import DeploySession
    from release_tools.engine.lock import Held
    from release_tools.wiring.platforms import Platform

INHERITED = "RELEASE_TOOLS_HELD"


@record
class DeployPlace:
    """One environment on this machine, with its lock held or not, and a session in it."""

    repo: Path
    config_file: Path | None
    environment: str
    state: Path
    held: "Held"
    """Descriptors of the lock; -1 where it is not held."""
    session: "DeploySession"
    tables: "Deploy"
    """The deploy tables that name the platform."""
    receivers: "Mapping[str, str]"
    """Who is told of runs: a name, and the path of the file that holds its address."""

    def blueprint(self) -> "Blueprint":
        """Return the blueprint of what serves, else of what the repository's main says."""
        from release_tools.deploy.blueprint import draw

        world = self.session.world()
        current = world.releases.current()
        return world.blueprint(current) if current else draw(self.tables, world.host.environment())

    def secret_paths(self) -> "tuple[Path, ...]":
        """Return the files and directories that must be for their owner alone, as far as they are there."""
        from release_tools.deploy.observe import secret_paths

        return secret_paths(self.session.world(), self.tables)

    def announcer(self, say: "Callable[[str], None]") -> "Announcer":
        """Return what tells the remote's forge of this environment's deploys; `say` hears what it could not tell."""
        from release_tools.wiring.forges import announcer

        session = self.session
        return announcer(session.config, session.reader.settings(), os.environ, self.environment, say)

    def herald(self, say: "Callable[[str], None]") -> "Herald":
        """Return what tells those whom the host file names of its runs; `say` hears what could not be told."""
        from release_tools.adapters.notice_files import NoticeFiles
        from release_tools.adapters.webhooks import Webhooks
        from release_tools.deploy.flows.notifying import SILENT, Herald

        if not self.receivers:
            return SILENT
        return Herald(
            project=self.tables.project,
            environment=self.environment,
            receivers=tuple(self.receivers),
            box=NoticeFiles(directory=self.state / "notices"),
            post=Webhooks(files={name: Path(path) for name, path in self.receivers.items()}),
            say=say,
        )

    def words(self) -> tuple[str, ...]:
        """Return how another process of ours is told the same place."""
        config = ("--config", str(self.config_file.absolute())) if self.config_file else ()
        return ("--repo", str(self.repo.absolute()), *config, "--env", self.environment)


@contextmanager
def deploy_place(
    repo: Path, config_file: Path | None, environment: str, *, command: str, lasting: bool, ref: str = ""
) -> Iterator[DeployPlace]:
    """Yield an environment; unless it is `lasting`, no lock is taken and nothing may be changed.

    Which platform it is comes from the deploy tables at `ref`, by default those on main.
    """
    from release_tools.config.load import load_config
    from release_tools.engine.lock import Held, hold_lock
    from release_tools.wiring.platforms import Platform

    git, top, _ = open_repository(repo)
    config = load_config(top, config_file)
    platform = Platform.of(git, config, environment, ref=ref)
    if not lasting:
        yield _place(repo, config_file, platform, Held(-1, -1), command)
        return
    inherited = _inherited()
    with hold_lock(platform.state, command=f"{command} --env {environment}", now=_now(), inherited=inherited) as held:
        place = _place(repo, config_file, platform, held, command)
        if inherited is None:
            place.session.runs.sweep()
        yield place


def is_at_work(state: Path) -> bool:
    """Return whether some process holds the lock of an environment."""
    from release_tools.engine.lock import run_lock
    from release_tools.errors import Locked

    try:
        with run_lock(state, command="attach", now=_now()):
            return False
    except Locked:
        return True


def _inherited() -> "Held | None":
    from release_tools.engine.lock import Held

    text = os.environ.pop(INHERITED, "")
    return Held(*map(int, text.split(","))) if text else None


def _place(repo: Path, config_file: Path | None, platform: "Platform", held: "Held", command: str) -> DeployPlace:
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{command}-{os.urandom(3).hex()}"
    return DeployPlace(
        repo=repo,
        config_file=config_file,
        environment=platform.environment,
        state=platform.state,
        held=held,
        session=platform.session(run_id),
        tables=platform.tables,
        receivers=platform.host_file.notify,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
