"""The points at which a process may die: around journal lines, behind applied steps, before every change of a file.

They are counted as they are reached; at the chosen one the process kills itself, as nothing but SIGKILL does.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

from release_tools.deploy.steps import KINDS as DEPLOY_KINDS
from release_tools.engine.journal import Journal
from release_tools.release.steps import KINDS as RELEASE_KINDS

CHANGES = frozenset(("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link"))
"""Audit events that Python raises before it changes names of files."""


@dataclass(slots=True)
class Points:
    """The points reached so far; the process dies at number `at`, counted from 0."""

    at: int | None
    place: Path
    """The stage; a cache in the home directory is written once and is no point."""
    files: bool = True
    """Whether changes of files are points; those of a deploy differ from run to run."""
    labels: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Put a point around every journal line, behind every applied step, before every change of a file."""
        self._surround_journal()
        for cls in (*RELEASE_KINDS.values(), *DEPLOY_KINDS.values()):
            self._follow_apply(cls)
        if self.files:
            sys.addaudithook(self._before_change)

    def reach(self, label: str, last_words: Callable[[], None] | None = None) -> None:
        """Count a point; die there if it is the chosen one, after the last words."""
        self.labels.append(label)
        if len(self.labels) - 1 == self.at:
            if last_words:
                last_words()
            os.kill(os.getpid(), signal.SIGKILL)

    def _surround_journal(self) -> None:
        append, write = Journal.append, Journal._write

        @wraps(append)
        def appended(journal: Journal, event: str, **values: Any) -> Any:
            name = f"{event}[{values['step']}]" if "step" in values else event
            self.reach(f"journal {name}: before")
            entry = append(journal, event, **values)
            self.reach(f"journal {name}: after")
            return entry

        @wraps(write)
        def written(journal: Journal, line: bytes) -> None:
            self.reach("journal: torn line", lambda: write(journal, line[: len(line) // 2]))
            write(journal, line)

        Journal.append, Journal._write = appended, written  # type: ignore[method-assign]

    def _follow_apply(self, cls: Any) -> None:
        apply = cls.apply

        @wraps(apply)
        def applied(step: Any, world: Any) -> Any:
            facts = apply(step, world)
            self.reach(f"apply {cls.kind}: returned")
            return facts

        cls.apply = applied

    def _before_change(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in CHANGES and self._is_here(arguments[0]):
            self.reach(f"file {event.removeprefix('os.')}: before")
        elif event == "open" and self._is_here(arguments[0]) and _creates(*arguments):
            self.reach("file open: before")

    def _is_here(self, path: object) -> bool:
        """Return whether a path is on the stage; a relative one is, since only deleted trees are named that way."""
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        name = os.fsdecode(path)
        return not name.startswith("/") or name.startswith(f"{self.place}/")


def _creates(path: Any, _mode: object, flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & os.O_CREAT) and not os.path.exists(path)  # noqa: PTH110
