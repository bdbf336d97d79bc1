"""The programs that come with PostgreSQL: where they lie, which version they are, and how one is run.

They get the address by their environment, never by their arguments, and no variable of ours but PATH and HOME.
"""

import os
import re
from functools import cache
from pathlib import Path
from shutil import which

from release_tools.adapters.postgres_connection import PostgresServer
from release_tools.adapters.program import Finished, run_program
from release_tools.errors import PreconditionFailed
from release_tools.record import record

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian puts every major version, each in a directory of its number."""


@record
class PostgresPrograms:
    """The programs of one version."""

    server: PostgresServer
    directory: Path | None = None
    """Where they lie; None: in the newest of the installed versions, else on PATH."""

    def version(self) -> tuple[int, ...]:
        """Return the version of `pg_dump`, empty where there is none."""
        path = self._find("pg_dump")
        return _version(path) if path else ()

    def guard(self, server: tuple[int, ...]) -> None:
        """Raise `PreconditionFailed` where the programs are missing or older than the server."""
        mine = self.version()
        if mine[:1] >= server[:1]:
            return
        found = f"pg_dump {render_version(mine)} is older than" if mine else "There is no pg_dump for"
        raise PreconditionFailed(
            f"{found} the server at {self.server.address.place}, which is {render_version(server)}.",
            state="Nothing was changed.",
            todo=f"Install the PostgreSQL {server[0]} client programs, or name their directory in the host file.",
        )

    def run(self, *argv: str, database: str, timeout: float, cwd: Path, options: str = "") -> Finished:
        """Run a program against a database of the server; what it writes is born for its owner alone."""
        address = self.server.address
        secrets = address.secrets
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        told = address.variables(database, application=self.server.application)
        if options:
            told["PGOPTIONS"] = f"{told.get('PGOPTIONS', '')} {options}".strip()
        program = str(self._find(argv[0]) or argv[0])
        env = kept | {"LC_ALL": "C.UTF-8"} | told
        return run_program((program, *argv[1:]), env=env, cwd=cwd, timeout=timeout, mask=secrets, umask=0o077)

    def _find(self, name: str) -> Path | None:
        if self.directory is not None:
            return _executable(self.directory / name)
        versions = sorted(INSTALLED.glob("*/bin"), key=lambda path: _number(path.parent.name))
        found = [path for path in (_executable(one / name) for one in reversed(versions)) if path]
        return next(iter(found), None) or _executable(Path(which(name) or "/nowhere"))


def render_version(version: tuple[int, ...]) -> str:
    """Return a version as people write it."""
    return ".".join(map(str, version))


def _executable(path: Path) -> Path | None:
    return path if os.access(path, os.X_OK) else None


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0


@cache
def _version(path: Path) -> tuple[int, ...]:
    # `pg_dump (PostgreSQL) 15.18 (...)` has had this form since it exists; there is no other way to ask.
    said = run_program((str(path), "--version"), env={"PATH": os.defpath}, cwd=Path("/"), timeout=10).out
    found = re.search(r"\) (\d+)\.?(\d+)?", said)
    return tuple(int(one) for one in found.groups() if one) if found else ()
