"""The scene of the deploys and rollbacks that are killed: a platform that is kept, and set again for each case.

Its databases are recreated from templates; what runs is ended by the identities that its supervisors wrote down.
"""

import os
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy_tree import VERSIONS
from postgres_rig import Cluster, session_cluster
from process_rig import ending
from stage import Ended, Stage, open_stage

ENV = ("--env", "production")
LIVE = "shop"
HELD = re.compile(r"--approve ([0-9a-f]+)")
"""What a deploy says that waits between preparing and cutting over."""


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
    def home(self) -> Path:
        """Return where the platform's own files lie."""
        return self.stage.place / "home"

    def play(self, *argv: str, at: int | None = None, after: float | None = None, group: bool = True) -> Ended:
        """Run a command that changes the platform; it dies at point `at`, or `after` so many seconds."""
        return self.stage.run(*argv, *ENV, "--yes", at=at, after=after, group=group)

    def trace(self, *argv: str) -> tuple[tuple[str, ...], float]:
        """Run a command undisturbed; return the points that were reached, and the seconds that it took."""
        ended = self.stage.run(*argv, *ENV, "--yes", trace=True)
        assert ended.code in (0, 7) or HELD.search(ended.err), ended.err
        return self.stage.trace(), ended.seconds

    def recover(self) -> Ended:
        """Recover."""
        return self.stage.run("recover", *ENV)

    def begin(self, versions: Sequence[str]) -> str:
        """Deploy versions, one after the other; return what the platform is kept as when the last one serves."""
        name = "-".join(("kept", *versions))
        if not self._is_kept(name):
            if len(versions) > 1:
                self.begin(versions[:-1])
            first = self.play("deploy", versions[-1])
            assert first.code == 0, first.err
            self._keep(name)
        self.restore(name)
        return name

    def prepare(self, setting: str, version: str) -> tuple[str, str]:
        """Prepare a deploy; return what the platform is kept as before the cut-over, and the digits that approve it."""
        name = f"{setting}-held-{version}"
        self.restore(setting)
        held = HELD.search(self.play("deploy", version, "--hold").err)
        assert held
        self._keep(name)
        self.restore(name)
        return name, held[1]

    def restore(self, name: str) -> None:
        """Set the scene as it was kept, with everything running; a run that waits goes on waiting."""
        with ending(self.state):
            pass
        for live in self.databases():
            self.cluster.execute(f'DROP DATABASE "{live}" WITH (FORCE)')
        for kept in self.databases(f"{name} "):
            self.cluster.execute(f'CREATE DATABASE "{kept.removeprefix(f"{name} ")}" TEMPLATE "{kept}"')
        self.stage.restore(name)
        runs, aside = self.state / "runs", self.stage.root / "waiting"
        runs.rename(aside)
        revived = self.recover()
        assert revived.code == 0, revived.err
        assert not any(runs.iterdir())
        runs.rmdir()
        aside.rename(runs)

    def databases(self, prefix: str = LIVE) -> list[str]:
        """Return the platform's databases, the live one and its copies, or those of what is kept."""
        query = f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}') ORDER BY 1"
        return [str(name) for (name,) in self.cluster.execute(query)]

    def _is_kept(self, name: str) -> bool:
        return (self.stage.root / name).exists()

    def _keep(self, name: str) -> None:
        """Keep the scene as it is, but for what runs."""
        with ending(self.state):
            pass
        self.stage.keep(name)
        for live in self.databases():
            self.cluster.execute(f'CREATE DATABASE "{name} {live}" TEMPLATE "{live}"')


@contextmanager
def open_scene(root: Path) -> Iterator[Scene]:
    """Yield the scene before its first deploy; whatever it started is ended afterwards."""
    hosts = root / "stage" / "hosts"
    cluster = session_cluster()
    # Not what Debian puts before them, which starts Perl to find out which version is meant.
    path = f"{cluster.binaries}:{os.environ['PATH']}"
    stage = open_stage(root, files=False, variables={"RELEASE_TOOLS_HOSTS": str(hosts), "PATH": path})
    front, backend = _free_ports(2)
    scene = Scene(stage=stage, cluster=cluster, port=front)
    with ending(stage.place):
        for name in (*scene.databases(), *scene.databases("kept")):
            cluster.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        cluster.execute(f"CREATE DATABASE {LIVE}")
        _write_repository(stage)
        _write_host(scene, hosts, backend)
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


def _write_host(scene: Scene, hosts: Path, backend: int) -> None:
    home = scene.home
    (home / "uploads").mkdir(parents=True)
    hosts.mkdir()
    (scene.stage.place / "backups").mkdir(0o700)
    for number in range(20):
        (home / "uploads" / f"{number}.bin").write_bytes(bytes([number]) * 1000 * number)
    settings = {"DATABASE_URL": scene.cluster.url(LIVE), "BACKEND_PORT": backend, "PORT": scene.port}
    variables = home / "production.env"
    variables.touch(0o600)
    variables.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    (hosts / "production.toml").write_text(
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
