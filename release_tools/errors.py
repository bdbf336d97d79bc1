"""The one error tree of release-tools and its exit codes.

No behaviour lives here: an error carries three sentences (what failed, what state things are in now,
what to type next) and the exit code its class stands for.
"""

from typing import ClassVar


class ReleaseToolsError(Exception):
    """Base of every error that a person is meant to read; `exit_code` is what the process returns."""

    exit_code: ClassVar[int] = 70

    def __init__(self, failed: str, *, state: str = "", todo: str = "") -> None:
        super().__init__(failed)
        self.failed = failed
        self.state = state
        self.todo = todo

    def __str__(self) -> str:
        return "\n".join(part for part in (self.failed, self.state, self.todo) if part)


class CheckFailed(ReleaseToolsError):
    """A check said no: commit message, branch name, verification."""

    exit_code = 1


class UsageError(ReleaseToolsError):
    """The command line or the configuration is wrong; the message names the path into the configuration."""

    exit_code = 2


class ConfigError(UsageError):
    """The configuration file cannot be read or does not fit the model."""


class PreconditionFailed(ReleaseToolsError):
    """Something must be put right first; nothing was changed."""

    exit_code = 3


class ToolFailed(ReleaseToolsError):
    """An outside tool (git, a server's hook, the disk) failed; the run can be resumed."""

    exit_code = 4


class ToolTimedOut(ToolFailed):
    """An outside tool did not answer before its deadline, so asking it again at once is no use."""


class PushRefused(ToolFailed):
    """The server itself refused a push; `refs` are the full names of those that it does not let us change so."""

    def __init__(self, failed: str, *, refs: tuple[str, ...], state: str = "", todo: str = "") -> None:
        super().__init__(failed, state=state, todo=todo)
        self.refs = refs


class Locked(ReleaseToolsError):
    """Another process holds the run lock; the message says who and since when."""

    exit_code = 5


class ForgeRefused(ToolFailed):
    """A forge answered and said no; nothing was changed there."""


class OutcomeUnknown(ToolFailed):
    """A forge may have done what it was asked without saying so: whoever asked looks before asking again."""


class HumanNeeded(ReleaseToolsError):
    """A conflict, an ambiguity or a drifted plan that only a person can decide; the run can be resumed."""

    exit_code = 6


class Interrupted(ReleaseToolsError):
    """A signal stopped the run at a safe point; it can be resumed."""

    exit_code = 130


class LockBusy(ToolFailed):
    """A database lock was held by somebody else until the time was up; nothing was changed."""


class RolledBack(ReleaseToolsError):
    """A deploy failed, and the previous version serves again, verified."""

    exit_code = 7


class OperatorNeeded(ReleaseToolsError):
    """A deploy failed and so did the way back, or there is none; the message is a runbook."""

    exit_code = 8


class BackupFailed(ReleaseToolsError):
    """A backup or its proof failed; production is untouched."""

    exit_code = 9


class BackupRefused(BackupFailed):
    """A backup is damaged, incomplete, or another one than the journal knows; nothing was written from it."""


class Inconclusive(ReleaseToolsError):
    """What was watched told neither good nor bad; the new version serves."""

    exit_code = 10
