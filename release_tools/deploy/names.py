"""The names of what a run makes: copies of databases, backups, rehearsals.

All are chosen when a plan is made, and carry the run, so that what is left over can be told to it.
"""

import re
from datetime import UTC, datetime
from pathlib import PurePath

from release_tools.domain.deploy.backup import Purpose

LONGEST = 63
"""Bytes of a name in PostgreSQL."""


def mark(run: str) -> str:
    """Return the short mark of a run in other names: its random digits."""
    return re.sub(r"[^0-9a-z]", "", run.rpartition("-")[2].lower()) or "0"


def prefix_of(live: str) -> str:
    """Return how the names of all copies of a database begin; `live` is its name, or its file's path."""
    return f"{PurePath(live).name[: LONGEST - 20]}__"


def copy_name(live: str, use: str, run: str) -> str:
    """Return the name of a copy: `use` is `pre` (fallback), `failed` (was live), `r` (restored), `s` (scratch)."""
    return f"{prefix_of(live)}{use}_{mark(run)}"


def backup_name(now: datetime, environment: str, version: str, purpose: Purpose, run: str) -> str:
    """Return the identifier of a backup, which sorts by time."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{environment}-{version or 'none'}-{purpose}-{mark(run)}"
