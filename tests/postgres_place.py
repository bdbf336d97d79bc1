"""A place for a test on a real server: an empty database of its own, and roles that no other test has.

No test is here.
"""

import itertools
from dataclasses import dataclass

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

    def clear(self) -> None:
        """Remove the test's databases, whatever their names became, and its roles."""
        for (name,) in self.cluster.execute(f"SELECT datname FROM pg_database WHERE datname ~ '^{self.name}(_|~|$)'"):
            quoted = name.replace('"', '""')
            self.cluster.execute(f'DROP DATABASE "{quoted}" WITH (FORCE)')
        for (name,) in self.cluster.execute(f"SELECT rolname FROM pg_roles WHERE rolname LIKE 'role_{self.name}_%'"):
            self.cluster.execute(f"DROP ROLE {name}")


def new_place() -> Place:
    """Return an empty database on the one server."""
    place = Place(session_cluster(), f"db{next(NUMBERS)}")
    place.run(f"CREATE DATABASE {place.name}", name="postgres")
    return place
