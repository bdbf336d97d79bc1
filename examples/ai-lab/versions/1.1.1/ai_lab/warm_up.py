"""Warm-up: what the backend does before it listens."""

import time

SECONDS = 4.0


def warm_up() -> None:
    """Take as long as loading a large index takes."""
    time.sleep(SECONDS)
