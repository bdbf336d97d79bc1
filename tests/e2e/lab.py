"""A lab that deploys: the example's repository, a machine with two environments, and the command line in it.

Everything that was started below a lab's directory is ended with it, by pid. No test is here.
"""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from ai_lab import EXAMPLE
from lab_site import SECRETS, Site, write_env
from loaded import SCRIPT, run_loaded
from postgres_rig import session_cluster

from release_tools.adapters.processes.identity import is_alive, pid_of
from release_tools.adapters.processes.place import ServicePlace

NUMBERS = count()
QUICK = {
    "seconds = 30.0": "seconds = 1.5",
    "interval = 2.0": "interval = 0.3",
    "warm_up = 2.0": 'warm_up = 0.2\np95_ratio = 50.0\ninconclusive = "commit"',
    "latency = 0.3": "latency = 3.0",
}
"""What the tests' versions have instead: shortly watched, with no limit that a busy machine may miss."""
WATCHED = {"seconds = 1.5": "seconds = 20.0"}
"""What 1.4.0 has on top, which is to be caught."""
BREAKABLE = '''"""Warm-up: breaks where a file beside the releases names the port, which no rehearsal has."""

import os
from pathlib import Path

MARK = Path(__file__).parents[3] / "breaks-on"


def warm_up() -> None:
    """End where this port is the one that breaks."""
    if MARK.exists() and MARK.read_text() == os.environ["BACKEND_PORT"]:
        raise SystemExit(3)
'''
TIMEOUT = 500.0
"""Seconds for one command, on a machine that has much else to do."""


class Outcome(NamedTuple):
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, kw_only=True)
class DeployLab:
    """A machine with the lab's repository and its environments; whatever commands say is kept."""

    top: Path
    staging: Site
    production: Site
    said: list[str] = field(default_factory=list)

    @property
    def repository(self) -> Path:
        """Return the repository in which commands are typed."""
        return self.top / "repository"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of commands."""
        return {**os.environ, "RELEASE_TOOLS_HOSTS": str(self.top / "hosts")}

    def run(self, *arguments: str, site: Site | None = None) -> Outcome:
        """Run a command on an environment, by default staging, and return how it ended."""
        words = (*arguments, "--env", (site or self.staging).name)
        outcome = Outcome(*run_loaded(words, self.repository, self.environment, timeout=TIMEOUT))
        self.said.extend(outcome[1:])
        return outcome

    def ends(self, code: int, *arguments: str, site: Site | None = None) -> str:
        """Run a command that must end with a code; return all that it said."""
        outcome = self.run(*arguments, site=site)
        assert outcome.code == code, f"{arguments} ended with {outcome.code}: {outcome.stdout}{outcome.stderr}"
        return outcome.stdout + outcome.stderr

    def asked(self, *arguments: str, site: Site | None = None) -> Any:
        """Return what a command that must end well says with --json."""
        outcome = self.run(*arguments, "--json", site=site)
        assert outcome.code == 0, outcome.stderr
        return json.loads(outcome.stdout)

    def deploys(self, version: str, site: Site | None = None) -> str:
        """Deploy a version, which must end well; return all that was said."""
        return self.ends(0, "deploy", version, "--yes", site=site)

    def begins(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command on staging in a process of its own."""
        return subprocess.Popen(
            (str(SCRIPT), *arguments, "--env", "staging"),
            cwd=self.repository,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def pids(self) -> dict[str, int]:
        """Return the pid of each service of staging that is written down and alive."""
        told = {path.parent.name: ServicePlace(directory=path.parent).recorded() for path in places(self.staging)}
        return {
            name: pid_of(one.service) for name, one in told.items() if one and one.service and is_alive(one.service)
        }

    def waits(self, true: Callable[[], object], otherwise: str, seconds: float = 30.0) -> None:
        """Wait until something is so; fail when it takes too long."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, otherwise
            time.sleep(0.02)

    def close(self) -> None:
        """End every process that has to do with this lab."""
        for _ in range(5):
            for pid in processes_of(self.top):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)


def silent(lab: DeployLab) -> None:
    """Look for a secret in all that was said, and in every file of state, logs, journals and reports."""
    told = {"what commands said": "\n".join(lab.said).encode()}
    for site in (lab.staging, lab.production):
        told |= {str(path): path.read_bytes() for path in site.state.rglob("*") if path.is_file()}
    found = [(place, word) for place, text in told.items() for word in SECRETS if word.encode() in text]
    assert not found, found


def places(site: Site) -> list[Path]:
    """Return the files in which the runtime keeps what it started."""
    return list((site.state / "services" / "services").glob("*/state.json"))


def processes_of(top: Path) -> list[int]:
    """Return the pids of other processes whose command, directory or environment names a directory."""
    found, name = [], str(top).encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            told = (
                (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes() + bytes((entry / "cwd").readlink())
            )
            if name in told and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


@contextmanager
def deploy_lab(kind: str = "sqlite") -> Iterator[DeployLab]:
    """Yield a lab with nothing deployed; all of it is ended and removed."""
    top = Path(mkdtemp(prefix="lab-"))
    made = DeployLab(top=top, **{name: _site(top, name, kind) for name in ("staging", "production")})
    try:
        shutil.copytree(repository(kind), made.repository)
        yield made
    finally:
        made.close()
        shutil.rmtree(top)


@cache
def repository(kind: str) -> Path:
    """Return the lab's repository: versions are watched shortly, and 1.1.1 and 1.3.x can be made to break when live."""
    top = Path(mkdtemp(prefix="lab-repository-"))
    atexit.register(shutil.rmtree, top)
    shutil.copytree(EXAMPLE, top / "example")
    table = top / "example" / "platform" / "release-tools.toml"
    table.write_text(_replaced(table.read_text(), QUICK))
    last = top / "example" / "versions" / "1.4.0" / "release-tools.toml"
    last.write_text(_replaced(table.read_text(), WATCHED))
    for version in ("1.1.1", "1.3.0"):
        (top / "example" / "versions" / version / "ai_lab" / "warm_up.py").write_text(BREAKABLE)
    script = (sys.executable, "-B", str(top / "example" / "build_repository.py"), str(top / "repository"))
    subprocess.run((*script, "--database", kind), check=True, stdout=subprocess.DEVNULL, timeout=60)
    return top / "repository"


def _replaced(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _site(top: Path, name: str, kind: str) -> Site:
    place = top / name
    ports = [free_port() for _ in range(2)]
    site = Site(name=name, top=place, database=_database(place, kind), port=ports[0], backend_port=ports[1])
    for directory in (site.home, site.home / "artefacts", site.state, place / "backups", top / "hosts"):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if kind == "sqlite":
        (site.home / "lab.db").touch()
    write_env(site)
    words = {"home": site.home, "state": site.state, "python": sys.executable}
    lines = [f"{key} = {json.dumps(str(value))}" for key, value in words.items()]
    lines += ["[backup]", f"directory = {json.dumps(str(place / 'backups'))}"]
    (top / "hosts" / f"{name}.toml").write_text("\n".join(lines) + "\n")
    return site


def _database(place: Path, kind: str) -> str:
    if kind == "sqlite":
        return f"sqlite:///{place / 'home' / 'lab.db'}"
    name = f"lab_{os.getpid()}_{next(NUMBERS)}"
    session_cluster().execute(f'CREATE DATABASE "{name}"')
    return session_cluster().url(name)


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
