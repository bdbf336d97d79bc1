"""Real PostgreSQL for tests: one server a process of ours, quick to make, gone with the process.

Its binaries are those of RELEASE_TOOLS_TEST_POSTGRESQL, else the newest in `/usr/lib/postgresql/*/bin`. Nothing is
synced to disk, so what is in it is worth nothing.
"""

import atexit
import contextlib
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

TOP = Path(__file__).parents[1]
SETTING = "RELEASE_TOOLS_TEST_POSTGRESQL"
ADMIN, PASSWORD = "postgres", "p@ss/w:ord?#%41"
"""The superuser of every server here, by TCP only with this password, which is as odd as a URL allows."""

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "log_connections": "on",
}
NAMED = os.environ.get(SETTING, "")
"""Read here, because the variables of ours are gone inside a test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running server; `socket` is the directory of its Unix socket, where nobody is asked for a password."""

    socket: Path
    port: int
    binaries: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def url(
        self, dbname: str = "postgres", /, *, user: str = ADMIN, password: str = PASSWORD, scheme: str = "postgresql"
    ) -> str:
        """Return the URL of a database by TCP."""
        login, name = f"{quote(user, safe='')}:{quote(password, safe='')}", quote(dbname, safe="")
        return f"{scheme}://{login}@127.0.0.1:{self.port}/{name}"

    def socket_url(self, dbname: str = "postgres", /, *, user: str = ADMIN) -> str:
        """Return the URL of a database by the Unix socket."""
        place = f"host={quote(str(self.socket), safe='')}&port={self.port}"
        return f"postgresql://{user}@/{quote(dbname, safe='')}?{place}"

    @contextlib.contextmanager
    def connection(self, dbname: str = "postgres", /, **options: Any) -> Iterator[psycopg.Connection[Any]]:
        """Yield a connection of the superuser in which every statement is its own transaction."""
        with psycopg.connect(self.socket_url(dbname), autocommit=True, **options) as connection:
            yield connection

    def execute(self, *statements: str, dbname: str = "postgres") -> list[tuple[Any, ...]]:
        """Run statements as the superuser and return the rows of the last one."""
        with self.connection(dbname) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @property
    def log(self) -> str:
        """Return what the server wrote."""
        return (self.socket / "log").read_text(errors="replace")

    def stop(self) -> None:
        """End the server at once and remove its files."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.socket, ignore_errors=True)


def find_binaries() -> Path:
    """Return the directory of `initdb` and `postgres`; a test without them is skipped, and in CI failed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major)
    usable = [path for path in ([Path(NAMED)] if NAMED else installed) if (path / "initdb").exists()]
    if not usable:
        pytest.skip(f"there is no PostgreSQL server here: set {SETTING}, or run `.ci/run machine`")
    return usable[-1]


@functools.cache
def session_cluster() -> Cluster:
    """Return the one server of this process, started when it is first asked for."""
    return start_cluster()


def start_cluster(**options: str) -> Cluster:
    """Return a server of its own, with settings on top of the usual ones; it ends with the process at the latest."""
    binaries = find_binaries()
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    data = home / "data"
    _run("cp", "-a", str(_template(binaries)), str(data))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = OPTIONS | options | {"port": str(port), "unix_socket_directories": str(home)}
    _own(home)
    with (home / "log").open("wb") as log:
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        process = subprocess.Popen(
            (*_as_owner(), str(binaries / "postgres"), "-D", str(data), *arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )
    cluster = Cluster(socket=home, port=port, binaries=binaries, process=process)
    atexit.register(cluster.stop)
    _wait_until_it_answers(cluster)
    return cluster


def _wait_until_it_answers(cluster: Cluster) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(cluster.socket_url()).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or cluster.process.poll() is not None:
                raise AssertionError(f"PostgreSQL does not start: {cluster.log}") from error
            time.sleep(0.02)


def _template(binaries: Path) -> Path:
    """Return a data directory that is made once a checkout and only copied from."""
    kept = TOP / ".pytest_cache" / "postgresql" / f"{_major(binaries)}-{int((binaries / 'initdb').stat().st_mtime)}"
    if kept.exists():
        return kept
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as directory:
        home, word = Path(directory), Path(directory) / "password"
        word.write_text(PASSWORD)
        _own(home)
        methods = ("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={word}", f"--username={ADMIN}")
        place = ("--locale=C.UTF-8", "--encoding=UTF8", "--no-sync", "-D", str(home / "data"))
        _run(*_as_owner(), str(binaries / "initdb"), *methods, *place)
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_name(f"{kept.name}.{os.getpid()}")
        _run("cp", "-a", str(home / "data"), str(draft))
    try:
        draft.rename(kept)
    except OSError:
        shutil.rmtree(draft)  # Another worker was quicker.
    return kept


def _owner() -> pwd.struct_passwd | None:
    """Return as whom the server runs, None where we are somebody it accepts."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _as_owner() -> tuple[str, ...]:
    """Return the words before a command that make it run as the owner and die with us."""
    owner, setpriv = _owner(), shutil.which("setpriv")
    if setpriv is None:
        assert owner is None, "setpriv is needed to run PostgreSQL as another user than root"
        return ()
    words = (f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups") if owner else ()
    return (setpriv, *words, "--pdeathsig", "QUIT")


def _own(path: Path) -> None:
    if owner := _owner():
        _run("chown", "-R", f"{owner.pw_uid}:{owner.pw_gid}", str(path))


def _run(*argv: str) -> None:
    done = subprocess.run(argv, check=False, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{argv}: {done.stderr.decode(errors='replace')}"


def _major(binaries: Path) -> int:
    return int("".join(filter(str.isdigit, binaries.parent.name)) or 0)
