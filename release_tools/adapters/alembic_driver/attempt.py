"""An attempt at migrating: what is recorded for good, and whether a failure would leave nothing behind.

Nothing is run here; the steps and their context are Alembic's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from release_tools.adapters.alembic_driver.channel import Say


class Attempt:
    """One way through the revisions, from wherever the database stands."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._unsettled: list[str] = []
        self.clean = True
        """Whether all that is not recorded is rolled back when it fails now."""

    def settle(self) -> None:
        """Tell of the revisions whose record is committed."""
        while self._unsettled:
            self._say("recorded", revision=self._unsettled.pop(0))

    def step_outside(self) -> None:
        """Note that what came before is committed now, and that what follows is not rolled back."""
        self.settle()
        if self.clean:
            self._say("outside")
        self.clean = False

    def watched(self, steps: Iterable[Any], context: Any) -> list[Any]:
        """Return Alembic's steps so that each is noted when it is run."""
        plan = list(steps)
        for step in plan:
            step.migration_fn = self._noted(step, step.migration_fn, context)
        return plan

    def _noted(self, step: Any, migrate: Callable[..., None], context: Any) -> Callable[..., None]:
        def run(**words: Any) -> None:
            self._say("running", revision=step.revision.revision)
            if not transactional(context):
                self.step_outside()
            elif commits_each(context):
                self.settle()
                self.clean = True
            migrate(**words)
            self._unsettled.append(step.revision.revision)

        return run


def transactional(context: Any) -> bool:
    """Return whether migrations run inside a transaction at all."""
    autocommits = getattr(_raw(context.connection), "autocommit", False) is True
    return bool(context.impl.transactional_ddl) and not autocommits


def commits_each(context: Any) -> bool:
    """Return whether each revision has a transaction of its own, instead of one for all."""
    return bool(context._transaction_per_migration) and not context._in_external_transaction


def _raw(connection: Any) -> Any:
    """Return the database driver's own connection, None where there is none."""
    pooled = getattr(connection, "connection", None)
    return getattr(pooled, "dbapi_connection", None)
