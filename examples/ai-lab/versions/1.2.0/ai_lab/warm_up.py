"""Warm-up: what the backend does before it listens."""

from pathlib import Path

INDEX = Path(__file__).parents[1] / "index" / "environments.idx"


def warm_up() -> None:
    """Read the index, which no release ever had in it."""
    INDEX.read_bytes()
