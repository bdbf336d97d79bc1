"""The deploy tables of the configuration: what the platform consists of, as the released tree itself says.

They are loaded by deploy commands only. Where things lie on a host stands in `config.host`.
"""

from dataclasses import field
from typing import Annotated, Literal

from release_tools.config.limits import AtLeastOne, Count, Limits, Name, Seconds, about
from release_tools.config.table import Table
from release_tools.record import record

Level = Annotated[int, Limits(ge=0)]


@record
class Service(Table):
    """A process of the platform."""

    command: Annotated[tuple[Name, ...], AtLeastOne] = field(
        metadata=about("Program and arguments, no shell; holes: `{release}`, `{home}`, `{port}`, `{python}`")
    )
    directory: Name = field(default=".", metadata=about("Where it is started, from the top of the released tree"))
    port: Name | None = field(default=None, metadata=about("Key of the environment file that holds its TCP port"))
    health: str = field(default="", metadata=about("Path of its health URL; empty: running is healthy"))
    after: tuple[Name, ...] = field(default=(), metadata=about("Services that must be ready first"))
    grace: Seconds = field(default=10.0, metadata=about("Seconds between SIGTERM and SIGKILL"))
    ready_within: Seconds = field(default=120.0, metadata=about("Seconds until it must be ready"))
    public: bool = field(default=False, metadata=about("The front leads users to this service; exactly one may be"))
    rehearse: bool = field(default=True, metadata=about("Boot it in rehearsals"))


@record
class Front(Table):
    """What stands before the public service and says 503 during maintenance."""

    kind: Literal["front", "none"] = field(
        default="front", metadata=about("`front`: our small proxy; `none`: users are never kept out")
    )
    port: Name = field(default="PORT", metadata=about("Key of the environment file that holds the users' TCP port"))
    retry_after: Count = field(default=30, metadata=about("Seconds that a 503 tells clients to wait"))


@record
class DatabaseTable(Table):
    """A database of the platform."""

    kind: Literal["postgresql", "sqlite"] = field(default="postgresql", metadata=about("`postgresql` or `sqlite`"))
    url: Name = field(default="DATABASE_URL", metadata=about("Key of the environment file that holds its URL"))
    jobs: Count = field(default=2, metadata=about("Parallel jobs of dump and restore"))


@record
class Migrations(Table):
    """How the schema is brought forward."""

    kind: Literal["alembic", "command", "none"] = field(
        default="none", metadata=about("`alembic`, `command`, or `none`: the schema is never touched")
    )
    database: Name = field(default="main", metadata=about("The database that is migrated, by its name here"))
    directory: Name = field(default=".", metadata=about("Where the tool is started, from the top of the released tree"))
    python: Name = field(
        default="{python}", metadata=about("alembic: the application's own interpreter; holes as in a command")
    )
    upgrade: tuple[Name, ...] = field(default=(), metadata=about("command: brings the database forward"))
    check: tuple[Name, ...] = field(
        default=(), metadata=about("command: ends with 0 when nothing is pending, 1 when something is; prints it")
    )
    lock_timeout: Seconds = field(default=5.0, metadata=about("Seconds that a statement waits for a lock"))
    timeout: Seconds = field(default=1800.0, metadata=about("Seconds that all of them together may take"))
    lint: bool = field(default=True, metadata=about("Lint their SQL before anything is done"))


