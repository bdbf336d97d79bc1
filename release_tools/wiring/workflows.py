"""What `init --workflows` works with: the callers as they should be, and as they lie in the work tree.

What is written, and what is left, is the command's to decide.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.domain.workflow_callers import (
    WORKFLOWS,
    Fate,
    Source,
    installed_source,
    judge_caller,
    parse_source,
    render_caller,
)
from release_tools.errors import UsageError
from release_tools.installed import installed_version
from release_tools.record import record
from release_tools.wiring.repository import open_repository

if TYPE_CHECKING:
    from release_tools.adapters.caller_files import CallerFiles


@record
class Caller:
    """A workflow that calls ours: where it lies, what it should say, and what becomes of what is there."""

    name: str
    path: str
    text: str
    fate: Fate


@record
class Callers:
    """All of them, and the directory that they go into."""

    rows: tuple[Caller, ...]
    files: "CallerFiles"

    def write(self) -> None:
        """Write those that are not as they should be."""
        for row in self.rows:
            if row.fate != "as it should be":
                self.files.write(row.name, row.text)


def observe_callers(repo: Path, config: Path | None, *, source: str, tests: str, build: str) -> Callers:
    """Return the callers for the work tree around `repo`.

    `source` is `OWNER/REPOSITORY@COMMIT`, empty for where this program was installed from; `UsageError` without any.
    """
    from release_tools.adapters.caller_files import CallerFiles, load_template
    from release_tools.config.load import load_config

    _, top, _ = open_repository(repo)
    called = _source(source)
    values = {
        "repository": called.repository,
        "commit": called.commit,
        "version": f"release-tools {installed_version()}",
        "main": _quoted(load_config(top, config).branches.main),
        "tests": _quoted(tests),
        "build": _quoted(build),
    }
    files, rows = CallerFiles(top=top), []
    for name in WORKFLOWS:
        text = render_caller(load_template(name), values)
        fate = judge_caller(files.load(name), text)
        rows.append(Caller(name=name, path=str(files.path(name)), text=text, fate=fate))
    return Callers(rows=tuple(rows), files=files)


def _quoted(text: str) -> str:
    # JSON's strings are YAML's.
    return json.dumps(text, ensure_ascii=False)


def _source(text: str) -> Source:
    from release_tools.adapters.caller_files import installed_from

    found = parse_source(text) if text else installed_source(*installed_from())
    if found is None:
        failed = f"'{text}' names no repository at a commit." if text else "This program was not installed from git."
        raise UsageError(
            failed,
            state="Nothing was written.",
            todo="Say whose workflows are called: --source OWNER/REPOSITORY@COMMIT, the commit in full; a tag can be "
            "moved to other code.",
        )
    return found
