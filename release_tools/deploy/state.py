"""The state of a platform before a deploy: what serves, what would come, and what lies between them.

One frozen value, made by `observe`; guards and plans read nothing else.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from release_tools.deploy.blueprint import Blueprint, Identity, version_of
from release_tools.domain.deploy.database import DatabaseFacts
from release_tools.domain.deploy.migration import LintFinding, MigrationState
from release_tools.domain.deploy.service import ServiceState
from release_tools.record import record


@record
class Target:
    """The version that would come, as git has it."""

    identity: Identity
    tag: str
    """Empty where it is deployed from a branch, which only an environment that nothing follows from may do."""
    on_main: bool
    content: str
    """Git's name of its tree."""
    tree: str
    """Hash of the tree as it is laid out on disk."""
    committed_at: str


@record
class HostState:
    """What the machine says."""

    env_faults: tuple[str, ...] = ()
    """What keeps the environment file from fulfilling the contract; names only."""
    permission_faults: Mapping[str, str] = field(default_factory=dict)
    """Secret file to what is wrong with its mode or owner."""
    backup_faults: tuple[str, ...] = ()
    backup_free: int = 0
    """Bytes free where backups are kept."""
    directories: Mapping[str, int] = field(default_factory=dict)
    """Data directory to its bytes."""
    ports_taken: tuple[str, ...] = ()
    """Services whose port is taken by somebody who is not the platform."""
    last_backup: int = 0
    """Bytes of the newest backup, 0 where there is none."""


@record
class PlatformState:
    """Everything that a deploy is planned from."""

    environment: str
    target: Target
    blueprint: Blueprint
    current: str
    """The release that serves; empty: none was ever deployed."""
    before: Blueprint | None
    services: Mapping[str, ServiceState]
    front: str
    """`open`, `maintenance`, `absent`."""
    databases: Mapping[str, DatabaseFacts]
    unreachable: Mapping[str, str]
    """Databases that did not answer, and why, without secrets."""
    migration: MigrationState | None
    migration_error: str
    """Why the migrations of the release cannot be read."""
    edited: tuple[str, ...]
    """Revisions that are applied and whose file is another one in the target than in what serves."""
    findings: tuple[LintFinding, ...]
    lint_absent: str
    """Why the migrations were not linted; empty: they were, or need not be."""
    host: HostState
    proven_content: str | None
    """What the environment that goes first has committed of this version: git's tree; None: nothing."""
    now: datetime

    @property
    def version(self) -> str:
        """Return the version that would come."""
        return self.target.identity.version

    @property
    def release(self) -> str:
        """Return the release that would come."""
        return self.target.identity.release

    @property
    def current_version(self) -> str:
        """Return the version that serves, empty where none does."""
        return version_of(self.current)

    @property
    def pending(self) -> bool:
        """Return whether anything would be migrated."""
        return bool(self.migration and self.migration.pending)

    @property
    def database_bytes(self) -> int:
        """Return the size of all databases together."""
        return sum(facts.size for facts in self.databases.values())
