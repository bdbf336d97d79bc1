"""The scene of the deploys that are killed: a platform on which 1.0.0 serves, kept once and set again for each case.

Its database is recreated from a template; what runs is ended by the identities that its supervisors wrote down.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy_tree import VERSIONS
from postgres_rig import Cluster, session_cluster
from process_rig import ending
from stage import Ended, Stage, open_stage

ENV = ("--env", "production")
LIVE, TEMPLATE = "shop", "template_shop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A stage with a repository, a host and its state, and the server that holds the database."""

    stage: Stage
    cluster: Cluster
    port: int
    """Where users come in."""

    @property
    def state(self) -> Path:
        """Return the state directory of the environment."""
        return self.stage.place / "state"

    @property
    def hosts(self) -> Path:
        """Return the directory of the host file, which the variable RELEASE_TOOLS_HOSTS names."""
        return self.stage.place / "hosts"

    @property
    def home(self) -> Path:
        """Return where the platform's own files lie."""
        return self.stage.place / "home"

    def deploy(self, version: str, *, at: int | None = None, after: float | None = None, group: bool = True) -> Ended:
        """Deploy a version; it dies at point `at`, or `after` so many seconds."""
        return self.stage.run("deploy", version, *ENV, "--yes", at=at, after=after, group=group)

    def trace(self, version: str) -> tuple[tuple[str, ...], float]:
        """Deploy a version undisturbed; return the points that were reached, and the seconds that it took."""
        ended = self.stage.run("deploy", version, *ENV, "--yes", trace=True)
        assert ended.code in (0, 7), ended.err
        return self.stage.trace(), ended.seconds

    def begin(self) -> None:
        """Deploy the first version, and keep that."""
        first = self.deploy("1.0.0")
        assert first.code == 0, first.err
        self._keep()
        self.restore()

    def recover(self) -> Ended:
        """Recover."""
        return self.stage.run("recover", *ENV)

    def _keep(self) -> None:
        """Keep the scene as it is, but for what runs."""
        with ending(self.state):
            pass
        self.stage.keep("template")
        self.cluster.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {LIVE}")

    def restore(self) -> None:
        """Set the scene as it was kept, with everything running."""
        with ending(self.state):
            pass
        for name in self.databases():
            self.cluster.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        self.cluster.execute(f"CREATE DATABASE {LIVE} TEMPLATE {TEMPLATE}")
        self.stage.restore("template")
        revived = self.recover()
        assert revived.code == 0, revived.err

    def databases(self) -> list[str]:
        """Return the platform's databases: the live one and its copies."""
        rows = self.cluster.execute(f"SELECT datname FROM pg_database WHERE datname LIKE '{LIVE}%' ORDER BY 1")
        return [str(name) for (name,) in rows]


@contextmanager
def open_scene(root: Path) -> Iterator[Scene]:
    """Yield the scene before its first deploy; whatever it started is ended afterwards."""
    stage, cluster = open_stage(root, files=False), session_cluster()
    front, backend = _free_ports(2)
    scene = Scene(stage=stage, cluster=cluster, port=front)
    with ending(stage.place):
        for name in (*scene.databases(), TEMPLATE):
            cluster.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cluster.execute(f"CREATE DATABASE {LIVE}")
        _write_repository(stage)
        _write_host(scene, backend)
        yield scene


def _write_repository(stage: Stage) -> None:
    stage.git("init", "-q", "-b", "main", str(stage.repo), at=".")
    for version, tree in VERSIONS.items():
        for name in filter(None, stage.git("ls-files").split("\n")):
            (stage.repo / name).unlink()
        for name, text in {**tree, "VERSION": f"{version}\n"}.items():
            (stage.repo / name).parent.mkdir(exist_ok=True)
            (stage.repo / name).write_text(text)
        stage.git("add", "-A")
        stage.git("commit", "-q", "-m", f"chore(release): {version}")
        stage.git("tag", "-a", f"v{version}", "-m", version)


def _write_host(scene: Scene, backend: int) -> None:
    home = scene.home
    (home / "uploads").mkdir(parents=True)
    scene.hosts.mkdir()
    (scene.stage.place / "backups").mkdir(0o700)
    for number in range(20):
        (home / "uploads" / f"{number}.bin").write_bytes(bytes([number]) * 1000 * number)
    settings = {"DATABASE_URL": scene.cluster.url(LIVE), "BACKEND_PORT": backend, "PORT": scene.port}
    variables = home / "production.env"
    variables.touch(0o600)
    variables.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    (scene.hosts / "production.toml").write_text(
        f'home = "{home}"\nstate = "{scene.state}"\npostgresql = "{scene.cluster.binaries}"\n\n'
        f'[backup]\ndirectory = "{scene.stage.place / "backups"}"\n'
    )


def _free_ports(number: int) -> list[int]:
    """Return TCP ports below those that the kernel gives to whoever asks, so that no client sits on one later."""
    found: list[int] = []
    begin = 20000 + os.getpid() % 1500 * 8  # workers of one run have neighbouring numbers
    for port in range(begin, 32700):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == number:
            return found
    raise AssertionError("no port is free")
