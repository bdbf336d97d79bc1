"""The steps of deploy plans: each one external operation, pinned at plan time to names of releases and copies.

The registry of their kinds is here, for reading stored plans.
"""

from release_tools.deploy.steps.backups import ProveBackup, RestoreCopy, RestoreDirectory, TakeBackup
from release_tools.deploy.steps.copies import (
    ClearScratch,
    CopyDatabase,
    DropCopy,
    DropDirectory,
    SwapDatabase,
    SwapDirectory,
    VerifyFallback,
)
from release_tools.deploy.steps.front import CloseFront, OpenFront
from release_tools.deploy.steps.health import Bake, VerifyVersion
from release_tools.deploy.steps.migrations import AwaitQuiet, CheckSchema, Migrate
from release_tools.deploy.steps.record import RecordRows, RemoveBackup
from release_tools.deploy.steps.rehearsal import BootOnCopy, MigrateCopy
from release_tools.deploy.steps.releases import RemoveRelease, StageRelease, SwitchRelease
from release_tools.deploy.steps.services import AllowRestarts, StartService, StopService
from release_tools.engine.codec import registry

KINDS = registry(
    AllowRestarts,
    AwaitQuiet,
    Bake,
    BootOnCopy,
    CheckSchema,
    ClearScratch,
    CloseFront,
    CopyDatabase,
    DropCopy,
    DropDirectory,
    Migrate,
    MigrateCopy,
    OpenFront,
    ProveBackup,
    RecordRows,
    RemoveBackup,
    RemoveRelease,
    RestoreCopy,
    RestoreDirectory,
    StageRelease,
    StartService,
    StopService,
    SwapDatabase,
    SwapDirectory,
    SwitchRelease,
    TakeBackup,
    VerifyFallback,
    VerifyVersion,
)
