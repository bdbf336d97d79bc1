"""The configuration of release notes: in which files operators look for migrations, settings and images.

The other tables stand in `model`.
"""

from dataclasses import field

from release_tools.config.limits import Name, about
from release_tools.config.table import Table
from release_tools.record import record


@record
class Notes(Table):
    """Which files tell operators what changed for them; a pattern without `/` is about the name alone."""

    migrations: tuple[Name, ...] = field(
        default=("migrations/*", "*/migrations/*", "alembic/versions/*", "*/alembic/versions/*"),
        metadata=about("Files that are migrations of a database"),
    )
    settings: tuple[Name, ...] = field(
        default=(".env.example", ".env.*.example", "*.env.example", ".env.sample", ".env.template"),
        metadata=about("Files that name every configuration key with its default, as `KEY=value`"),
    )
    images: tuple[Name, ...] = field(
        default=("compose*.y*ml", "docker-compose*.y*ml", "Dockerfile*", "*.Dockerfile"),
        metadata=about("Files that name images, as `image:` or `FROM`"),
    )


DEFAULT_NOTES = Notes()
