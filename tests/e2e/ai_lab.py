"""AI Lab in tests: a version of the example platform laid out in a directory, migrated, started and asked.

What its versions are for is told in `examples/ai-lab/README.md`.
"""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from release_tools.adapters.alembic_migrator import AlembicMigrator

EXAMPLE = Path(__file__).parents[2] / "examples" / "ai-lab"


def builder() -> ModuleType:
    """Return the example's own script as a module."""
    spec = importlib.util.spec_from_file_location("build_repository", EXAMPLE / "build_repository.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, kw_only=True)
class Lab:
    """The lab in a directory, with a database and a home that its versions share."""

    top: Path
    database: str

    @property
    def environment(self) -> dict[str, str]:
        """Return what production.env would hold."""
        return {"DATABASE_URL": self.database, "SIGNING_KEY": "a-key-of-the-tests"}

    def release(self, version: str) -> Path:
        """Return the tree of a version, laid out at the first call."""
        tree = self.top / version
        if not tree.exists():
            builder().lay_out(version, tree)
        return tree

    def migrator(self, version: str) -> AlembicMigrator:
        """Return the migrator of a version."""
        return AlembicMigrator(python=sys.executable, directory=self.release(version), variables=self.environment)

    def migrate(self, version: str) -> list[str]:
        """Bring the database to a version's head; return what was told."""
        told: list[str] = []
        migrator = self.migrator(version)
        target = max(path.name[:4] for path in (self.release(version) / "migrations/versions").glob("0*.py"))
        migrator.migrate(self.environment, target, timeout=30, told=told.append)
        return told

    @contextmanager
    def running(self, version: str) -> Iterator["Backend"]:
        """Run a version's backend and worker; both are ended."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        kept = {name: os.environ[name] for name in ("PATH", "HOME")}
        environment = kept | self.environment | {"BACKEND_PORT": str(port)}
        home = self.top / "home"
        home.mkdir(exist_ok=True)
        commands = (("-m", "ai_lab.backend", "--home", str(home)), ("-m", "ai_lab.worker"))
        with (self.top / "log").open("ab") as log:
            processes = [
                subprocess.Popen(
                    (sys.executable, "-B", *words), cwd=self.release(version), env=environment, stdout=log, stderr=log
                )
                for words in commands
            ]
        try:
            yield Backend(port=port, process=processes[0], environment=environment)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(10)


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A backend that was started."""

    port: int
    process: "subprocess.Popen[bytes]"
    environment: Mapping[str, str]

    def ready(self, within: float = 30.0) -> float:
        """Wait until it answers at all; return the seconds that it took."""
        start = time.monotonic()
        while time.monotonic() < start + within:
            assert self.process.poll() is None, "the backend has ended"
            try:
                self.ask("GET", "/version")
            except URLError:
                time.sleep(0.05)
                continue
            return time.monotonic() - start
        raise AssertionError("the backend does not answer")

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Ask, and return the status with the parsed answer."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method)
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read())
