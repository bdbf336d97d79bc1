"""The world that deploy steps act on: the ports of one environment, and what they need to know of the run they are in.

A step gets everything else from its own fields.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, NamedTuple

from release_tools.deploy.blueprint import Blueprints
from release_tools.ports.backups import BackupReader, BackupWriter
from release_tools.ports.database import Database
from release_tools.ports.host import Clock, Host, Prober
from release_tools.ports.migrator import Migrator
from release_tools.ports.runtime import Front, Releases, Runtime
from release_tools.record import record


class Rehearsal(NamedTuple):
    """What leads a prober to the services and copies of a rehearsal."""

    id: str
    ports: Mapping[str, int]
    """By service."""
    variables: Mapping[str, str]
    """What comes on top of the environment file."""
    copies: Mapping[str, str]
    """Database to its copy."""
    home: str


@record
class World:
    """What steps may ask and change."""

    run: str
    """Identifier of the run; sessions, copies and scratch things carry it."""
    home: Path
    scratch: Path
    """A directory of this run's own, which may be deleted at any time between steps."""
    databases: Mapping[str, Database]
    migrator: Callable[[str], Migrator | None]
    """From the name of a release to its migrator; None where it migrates nothing."""
    blueprint: Blueprints
    releases: Releases
    runtime: Runtime
    front: Front | None
    """None where users are never kept out."""
    backups: BackupReader
    store: BackupWriter
    host: Host
    prober: Prober
    rehearsal_prober: Callable[[Rehearsal], Prober]
    clock: Clock
    token: str = field(repr=False)
    """Secret that leads through the front during maintenance."""
    stopping: Callable[[], bool]
    """Whether somebody asked the run to stop; long steps look at it."""
    note: Callable[[Mapping[str, Any]], None]
    """Writes a sample of a long step into the journal, as facts."""

    @property
    def application(self) -> str:
        """Return how this run's sessions are called on the database server."""
        return f"release-tools/{self.run}"