@record
class Check(Table):
    """A check that a version must pass; which keys count depends on its kind."""

    kind: Literal["service", "http", "post", "tcp", "sql", "command", "identity"] = field(
        metadata=about("`service`, `http`, `post`, `tcp`, `sql`, `command` or `identity`: which version serves")
    )
    service: str = field(default="", metadata=about("Whose state or port is looked at"))
    path: str = field(default="/", metadata=about("http, post, identity"))
    url: str = field(default="", metadata=about("http, post: an address instead of a service"))
    status: Count = field(default=200, metadata=about("http, post"))
    json: str = field(default="", metadata=about("http, post, identity: dotted path into the answer"))
    equals: str = field(default="", metadata=about("What must stand there; `{version}` is the target"))
    latency: float = field(default=0.0, metadata=about("http, post: seconds that an answer may take; 0: any"))
    tls_days: Level = field(default=0, metadata=about("http: days for which the certificate must still be valid"))
    host: str = field(default="", metadata=about("tcp"))
    port: Level = field(default=0, metadata=about("tcp"))
    database: Name = field(default="main", metadata=about("sql"))
    query: str = field(default="", metadata=about("sql: gives one value"))
    command: tuple[Name, ...] = field(default=(), metadata=about("command: must end with 0"))
    body: str = field(default="", metadata=about("post: JSON that is sent"))
    cleanup_path: str = field(default="", metadata=about("post: what is deleted afterwards, `{id}` from the answer"))
    cleanup_id: str = field(default="", metadata=about("post: dotted path of `{id}` in the answer"))
    timeout: Seconds = field(default=5.0, metadata=about("Seconds that one look may take"))
    within: Seconds = field(default=120.0, metadata=about("Seconds until it must be good"))
    public: bool = field(default=True, metadata=about("Goes through the front"))
    bake: bool | None = field(default=None, metadata=about("Repeat it after opening; left out: all but post"))


@record
class Bake(Table):
    """How long, and how, a version is watched after opening."""

    seconds: Annotated[float, Limits(ge=0)] = field(default=900.0, metadata=about("0: it is not watched"))
    interval: Seconds = field(default=10.0, metadata=about("Seconds between two looks"))
    warm_up: Annotated[float, Limits(ge=0)] = field(default=10.0, metadata=about("Seconds that do not count"))
    error_rate: float = field(default=0.05, metadata=about("Share of users' requests that may end with 5xx"))
    p95_ratio: float = field(default=2.0, metadata=about("How much slower than before the 95th percentile may be"))
    min_requests: Count = field(default=20, metadata=about("Fewer requests tell neither good nor bad"))
    failures: Count = field(default=2, metadata=about("Bad looks in a row that fail it"))
    inconclusive: Literal["commit", "exit-10"] = field(
        default="exit-10", metadata=about("What a watch means that told nothing; the version stays in both cases")
    )


@record
class Environment(Table):
    """The policy of one environment."""

    after: Name | None = field(
        default=None, metadata=about("The environment that must have committed the same content before")
    )
    windows: tuple[Name, ...] = field(
        default=(), metadata=about("When deploys may begin, as `mon-fri 09:00-16:00 Europe/Berlin`; empty: always")
    )
    freezes: tuple[Name, ...] = field(
        default=(), metadata=about("When they may not, as `2026-12-20..2027-01-06`; both days included")
    )
    rollback: Literal["auto", "code-only", "never"] = field(
        default="auto", metadata=about("What may be taken back by itself: all that loses nothing, code only, nothing")
    )
    max_downtime: float = field(default=0.0, metadata=about("Seconds that a rehearsal may forecast; 0: any"))
    backup_age: Count = field(default=60, metadata=about("Minutes for which a verified backup lets `migrate` run"))


@record
class Deploy(Table):
    """What the platform consists of and how a version of it gets to its environments."""

    project: Name = field(metadata=about("Names the state and host files of this platform"))
    runtime: Literal["process"] = field(default="process", metadata=about("`process`: supervised processes"))
    build: tuple[Name, ...] = field(default=(), metadata=about("Run once in the released tree when it is laid out"))
    contract: str = field(
        default=".env.example", metadata=about("The file whose keys the environment file must have; empty: none")
    )
    services: dict[Name, Service] = field(default_factory=dict, metadata=about("[deploy.services.NAME]"))
    front: Front = Front()
    databases: dict[Name, DatabaseTable] = field(default_factory=dict, metadata=about("[deploy.databases.NAME]"))
    migrations: Migrations = Migrations()
    directories: dict[Name, Name] = field(
        default_factory=dict, metadata=about("Data that is backed up: a name, and where it lies below the home")
    )
    configuration: tuple[Name, ...] = field(
        default=(), metadata=about("Files and directories below the home that are backed up as they are")
    )
    checks: dict[Name, Check] = field(default_factory=dict, metadata=about("[deploy.checks.NAME], in this order"))
    bake: Bake = Bake()
    environments: dict[Name, Environment] = field(default_factory=dict, metadata=about("[deploy.environments.NAME]"))
