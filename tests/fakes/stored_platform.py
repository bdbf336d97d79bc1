"""A platform in memory whose data directory, configuration and backups lie on disk, so that they can be damaged.

The store, the host's files and what they are swapped by are the real ones.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from backup_world import Store, make_real

from fakes.database import FakeDatabase, FakeServer
from fakes.platform import ENV, FakePlatform
from release_tools.adapters.local_host import LocalHost
from release_tools.config.deploy import Bake, Deploy
from release_tools.deploy.flows.backups import propose_backup, propose_proof, propose_restore
from release_tools.deploy.flows.proposals import DeployProposal
from release_tools.deploy.steps.backups import TakeBackup
from release_tools.deploy.world import World
from release_tools.domain.deploy.backup import Manifest
from release_tools.domain.deploy.database import Dump
from release_tools.engine.runs import Run


@dataclass
class StoredPlatform(FakePlatform):
    """A platform with the data directory `files` and two items of configuration; commands on backups by name."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.store: Store = make_real(self.root.parent)
        (self.store.platform / "production.env").write_text(ENV)
        for path in sorted((self.store.platform / "files" / "closed").iterdir()):
            path.write_bytes(path.read_bytes()[:40])

    @classmethod
    def serving_1_0_0(cls, top: Path) -> Self:
        """Return one on which 1.0.0 serves, with a few rows and a sequence, and a directory."""
        made = cls(top / "state", bake=Bake(seconds=0.0))
        made.database.live.sequences = {"public.users_id_seq": 2}
        made.deploy("1.0.0")
        return made

    def tables(self) -> Deploy:
        """Return the deploy tables of every version."""
        files = {"directories": {"files": "files"}, "configuration": ("production.env", "ssl")}
        return replace(super().tables(), **files)  # type: ignore[arg-type]

    def world(self, run_id: str, stopping: Callable[[], bool], run: Run | None) -> World:
        """Return the ports that act for a run."""
        return replace(
            super().world(run_id, stopping, run),
            home=self.store.platform,
            host=LocalHost(env_file=self.store.platform / "production.env"),
            backups=self.store.reader,
            store=self.store.writer,
        )

    def take(self) -> Manifest:
        """Take a backup as `backup` does, and prove it; return its manifest."""
        session = self.session()
        proposal = propose_backup(session, session.world(), self.blueprint(self.releases.current()))
        self._carry_out(session, proposal)
        taken = next(step for step in proposal.plan.steps if isinstance(step, TakeBackup))
        return self.store.reader.load(taken.backup)

    def prove(self, backup: str) -> str:
        """Do what `verify-backup` does."""
        session = self.session()
        world = session.world()
        blueprint = self.blueprint(self.releases.current())
        return self._carry_out(session, propose_proof(session, world, blueprint, backup))

    def restore(self, backup: str) -> str:
        """Do what `restore --accept-data-loss` does."""
        session = self.session()
        return self._carry_out(session, propose_restore(session, session.world(), backup, accept_data_loss=True))

    def live(self) -> dict[str, object]:
        """Return everything that a refused command must leave as it was: data, files, services, users' door."""
        tree = {str(path): _state(path) for path in _below(self.store.platform)}
        databases = {name: repr(data) for name, data in self.server.databases.items()}
        running = {name: state.release for name, state in self.runtime.states().items() if state.state == "running"}
        standing = {"serving": running, "current": self.releases.current(), "done": tuple(self.front.done)}
        return {**tree, **databases, **standing, "open": self.runs.open_runs()}

    def forget_refused(self) -> None:
        """Remove the journals of runs that failed; thousands of them would only be read again and again."""
        for run in self.runs.history():
            if run.closed == "failed":
                shutil.rmtree(run.directory)

    def _carry_out(self, session: Any, proposal: DeployProposal) -> str:
        return self.conductor(session).begin(proposal.intent, proposal.plan, proposal.stage)


class LosingDatabase(FakeDatabase):
    """A database whose dumps silently lack something that they say they hold."""

    def __init__(self, server: FakeServer, name: str, lose: Callable[[Any], object]) -> None:
        super().__init__(server, name)
        self.lose = lose

    def dump(self, directory: Path, /, *, jobs: int = 2, timeout: float = 3600.0) -> Dump:
        """Dump without what is lost, and tell what was there."""
        whole, told = self.server.databases[self.name], super().contents(hashed=True)
        lacking = replace(
            whole,
            tables={name: list(rows) for name, rows in whole.tables.items()},
            sequences=dict(whole.sequences),
            roles=set(whole.roles),
        )
        self.lose(lacking)
        self.server.databases[self.name] = lacking
        try:
            return replace(super().dump(directory), contents=told)
        finally:
            self.server.databases[self.name] = whole


def _below(top: Path) -> Iterator[Path]:
    yield top
    yield from sorted(top.rglob("*"))


def _state(path: Path) -> tuple[int, object]:
    content: object = path.readlink() if path.is_symlink() else None if path.is_dir() else path.read_bytes()
    return path.lstat().st_mode, content
