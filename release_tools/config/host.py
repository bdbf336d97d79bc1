"""The host file: where one environment's things lie on this machine; it holds no secret itself.

It stands outside of any work tree: `<environment>.toml` in `/etc/release-tools/<project>/` for root, else in
`$XDG_CONFIG_HOME/release-tools/<project>/`, or where RELEASE_TOOLS_HOSTS says.
"""

from dataclasses import field
from typing import Annotated

from release_tools.config.limits import Limits, Name, about
from release_tools.config.table import Table
from release_tools.record import record

Level = Annotated[int, Limits(ge=0)]


@record
class Keep(Table):
    """How many days, weeks and months keep one backup each, beside the youngest ones."""

    last: Level = field(default=6, metadata=about("The youngest ones, whatever their day"))
    daily: Level = field(default=7, metadata=about("Days"))
    weekly: Level = field(default=4, metadata=about("Weeks"))
    monthly: Level = field(default=6, metadata=about("Months"))


@record
class BackupPlace(Table):
    """Where backups go."""

    directory: Name = field(metadata=about("Absolute path, best on another disk"))
    recipients: tuple[Name, ...] = field(default=(), metadata=about("age recipients; empty: backups are not encrypted"))
    identity: Name | None = field(default=None, metadata=about("Path of the age identity that restores them"))
    keep: Keep = Keep()


@record
class HostFile(Table):
    """One environment on this machine."""

    home: Name = field(metadata=about("Absolute path; what the deploy tables name lies below it"))
    env_file: Name = field(default="production.env", metadata=about("Environment file, from the home"))
    state: Name | None = field(
        default=None,
        metadata=about(
            "Runs, lock and index; left out: `/var/lib/release-tools/<project>/<environment>` for root, "
            "else below $XDG_STATE_HOME"
        ),
    )
    python: Name | None = field(default=None, metadata=about("What `{python}` stands for; left out: our interpreter"))
    postgresql: Name | None = field(
        default=None, metadata=about("Directory of pg_dump and pg_restore; left out: PATH, else the newest installed")
    )
    notify: dict[Name, Name] = field(
        default_factory=dict,
        metadata=about("Who is told of deploys: a name, and the absolute path of the file that holds its address"),
    )
    backup: BackupPlace
