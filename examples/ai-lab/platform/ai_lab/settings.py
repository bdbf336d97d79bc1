"""Settings: what the environment tells, and the version that the released tree says it is."""

import os
from pathlib import Path

VERSION = Path(__file__).parents[1].joinpath("VERSION").read_text(encoding="utf-8").strip()


def database_url() -> str:
    """Return the database's URL with the driver that we bring."""
    return os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")


def backend_port() -> int:
    """Return the TCP port of the backend."""
    return int(os.environ["BACKEND_PORT"])


def signing_key() -> bytes:
    """Return the key with which artefacts are signed."""
    return os.environ["SIGNING_KEY"].encode()
