"""A whole platform in memory: git, database, services, front, backups, and a deploy session that works on them.

Releases are told by their version only; what is odd about one is set beforehand in the fakes' scripts.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import Any

from fakes.backups import FakeBackups
from fakes.clock import FakeClock
from fakes.database import FakeData, FakeDatabase, FakeServer
from fakes.front import FakeFront
from fakes.host import FakeHost
from fakes.migrator import FakeMigrator
from fakes.prober import FakeProber
from fakes.releases import FakeReleases
from fakes.runtime import FakeRuntime
from release_tools.config.deploy import Bake, Check, DatabaseTable, Deploy, Environment, Migrations, Service
from release_tools.config.model import Config
from release_tools.deploy.blueprint import Blueprint, draw, version_of
from release_tools.deploy.flows.announcing import NOBODY
from release_tools.deploy.flows.conductor import DeployConductor
from release_tools.deploy.flows.notifying import SILENT
from release_tools.deploy.flows.proposals import propose_deploy
from release_tools.deploy.session import DeploySession
from release_tools.deploy.steps import KINDS
from release_tools.deploy.world import World
from release_tools.domain.deploy.backup import Generations
from release_tools.domain.deploy.migration import Migration
from release_tools.domain.refs import Blob, Signature
from release_tools.engine.plan import Plan
from release_tools.engine.runs import Run, Runs
from release_tools.engine.stop import StopRequest

HOME = Path("/srv/platform")
ENV = "DATABASE_URL=postgresql://app:secret@127.0.0.1:5432/app\nPORT=8000\nBACKEND_PORT=8001\n"
CONTRACT = b"DATABASE_URL=\nPORT=\nBACKEND_PORT=\n"


def commit_of(version: str) -> str:
    """Return the commit that a version of the platform is."""
    return sha1(version.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, kw_only=True)
class FakeTags:
    """The few questions that a deploy asks of git; every version in `versions` is tagged on main."""

    versions: tuple[str, ...]
    off_main: tuple[str, ...] = ()
    moved: dict[str, str] = field(default_factory=dict)
    """Version to another version whose commit its tag names now."""

    def commit_of(self, name: str, /) -> str | None:
        """Return the commit of a tag; main has every version."""
        if name.endswith("/main"):
            return "main"
        version = name.removeprefix("refs/tags/v")
        return commit_of(self.moved.get(version, version)) if version in self.versions else None

    def is_ancestor(self, old: str, new: str, /) -> bool:
        """Return whether main has a commit."""
        return old not in {commit_of(version) for version in self.off_main}

    def tree(self, commit: str, /) -> str:
        """Return a tree of the commit's own."""
        return f"tree-{commit[:8]}"

    def author(self, commit: str, /) -> Signature:
        """Return somebody."""
        return Signature(name="Ada", email="ada@example.com", epoch=1767323045, offset="+0000")

    def files(self, commit: str, paths: Any, /) -> dict[str, Blob]:
        """Return the contract, the same in every version."""
        return {path: Blob(mode="100644", data=CONTRACT) for path in paths}


