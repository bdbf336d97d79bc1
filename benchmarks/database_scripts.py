"""The usual scripts for a database: `pg_dumpall` into a file, and `psql` out of it.

They are what ours is compared with; nothing of ours is run here.
"""

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Protocol


class Server(Protocol):
    """A running server that asks nobody for a password at its socket."""

    socket: Path
    port: int
    binaries: Path


def run_script(server: Server, script: str) -> float:
    """Run a shell script with the server's programs on PATH; return its wall time in seconds."""
    told = {
        "PATH": f"{server.binaries}:{os.environ['PATH']}",
        "PGHOST": str(server.socket),
        "PGPORT": str(server.port),
        "PGUSER": "postgres",
        "LC_ALL": "C.UTF-8",
    }
    begun = time.perf_counter()
    done = subprocess.run(("/bin/sh", "-ec", script), check=False, capture_output=True, text=True, env=told)
    if done.returncode:
        raise SystemExit(f"benchmarks: error: {script} ended with {done.returncode}: {done.stderr[-2000:]}")
    return time.perf_counter() - begun


def fill(server: Server, name: str, *, scale: int) -> None:
    """Make a database of `pgbench` and as many rows of text: 60 is a gigabyte."""
    words = "string_agg(substr(md5((g * 1000 + w)::text), 1, 7), ' ')"
    rows = f"generate_series(1, {scale * 1000}) g"
    text = (
        f"CREATE TABLE articles AS SELECT g AS id, (SELECT {words} FROM generate_series(1, 250) w) AS body FROM {rows}"
    )
    run_script(server, f"createdb {name} && pgbench -q -i -s {scale} {name} && psql -qX -d {name} -c '{quoted(text)}'")


def quoted(statement: str) -> str:
    """Return a statement as it stands between single quotes in a shell script."""
    return statement.replace("'", "'\\''")


def load_rig() -> ModuleType:
    """Return the tests' way to a server."""
    path = Path(__file__).parents[1] / "tests" / "postgres_rig.py"
    spec = importlib.util.spec_from_file_location("postgres_rig", path)
    assert spec is not None
    assert spec.loader is not None
    rig = importlib.util.module_from_spec(spec)
    sys.modules["postgres_rig"] = rig
    spec.loader.exec_module(rig)
    return rig
