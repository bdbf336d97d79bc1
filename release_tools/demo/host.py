"""The host of the demo: where the shop is in production, how its customers reach it, and how all of it is ended.

Customers are plain HTTP; none of our own commands is asked whether the shop serves.
"""

import json
import socket
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

from release_tools.demo.stage import Stage
from release_tools.errors import ToolFailed
from release_tools.record import record
from release_tools.wiring.silencing import silence

ENVIRONMENT = "production"
PATIENCE = 10.0


@record
class Host:
    """The machine on which the shop is in production, below the stage's directory."""

    stage: Stage

    @property
    def home(self) -> Path:
        """Return where the shop's own files lie."""
        return self.stage.home / "production"

    @property
    def state(self) -> Path:
        """Return where release-tools keeps what it knows of the environment."""
        return self.stage.home / "state"

    @property
    def database(self) -> Path:
        """Return the file of the shop's database."""
        return self.home / "shop.db"

    def set_up(self) -> None:
        """Make the directories, an empty database, the environment file, and the host file that names them."""
        for path in (self.home, self.stage.hosts, self.stage.home / "backups"):
            path.mkdir(mode=0o700)
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute("VACUUM")
        front, backend = _free_ports()
        variables = self.home / "production.env"
        variables.touch(mode=0o600)
        variables.write_text(f"DATABASE_URL=sqlite:///{self.database}\nBACKEND_PORT={backend}\nPORT={front}\n")
        (self.stage.hosts / f"{ENVIRONMENT}.toml").write_text(
            f'home = "{self.home}"\nstate = "{self.state}"\n\n[backup]\ndirectory = "{self.stage.home / "backups"}"\n'
        )

    def order(self, *items: str) -> None:
        """Let customers order things at the door that all users have."""
        for item in items:
            self.stage.say(f"  a customer orders: {item}")
            self._ask("/orders", item)

    def serving(self) -> str:
        """Return the version that answers customers; empty where nobody does."""
        try:
            return str(self._ask("/version")["version"])
        except ToolFailed:
            return ""

    def select(self, query: str) -> list[tuple[str | int, ...]]:
        """Return the rows of a query, by SQLite itself; what cannot be asked has none."""
        try:
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
                return connection.execute(query).fetchall()
        except sqlite3.Error:
            return []

    def end(self) -> None:
        """End everything that runs."""
        silence(self.state)

    def _ask(self, path: str, body: str = "") -> dict[str, str]:
        address = f"http://127.0.0.1:{self._variables()['PORT']}{path}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(address, body.encode() or None, timeout=PATIENCE) as answer:
                told: dict[str, str] = json.load(answer)
                return told
        except (OSError, ValueError, urllib.error.URLError) as error:
            raise ToolFailed(
                f"The shop does not answer at {address}: {error}.",
                state="The story ends here.",
                todo=f"Look around in {self.stage.home}, and report this.",
            ) from error

    def _variables(self) -> dict[str, str]:
        lines = (self.home / "production.env").read_text().splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _free_ports() -> tuple[int, int]:
    """Return two TCP ports of loopback that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as one, closing(socket.create_server(("127.0.0.1", 0))) as two:
        return one.getsockname()[1], two.getsockname()[1]
