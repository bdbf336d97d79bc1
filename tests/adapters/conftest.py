"""Databases for the tests of adapters, each with a server's database of its own.

No test is here.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from postgres_rig import Cluster, session_cluster

from release_tools.adapters.postgres_database import PostgresDatabase

NUMBERS = itertools.count(1)


@dataclass
class Place:
    """An empty database on the one server, and hands to fill it."""

    cluster: Cluster
    name: str

    @property
    def database(self) -> PostgresDatabase:
        """Return the ports on it, as the superuser has them."""
        return PostgresDatabase(key="DATABASE_URL", url=self.cluster.url(self.name))

    def as_role(self, role: str, password: str) -> PostgresDatabase:
        """Return the ports on it, as another role has them."""
        return PostgresDatabase(key="DATABASE_URL", url=self.cluster.url(self.name, user=role, password=password))

    def run(self, *statements: str, name: str = "") -> list[tuple[object, ...]]:
        """Run statements as the superuser."""
        return self.cluster.execute(*statements, dbname=name or self.name)

    def role(self, attributes: str = "LOGIN PASSWORD 'sesame-7'") -> str:
        """Make a role that no other test has, and return its name."""
        name = f"role_{self.name}_{next(NUMBERS)}"
        self.run(f"CREATE ROLE {name} {attributes}")
        return name


@pytest.fixture
def place() -> Iterator[Place]:
    """Return an empty database on the real server."""
    cluster = session_cluster()
    one = Place(cluster, f"db{next(NUMBERS)}")
    cluster.execute(f"CREATE DATABASE {one.name}")
    yield one
    for (name,) in cluster.execute(f"SELECT datname FROM pg_database WHERE datname ~ '^{one.name}(_|~|$)'"):
        quoted = name.replace('"', '""')
        cluster.execute(f'DROP DATABASE "{quoted}" WITH (FORCE)')
    for (name,) in cluster.execute(f"SELECT rolname FROM pg_roles WHERE rolname LIKE 'role_{one.name}_%'"):
        cluster.execute(f"DROP ROLE {name}")
