"""Warm-up: what the backend does before it listens."""


def warm_up() -> None:
    """Do nothing: this version has nothing to load."""
