"""The report of a bug in release-tools: everything a maintainer needs, in a file that only its owner can read.

Nothing is printed or sent from here, and credentials are masked before the text reaches the disk.
"""

import os
import platform
import re
import shlex
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from release_tools.installed import installed_version

SECRETS = (
    (re.compile(r"(?<=://)[^\s/@]+(?=@)"), "***"),
    (re.compile(r"\b(?:gh[a-z]_|github_pat_|glpat-)\w+"), "***"),
    (re.compile(r"(?i)((?:token|password|passwd|secret|api[-_]?key)[\"']?\s*[=:]\s*[\"']?)[^\s\"']+"), r"\1***"),
)


def write_bug_report(error: BaseException, arguments: list[str]) -> Path:
    """Write the report of `error` below the user's state directory, else below the temporary one; return its path."""
    moment = datetime.now(UTC)
    text = render_bug_report(error, arguments, moment)
    name = f"bug-{moment:%Y%m%dT%H%M%SZ}-{os.getpid()}-"
    try:
        return _write(text, name, _state_directory())
    except OSError:
        return _write(text, name, None)


def render_bug_report(error: BaseException, arguments: list[str], moment: datetime) -> str:
    """Return the text of the report, with credentials masked."""
    text = "\n".join(
        (
            f"release-tools {installed_version()}",
            f"time: {moment:%Y-%m-%dT%H:%M:%SZ}",
            f"python: {platform.python_version()} ({sys.executable})",
            f"system: {platform.platform()}",
            f"command: release-tools {shlex.join(arguments)}",
            "",
            "".join(traceback.format_exception(error)),
        )
    )
    for pattern, mask in SECRETS:
        text = pattern.sub(mask, text)
    return text


def _state_directory() -> Path:
    configured = Path(os.environ.get("XDG_STATE_HOME", ""))
    root = configured if configured.is_absolute() else Path.home() / ".local" / "state"
    directory = root / "release-tools"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def _write(text: str, name: str, directory: Path | None) -> Path:
    descriptor, path = tempfile.mkstemp(prefix=name, suffix=".log", dir=directory)  # born 0600
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return Path(path)
