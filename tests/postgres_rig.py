"""Real PostgreSQL for tests: one throw-away cluster a process, on a Unix socket, as another user than root.

The binaries are those that RELEASE_TOOLS_TEST_POSTGRESQL names, else the newest below /usr/lib/postgresql.
"""

import atexit
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SETTING = "RELEASE_TOOLS_TEST_POSTGRESQL"
NAMED = os.environ.get(SETTING)
QUICKLY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=40")
PR_SET_PDEATHSIG = 1
PORT = 5432


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running cluster."""

    socket: Path
    port: int
    process: "subprocess.Popen[bytes]"

    def url(self, dbname: str = "postgres") -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://postgres@/{dbname}?host={self.socket}&port={self.port}"

    def stop(self) -> None:
        """End it at once, and remove its files."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)
        shutil.rmtree(self.socket, ignore_errors=True)


def binaries() -> Path | None:
    """Return the directory of PostgreSQL's programs, None where there is none."""
    if NAMED:
        return Path(NAMED)
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@cache
def session_cluster() -> Cluster:
    """Return the cluster of this process, started at the first call and ended with the process."""
    programs = binaries()
    if programs is None:
        pytest.skip(f"there is no PostgreSQL: set {SETTING}, or install the package postgresql")
    place = Path(tempfile.mkdtemp(prefix="rt-pg-"))
    owner = _owner()
    if owner:
        os.chown(place, pwd.getpwnam(owner).pw_uid, -1)
    data = place / "data"
    create = (programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
    subprocess.run(create, check=True, user=owner, cwd=place, stdout=subprocess.DEVNULL, timeout=60)
    settings = (*QUICKLY, f"unix_socket_directories={place}", f"port={PORT}")
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            (programs / "postgres", "-D", data, *(word for one in settings for word in ("-c", one))),
            user=owner,
            cwd=place,
            stdout=subprocess.DEVNULL,
            stderr=log,
            preexec_fn=_end_with_parent,
        )
    cluster = Cluster(socket=place, port=PORT, process=process)
    atexit.register(cluster.stop)
    _await_ready(programs, cluster)
    return cluster


def _owner() -> str | None:
    """Return as whom the server runs: root it refuses."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _end_with_parent() -> None:
    """Let the kernel end the server when the tests are killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _await_ready(programs: Path, cluster: Cluster) -> None:
    end = time.monotonic() + 30
    asked = (programs / "pg_isready", "-q", "-h", cluster.socket, "-p", str(cluster.port))
    while subprocess.run(asked, check=False, timeout=10).returncode:
        if time.monotonic() > end or cluster.process.poll() is not None:
            raise RuntimeError((cluster.socket / "log").read_text())
        time.sleep(0.05)
