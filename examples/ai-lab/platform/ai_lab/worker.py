"""The worker: a process beside the backend that shows in the database that it is alive."""

import signal
import sys
import threading
import time

from sqlalchemy import delete, insert

from ai_lab.database import open_database
from ai_lab.models import heartbeats
from ai_lab.settings import VERSION

NAME = "worker"
INTERVAL = 1.0


def main() -> None:
    """Beat until SIGTERM."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: over.set())
    database = open_database()
    print(f"ai-lab worker {VERSION} beats every {INTERVAL:g} s", file=sys.stderr, flush=True)
    while not over.is_set():
        with database.begin() as connection:
            connection.execute(delete(heartbeats).where(heartbeats.c.worker == NAME))
            beat = {"worker": NAME, "version": VERSION, "beat_at": int(time.time())}
            connection.execute(insert(heartbeats).values(beat))
        over.wait(INTERVAL)


if __name__ == "__main__":
    main()
