"""The machine: what the figures were taken on, since a ratio travels and a time does not.

Nothing is measured here.
"""

import os
import platform
import subprocess
from pathlib import Path

from benchmarks.paired import CAP, clean_environment


def render_machine(versions: dict[str, str]) -> str:
    """Return the facts as a paragraph; `versions` are those of the peers that took part."""
    facts = [
        f"{_processor()}, {os.cpu_count()} cores",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        _git_version(),
        *(f"{name} {version}" for name, version in versions.items()),
    ]
    return f"Measured on: {'; '.join(facts)}."


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # not Linux
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _git_version() -> str:
    asked = subprocess.run(
        ("git", "version"), check=True, capture_output=True, text=True, env=clean_environment(), timeout=CAP
    )
    return asked.stdout.strip().replace(" version", "")
