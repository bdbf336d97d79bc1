"""The migrator for Alembic: it has the application's interpreter run our driver, and makes values of what that tells.

Alembic itself is spoken to in `alembic_driver`, which is never imported here.
"""

import os
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import field
from pathlib import Path
from typing import Any

from release_tools.adapters.json_lines import Event, JsonLines
from release_tools.adapters.secret_values import secret_values
from release_tools.domain.deploy.migration import Migration, MigrationState
from release_tools.errors import LockBusy, PreconditionFailed, ReleaseToolsError, ToolFailed
from release_tools.ports.migrator import Told
from release_tools.record import record

START = Path(__file__).with_name("alembic_driver") / "start.py"
HYGIENE = ("-I", "-B")
"""Nothing of our environment decides what is imported, and no byte code is written into a release's tree."""
PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
OURS = ("platform_versions", "platform_deploys", "migration_digests")
"""Tables that a deploy leaves in the database, and no model knows."""
GRACE = 10.0
"""Seconds more than the driver gives itself."""
UNFIT = ("UserWarning", "CommandError", "RevisionError", "MultipleHeads", "CycleDetected")
"""What the driver fails with when a tree of revisions does not fit together."""


@record
class AlembicMigrator:
    """The migrations of one released tree."""

    python: str
    """The interpreter of the environment in which the application and Alembic are installed."""
    directory: Path
    """Where alembic.ini is."""
    url_key: str = "DATABASE_URL"
    application: str = "release-tools"
    """What sessions are called on the server, unless the URL or PGAPPNAME says so."""
    lock_timeout: float = 5.0
    patience: float = 60.0
    """Seconds for a question that changes nothing."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The application's own settings, which its env.py may read."""
    ini: str = "alembic.ini"
    drivers: MutableMapping[object, JsonLines] = field(default_factory=dict, repr=False, compare=False)
    """Interpreters that have imported Alembic once; whoever shares this asks them again instead of starting others."""

    def state(self, environment: Mapping[str, str], /) -> MigrationState:
        """Return where the database stands and what is pending, with the SQL of what is pending."""
        found = self._answer("state", self._run("state", environment, timeout=self.patience))
        return MigrationState(
            current=",".join(found["recorded"]),
            heads=tuple(found["heads"]),
            known=found["known"],
            pending=tuple(Migration(**row) for row in found["pending"]),
            applied=tuple(Migration(**row) for row in found["applied"]),
        )

    def migrate(self, environment: Mapping[str, str], target: str, /, *, timeout: float, told: Told) -> None:
        """Bring the database to `target` under an advisory lock; `told` hears of each revision once it is committed."""
        for event in self._run("migrate", environment, target=target, timeout=timeout):
            if event["event"] == "recorded":
                told(event["revision"])

    def downgrade(self, environment: Mapping[str, str], target: str, /, *, timeout: float) -> None:
        """Take the database back to `target`, empty for before the first revision."""
        for _ in self._run("downgrade", environment, target=target, timeout=timeout):
            pass

    def ahead(self, environment: Mapping[str, str], /) -> str:
        """Return in what the models differ from the migrated database, a line each."""
        found = self._answer("ahead", self._run("ahead", environment, timeout=self.patience))
        return "\n".join(found["differences"])

    @property
    def _driver(self) -> JsonLines:
        """Return the driver of this tree; one that was laid out anew gets another, whatever its build installed."""
        env = {name: os.environ[name] for name in PASSED if name in os.environ} | dict(self.variables)
        laid_out = self.directory.stat().st_ino if self.directory.is_dir() else 0
        known_by = (self.python, self.directory, laid_out, frozenset(env.items()))
        if known_by not in self.drivers:
            argv = (self.python, *HYGIENE, str(START))
            self.drivers[known_by] = JsonLines(argv=argv, env=env, cwd=self.directory)
        return self.drivers[known_by]

    def _answer(self, name: str, events: Iterator[Event]) -> Event:
        return [event for event in events if event["event"] == name][-1]

    def _run(self, verb: str, environment: Mapping[str, str], *, timeout: float, target: str = "") -> Iterator[Event]:
        """Yield what the driver tells; its failure is raised when all of it was heard."""
        order = {
            "verb": verb,
            "environment": dict(environment),
            "ini": self.ini,
            "url_key": self.url_key,
            "application": self.application,
            "lock_timeout": self.lock_timeout,
            "timeout": timeout,
            "target": target,
            "ignored": OURS,
        }
        heard: list[Event] = []
        secrets = secret_values({**self.variables, **environment})
        for event in self._driver.events(order, timeout + GRACE, mask=secrets):
            heard.append(event)
            yield event
        if heard[-1]["code"] or not any(event["event"] == "done" for event in heard):
            raise self._failure(verb, heard, timeout)

    def _failure(self, verb: str, heard: list[Event], timeout: float) -> ReleaseToolsError:
        last = {event["event"]: event for event in heard}
        at = f"Migration {last['running']['revision']}" if "running" in last else f"Alembic's {verb}"
        state = _left_behind(heard)
        if busy := last.get("busy"):
            return LockBusy(
                f"{at} waited {timeout:g} seconds for {busy['what']}, held by {_named(busy['holders'])}.",
                state=state,
                todo="End that session or wait for it, then run this again.",
            )
        if not (failed := last.get("failed")):
            return ToolFailed(
                f"{self.python} could not run Alembic in {self.directory}: {_last_line(heard[-1]['words'])}",
                state=state,
                todo="Install Alembic beside the application, or name another interpreter in migrations.python.",
            )
        if verb == "state" and failed["kind"] in UNFIT:
            return PreconditionFailed(
                f"The migrations in {self.directory} do not fit together: {failed['words']}",
                state="Nothing was changed.",
                todo="Mend the revisions on a branch, and release that.",
            )
        return ToolFailed(f"{at} failed: {failed['words']}", state=state)


def _left_behind(heard: list[Event]) -> str:
    """Return a sentence on what stands in the database now."""
    kinds = [event["event"] for event in heard]
    if "running" not in kinds:
        return "Nothing was changed."
    recorded = ", ".join(event["revision"] for event in heard if event["event"] == "recorded") or "none"
    if "outside" in kinds:
        return f"Recorded revisions: {recorded}; what ran outside of a transaction was not rolled back."
    return f"Recorded revisions: {recorded}; everything else was rolled back."


def _named(holders: list[Any]) -> str:
    named = [f"pid {pid} ({application or 'without a name'})" for pid, application in holders]
    return " and ".join(named) or "a session that was gone before it could be named"


def _last_line(words: str) -> str:
    return words.splitlines()[-1] if words else "it said nothing."