@dataclass
class FakePlatform:
    """A platform with one database, a backend and a worker; `deploys` and goes on with runs."""

    root: Path
    tags: FakeTags = field(default_factory=lambda: FakeTags(versions=("1.0.0", "1.1.0", "1.2.0")))
    tree: dict[str, tuple[Migration, ...]] = field(default_factory=dict)
    """Version to its migrations; a version that is not there has those of the one before."""
    environment: Environment = field(default_factory=Environment)
    bake: Bake = field(default_factory=lambda: Bake(seconds=30.0, interval=10.0, warm_up=0.0))
    elsewhere: dict[tuple[str, str], str] = field(default_factory=dict)
    now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    generations: Generations = field(default_factory=Generations)

    def __post_init__(self) -> None:
        self.server = FakeServer({"app": FakeData(schema="v1", tables={"public.users": ["ada", "bob"]})})
        self.database = FakeDatabase(self.server, "app")
        self.runtime, self.front, self.clock = FakeRuntime(), FakeFront(), FakeClock()
        self.releases = FakeReleases(commits={commit_of(version) for version in self.tags.versions})
        self.backups, self.host = FakeBackups(), FakeHost(env=ENV)
        self.prober = FakeProber(runtime=self.runtime)
        self.recorded: dict[str, str] = {}
        self.runs = Runs(root=self.root, kinds=KINDS, made_by="0", clock=self.clock.now)
        self.stop, self.shown, self.number = StopRequest(), list[Plan](), 0
        self.announcer, self.herald = NOBODY, SILENT
        self.failing: dict[str, str] = {}
        self.during: Callable[[str, Migration], None] = lambda url, migration: None

    @property
    def done(self) -> list[str]:
        """Return what services, front and releases did, each in its own order."""
        return [*self.runtime.done, *self.front.done, *self.releases.done]

    def tables(self) -> Deploy:
        """Return the deploy tables of every version."""
        return Deploy(
            project="shop",
            services={
                "backend": Service(command=("backend",), port="BACKEND_PORT", health="/health", public=True),
                "worker": Service(command=("worker",), after=("backend",)),
            },
            databases={"main": DatabaseTable()},
            migrations=Migrations(kind="command", upgrade=("up",), check=("check",)),
            checks={"version": Check(kind="identity", service="backend", path="/version", json="version")},
            bake=self.bake,
            environments={"production": self.environment},
        )

    def blueprint(self, release: str) -> Blueprint:
        """Return the blueprint of a release."""
        return draw(self.tables(), self.host.environment())

    def migrator(self, release: str) -> FakeMigrator:
        """Return the migrator of a release; each database is recorded by the name in its URL."""
        known = [version for version in sorted(self.tree) if version <= version_of(release)]
        tree = self.tree[known[-1]] if known else ()
        return FakeMigrator(
            tree=tree, databases=Recorded(self.server), failing=self.failing, during=self.during, applied=self._apply
        )

    def world(self, run_id: str, stopping: Callable[[], bool], run: Run | None) -> World:
        """Return the ports that act for a run."""
        return World(
            run=run_id,
            home=HOME,
            scratch=self.root / "scratch" / run_id,
            databases={"main": self.database},
            migrator=self.migrator,
            blueprint=self.blueprint,
            releases=self.releases,
            runtime=self.runtime,
            front=self.front,
            backups=self.backups,
            store=self.backups,
            host=ScratchHost(env=self.host.env, paths=self.host.paths, modes=self.host.modes),
            prober=self.prober,
            rehearsal_prober=lambda rehearsal: replace(self.prober, rehearsal=rehearsal.id),
            clock=self.clock,
            token="secret-token",
            stopping=stopping,
            note=run.note if run else lambda facts: None,
        )

    def session(self) -> DeploySession:
        """Return a session for a new command."""
        self.number += 1
        return DeploySession(
            environment="production",
            config=Config(),
            runs=self.runs,
            run_id=f"20260301T12000{self.number}Z-deploy-{self.number:06x}",
            reader=self.tags,  # type: ignore[arg-type]
            tables_at=lambda commit: self.tables(),
            make_world=self.world,
            linter=lambda directory, facts: None,
            committed_elsewhere=lambda environment, version: self.elsewhere.get((environment, version)),
            generations=self.generations,
            now=lambda: self.now,
            actor="ada",
        )

    def conductor(self, session: DeploySession | None = None) -> DeployConductor:
        """Return what conducts runs of a session."""
        return DeployConductor(
            session=session or self.session(),
            report=lambda progress: None,
            stop=self.stop,
            show=self.shown.append,
            announcer=self.announcer,
            herald=self.herald,
        )

    def deploy(self, version: str, **options: Any) -> str:
        """Deploy a version; return the outcome or raise what it ended in."""
        session = self.session()
        proposal = propose_deploy(session, session.world(), version=version, **options)
        if not proposal.plan.steps:
            return "nothing"
        return self.conductor(session).begin(proposal.intent, proposal.plan)

    def serving(self) -> dict[str, str]:
        """Return the services that run, with their releases' versions."""
        return {
            name: version_of(state.release) for name, state in self.runtime.states().items() if state.state == "running"
        }

    def _apply(self, url: str, migration: Migration) -> None:
        data = self.server.databases[name_in(url)]
        data.schema = f"{data.schema}+{migration.revision}"


class Recorded(dict[str, str]):
    """The recorded revision of each database by its URL; it lies in the database, as the real one does."""

    def __init__(self, server: FakeServer) -> None:
        super().__init__()
        self.server = server

    def get(self, url: str, default: str = "") -> str:  # type: ignore[override]
        """Return the revision that a database records."""
        return (self.server.databases[name_in(url)].tables.get("alembic_version") or [default])[0]

    def __setitem__(self, url: str, revision: str) -> None:
        self.server.databases[name_in(url)].tables["alembic_version"] = [revision]


class ScratchHost(FakeHost):
    """A machine in memory whose scratch directories are real ones, since dumps are written into them."""

    def make_directory(self, path: Path, /) -> None:
        """Make an empty directory for real."""
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)

    def remove(self, path: Path, /) -> None:
        """Forget a path, and remove it where it is real."""
        if "scratch" in path.parts:
            shutil.rmtree(path, ignore_errors=True)
        super().remove(path)


def name_in(url: str) -> str:
    """Return the database's name in a URL of `FakeDatabase.environment`."""
    return url.partition("?")[0].rpartition("/")[2]


def revision(name: str, **values: Any) -> Migration:
    """Return a migration."""
    return replace_digest(Migration(revision=name, title=name, sql=f"-- {name}", **values))


def replace_digest(migration: Migration) -> Migration:
    """Return the migration with a digest of its own name."""
    return migration._replace(digest=f"sha-{migration.revision}")


__all__ = ["FakePlatform", "FakeTags", "commit_of", "replace", "revision"]
