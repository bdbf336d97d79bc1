"""What stands in the repository or on disk of a platform: deploy tables, runs, the bypass token, a linter for a tree.

The environment that they belong to is wired in `platforms`.
"""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.config.deploy import Deploy
from release_tools.config.deploy_load import load_deploy
from release_tools.config.model import Config
from release_tools.config.source import OWN_FILE, SHARED_FILE, Text
from release_tools.engine.runs import Runs
from release_tools.errors import PreconditionFailed

if TYPE_CHECKING:
    from release_tools.domain.deploy.database import DatabaseFacts
    from release_tools.ports import GitReader
    from release_tools.ports.migrator import MigrationLinter


def runs_in(state: Path) -> Runs:
    """Return the runs of an environment."""
    from release_tools.deploy.steps import KINDS
    from release_tools.installed import installed_version

    def now() -> str:
        return datetime.now(UTC).isoformat(timespec="milliseconds")

    return Runs(root=state, kinds=KINDS, made_by=installed_version(), clock=now)


def tables_at(reader: "GitReader", commit: str) -> Deploy:
    """Return the deploy tables in the tree of a commit."""
    blobs = reader.files(commit, (OWN_FILE, SHARED_FILE))
    texts = tuple(
        Text(path=Path(f"{commit[:10]}:{path}"), text=blob.data.decode("utf-8-sig")) for path, blob in blobs.items()
    )
    return load_deploy(texts, of=f"Commit {commit[:10]}")


def released_tables(top: Path, release: str) -> Deploy:
    """Return the deploy tables of a release that is laid out."""
    from release_tools.config.source import read_texts

    return load_deploy(read_texts(top), of=f"Release {release}")


def naming_commit(reader: "GitReader", config: Config, ref: str) -> str:
    """Return the commit whose deploy tables name the platform: `ref`, else main as the remote has it, else here."""
    remote, main = config.branches.remote or "origin", config.branches.main
    named = (ref,) if ref else (f"refs/remotes/{remote}/{main}", f"refs/heads/{main}", "HEAD")
    for name in named:
        if commit := reader.commit_of(name):
            return commit
    raise PreconditionFailed(
        f"There is no {' or '.join(named)} in this repository.",
        state="Nothing was changed.",
        todo="Fetch it, or run this in a clone of the platform's repository.",
    )


def bypass_token(state: Path) -> str:
    """Return the secret that leads through the front during maintenance, made once for an environment."""
    path = state / "bypass-token"
    try:
        return path.read_text()
    except FileNotFoundError:
        token = secrets.token_urlsafe(32)
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(token)
        return token


def migration_linter(directory: str, facts: "DatabaseFacts") -> "MigrationLinter":
    """Return what lints the migrations of a released tree for a database."""
    from release_tools.adapters.squawk import SquawkLinter, find_squawk

    return SquawkLinter(
        directory=Path(directory), engine=facts.engine, program=find_squawk(), server_version=facts.server_version
    )
