"""The example platform on a server of its own, once under release-tools and once under a script, to be upgraded.

What is measured stands in `outage`.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.database_scripts import fill, run_script
from release_tools.adapters.loopback_ports import free_ports

TOP = Path(__file__).parents[1]
EXAMPLE = TOP / "examples" / "ai-lab"
SCRIPT = Path(__file__).parent / "scripts" / "upgrade-by-hand.sh"
OLD, NEW = "1.0.0", "1.1.0"
CHANGES = {
    "seconds = 30.0": "seconds = 1.0",
    "interval = 2.0": "interval = 0.5",
    "warm_up = 2.0": 'warm_up = 0.2\np95_ratio = 50.0\ninconclusive = "commit"',
    "latency = 0.3": "latency = 3.0",
    'after = "staging"': "",
}
"""Watched shortly, which is after the outage, and with no limit that a busy machine may miss."""
PATIENCE = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A directory with the repository, the home of one environment and its database."""

    top: Path
    url: str
    port: int
    """Where users come in under release-tools."""
    backend: int

    @property
    def home(self) -> Path:
        """Return where the environment's own things lie."""
        return self.top / "home"

    @property
    def state(self) -> Path:
        """Return where runs and releases lie."""
        return self.top / "state"

    @property
    def variables(self) -> Mapping[str, str]:
        """Return the application's own settings."""
        ports = {"PORT": str(self.port), "BACKEND_PORT": str(self.backend)}
        return {"DATABASE_URL": self.url, "SIGNING_KEY": "signing-key", **ports}

    def release_tools(self, *words: str) -> float:
        """Run a command on the environment; return its wall time in seconds."""
        told = {**os.environ, "RELEASE_TOOLS_HOSTS": str(self.top / "hosts")}
        argv = (sys.executable, "-m", "release_tools", *words, "--env", "production", "--yes")
        return _timed(argv, self.top / "repository", told)

    def by_hand(self, version: str, *parts: str) -> float:
        """Run parts of the script; return its wall time in seconds."""
        told = {"PYTHON": sys.executable, "VERSION": version, "HOME_DIRECTORY": str(self.home), "PYTHONPATH": "."}
        return _timed((str(SCRIPT), *parts), self.top / "repository", {**os.environ, **self.variables, **told})

    def close(self) -> None:
        """End every process that was started from here."""
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                told = (entry / "cmdline").read_bytes() + os.fsencode((entry / "cwd").readlink())
                if os.fsencode(f"{self.top}/") in told and int(entry.name) != os.getpid():
                    os.kill(int(entry.name), signal.SIGKILL)


@contextmanager
def open_lab(top: Path, server: Any, *, scale: int) -> Iterator[Lab]:
    """Yield a lab with a filled database, on which nothing runs yet."""
    name = f"lab_{top.name.replace('-', '_')}"
    fill(server, name, scale=scale)
    moved = ("articles", *(f"pgbench_{one}" for one in ("accounts", "branches", "history", "tellers")))
    # Beside the application's own schema, as what somebody else keeps in the same database.
    statements = ["CREATE SCHEMA bulk", *(f"ALTER TABLE {table} SET SCHEMA bulk" for table in moved)]
    run_script(server, f"psql -qX -d {name} -c '{'; '.join(statements)}'")
    port, backend = free_ports(2)
    lab = Lab(top=top, url=server.url(name), port=port, backend=backend)
    for path in (lab.home / "artefacts", lab.state, top / "hosts", top / "backups"):
        path.mkdir(mode=0o700, parents=True)
    _write_repository(lab)
    secret = lab.home / "production.env"
    secret.touch(mode=0o600)
    secret.write_text("".join(f"{key}={value}\n" for key, value in lab.variables.items()))
    places = {"home": lab.home, "state": lab.state, "python": sys.executable, "postgresql": server.binaries}
    lines = [*(f'{key} = "{value}"' for key, value in places.items()), "[backup]", f'directory = "{top / "backups"}"']
    (top / "hosts" / "production.toml").write_text("\n".join(lines) + "\n")
    try:
        yield lab
    finally:
        lab.close()


def _write_repository(lab: Lab) -> None:
    example = lab.top / "example"
    shutil.copytree(EXAMPLE, example, ignore=shutil.ignore_patterns("__pycache__"))
    table = example / "platform" / "release-tools.toml"
    text = table.read_text()
    for old, new in CHANGES.items():
        if old not in text:
            raise SystemExit(f"benchmarks: error: {table} has no {old!r} any more")
        text = text.replace(old, new)
    table.write_text(text)
    _timed((sys.executable, str(example / "build_repository.py"), str(lab.top / "repository")), lab.top, os.environ)
    _timed(("git", "checkout", "--quiet", f"v{OLD}"), lab.top / "repository", os.environ)


def _timed(argv: tuple[str, ...], cwd: Path, env: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    with (cwd.parent / "said").open("w+") as said:
        # Into a file: services that a script starts keep what it was given.
        done = subprocess.run(
            argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=PATIENCE
        )
        if done.returncode:
            said.seek(0)
            raise SystemExit(f"benchmarks: error: {argv} ended with {done.returncode}: {said.read()[-3000:]}")
    return time.perf_counter() - begun
