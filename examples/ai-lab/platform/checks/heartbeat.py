"""Checks that the worker of this very version was alive in the last ten seconds; exit code 1 with a sentence if not."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ai_lab.database import open_database
from ai_lab.models import heartbeats
from ai_lab.settings import VERSION
from sqlalchemy import select

with open_database().connect() as connection:
    rows = connection.execute(select(heartbeats.c.version, heartbeats.c.beat_at)).all()
fresh = [version for version, beat_at in rows if beat_at > time.time() - 10]
if VERSION not in fresh:
    sys.exit(f"no worker of version {VERSION} has shown life for 10 seconds; seen: {', '.join(fresh) or 'nobody'}")
