"""The migrator for plain commands: one brings the database forward, one checks whether anything is pending.

What the commands do inside is theirs; no revision is known, so there are two places to stand: before, and newest.
"""

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from release_tools.adapters.program import Finished, run_program
from release_tools.adapters.secret_values import secret_values
from release_tools.domain.deploy.migration import Migration, MigrationState
from release_tools.errors import ToolFailed
from release_tools.ports.migrator import Told
from release_tools.record import record

NEWEST = "newest"
PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
UP_TO_DATE, PENDING = 0, 1
"""What a check ends with; anything else is a failure."""


@record
class CommandMigrator:
    """Two commands of one released tree; programs that use libpq are given names, patience and an early end."""

    upgrade: tuple[str, ...]
    check: tuple[str, ...]
    directory: Path
    application: str = "release-tools"
    """What sessions are called on the server, unless the environment has PGAPPNAME."""
    lock_timeout: float = 5.0
    patience: float = 60.0
    """Seconds for a check."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The application's own settings, which the commands may read."""

    def state(self, environment: Mapping[str, str], /) -> MigrationState:
        """Return whether anything is pending: each line that the check prints is a migration whose SQL is unknown.

        What is recorded is called `newest`, else `before-` and a digest of what is pending, which tells a prefix apart.
        """
        lines = self._pending(environment, self.patience)
        current = f"before-{hashlib.sha256(os.fsencode(chr(10).join(lines))).hexdigest()[:12]}" if lines else NEWEST
        return MigrationState(current=current, heads=(NEWEST,), known=True, pending=tuple(map(_migration, lines)))

    def migrate(self, environment: Mapping[str, str], target: str, /, *, timeout: float, told: Told) -> None:
        """Run the upgrade unless the check finds nothing to do; tried once, since nobody knows what it left behind."""
        end = time.monotonic() + timeout
        if target != NEWEST:
            raise ToolFailed(
                f"`{self.upgrade[0]}` brings the database to the newest schema only, not to {target}.",
                state="Nothing was changed.",
                todo=f"Migrate to {NEWEST}.",
            )
        if not self._pending(environment, timeout):
            return
        done = self._run(self.upgrade, environment, timeout=end - time.monotonic())
        if done.code:
            raise ToolFailed(
                f"`{' '.join(self.upgrade)}` ended with exit code {done.code}: {_last_words(done)}",
                state="What it had done by then may stand in the database.",
            )
        if lines := self._pending(environment, max(end - time.monotonic(), 1.0)):
            raise ToolFailed(
                f"`{' '.join(self.upgrade)}` ended well, but its check still finds pending: {lines[0]}.",
                state="What it had done by then may stand in the database.",
            )
        told(NEWEST)

    def downgrade(self, environment: Mapping[str, str], target: str, /, *, timeout: float) -> None:
        """Refuse: no command is known that leads back."""
        raise ToolFailed(
            f"`{self.upgrade[0]}` knows no way back to {target or 'an empty database'}.", state="Nothing was changed."
        )

    def ahead(self, environment: Mapping[str, str], /) -> str:
        """Return what the check finds after the upgrade, which is all that a plain command can tell of models."""
        return "\n".join(self._pending(environment, self.patience))

    def _pending(self, environment: Mapping[str, str], timeout: float) -> tuple[str, ...]:
        done = self._run(self.check, environment, timeout=timeout)
        if done.code not in (UP_TO_DATE, PENDING):
            raise ToolFailed(
                f"`{' '.join(self.check)}` ended with exit code {done.code}: {_last_words(done)}",
                state="Nothing was changed.",
                todo="Let migrations.check end with 0 when nothing is pending, and 1 when something is.",
            )
        lines = tuple(line.strip() for line in done.out.splitlines() if line.strip())
        return (lines or ("pending",)) if done.code == PENDING else ()

    def _run(self, argv: tuple[str, ...], environment: Mapping[str, str], *, timeout: float) -> Finished:
        settings = self._libpq() | dict(self.variables) | dict(environment)
        inherited = {name: os.environ[name] for name in PASSED if name in os.environ}
        secrets = secret_values({**self.variables, **environment})
        return run_program(argv, env=inherited | settings, cwd=self.directory, timeout=timeout, mask=secrets, ok=None)

    def _libpq(self) -> dict[str, str]:
        milliseconds = max(round(self.lock_timeout * 1000), 1)
        options = f"-c lock_timeout={milliseconds} -c client_connection_check_interval=1000"
        return {"PGAPPNAME": self.application, "PGOPTIONS": options}


def _migration(line: str) -> Migration:
    name, _, title = line.partition(" ")
    return Migration(name, title, transactional=False)


def _last_words(done: Finished) -> str:
    """Return the last of its complaints, which are masked; its output is not."""
    return (done.err or "no message").splitlines()[-1]
