"""One environment of a lab, seen from outside: what its users reach, its database, its files. No test is here."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from postgres_rig import PASSWORD, session_cluster

API = "/api/environments"
SIGNING_KEY = "s1gning-key-of-the-tests"
SECRETS = (SIGNING_KEY, PASSWORD, "p%40ss")
"""What no output may hold: the key, the database's password, and the beginning of the password in a URL."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """One environment of a lab: its home with what is secret, and its state."""

    name: str
    top: Path
    database: str
    """Its URL."""
    port: int
    backend_port: int

    @property
    def home(self) -> Path:
        """Return where the environment's own things lie."""
        return self.top / "home"

    @property
    def state(self) -> Path:
        """Return where runs, releases and logs lie."""
        return self.top / "state"

    @property
    def env_file(self) -> Path:
        """Return the environment file."""
        return self.home / "production.env"

    def rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        """Ask the live database past every code of ours."""
        if self.database.startswith("postgresql"):
            return session_cluster().execute(query, dbname=self.database.rpartition("/")[2])
        with closing(sqlite3.connect(self.database.removeprefix("sqlite:///"))) as connection, connection:
            return connection.execute(query).fetchall()

    def names(self) -> set[str]:
        """Return the names of all environments that users made."""
        return {name for (name,) in self.rows("SELECT name FROM environments")}

    def ask(self, method: str = "GET", path: str = API, body: object = None) -> tuple[int, Any]:
        """Ask what users reach, and return the status with the parsed answer; 0 where nobody listens."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method)
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            with error:
                return error.code, None
        except (URLError, OSError):
            return 0, None

    def make(self, name: str) -> None:
        """Let a user make an environment."""
        status, _ = self.ask("POST", body={"name": name})
        assert status == 201, status

    def serves(self) -> str:
        """Return the version that answers users; empty where none does."""
        status, told = self.ask(path="/version")
        return str(told["version"]) if status == 200 else ""

    def breaks_live(self) -> None:
        """Let the next versions end at start wherever they are live; rehearsals have other ports."""
        (self.state / "breaks-on").write_text(str(self.backend_port))

    @contextmanager
    def asked_all_the_time(self, pause: float = 0.02) -> Iterator[list[int]]:
        """Yield the statuses that a user gets who asks without an end."""
        statuses, over = list[int](), Event()

        def ask() -> None:
            while not over.wait(pause):
                statuses.append(self.ask()[0])

        thread = Thread(target=ask)
        thread.start()
        try:
            yield statuses
        finally:
            over.set()
            thread.join()


def write_env(site: Site, mode: int = 0o600, **changes: str) -> None:
    """Write the environment file of a site; `changes` are keys with other values."""
    keys = {"PORT": site.port, "BACKEND_PORT": site.backend_port, "DATABASE_URL": site.database}
    lines = [f"{key}={value}" for key, value in {**keys, "SIGNING_KEY": SIGNING_KEY, **changes}.items()]
    site.env_file.touch(mode=0o600)
    site.env_file.write_text("\n".join(lines) + "\n")
    site.env_file.chmod(mode)
