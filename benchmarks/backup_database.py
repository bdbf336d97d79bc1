"""The database suite: our dump and restore against `pg_dumpall` and `psql`, and the outage that a swap costs.

Ours is read back, counted and hashed; the scripts' is not. Nothing that the servers write is synced to disk.
"""

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg

from benchmarks.database_scripts import Server, fill, load_rig, run_script
from benchmarks.peers import Peers
from benchmarks.table import Row, Table, render
from release_tools.adapters.postgres_database import PostgresDatabase
from release_tools.domain.deploy.database import contents_differences

SMOKE_ROUNDS = 2
FULL, SMALL = 60, 1
NAME = "platform"
SCRIPT, PACKED, PSQL = "`pg_dumpall > all.sql`", "`pg_dumpall \\| gzip`", "`psql -f all.sql` into an empty server"
POLL, SWAPS, ALLOWED = 0.002, 5, 1.0


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return the table; two rounds, as a smoke test has them, mean a small database."""
    scale = SMALL if rounds <= SMOKE_ROUNDS else FULL
    rig = load_rig()
    server, other = rig.start_cluster(), rig.start_cluster()
    try:
        print(f"filling a database, scale {scale}", file=sys.stderr, flush=True)
        fill(server, NAME, scale=scale)
        place = home / "database"
        place.mkdir(mode=0o700)
        database = PostgresDatabase(key="DATABASE_URL", url=server.socket_url(NAME), directory=server.binaries)
        rows = (*_dumps(server, database, place), *_restores(other, database, place), _outage(server, database))
        size = database.facts().size
    finally:
        server.stop()
        other.stop()
    about = f"pgbench scale {scale} and {scale}000 texts, {size / 1e6:.0f} MB on disk; PostgreSQL {_version(server)}."
    return (Table(title="Backup and restore of a database", rows=rows, notes=(about,)),)


def _dumps(server: Server, database: PostgresDatabase, place: Path) -> tuple[Row, ...]:
    """Dump by the script, plain and packed, and by us, into the same directory."""
    run_script(server, f"pg_dump {NAME} >/dev/null")  # warms the caches up
    plain = run_script(server, f"pg_dumpall >{place}/all.sql")
    packed = run_script(server, f"pg_dumpall | gzip >{place}/all.sql.gz")
    ours = place / "ours"
    ours.mkdir(mode=0o700)
    seconds = database.dump(ours).seconds
    sizes = [_size(place / "all.sql"), _size(place / "all.sql.gz"), _size(ours)]
    dumped = "our dump, hashed and read back"
    return (
        _timed(SCRIPT, plain, plain, SCRIPT),
        _timed(PACKED, packed, plain, SCRIPT),
        _timed(dumped, seconds, plain, SCRIPT),
        _timed(dumped, seconds, packed, PACKED, target=1.1),
        _sized("size of `pg_dumpall \\| gzip`", sizes[1], sizes[0]),
        _sized("size of our dump", sizes[2], sizes[0], target=0.3),
    )


def _restores(other: Server, database: PostgresDatabase, place: Path) -> tuple[Row, ...]:
    """Restore by the script into a server of its own, and by us beside the live database."""
    script = run_script(other, f"psql -qX -d postgres -f {place}/all.sql >/dev/null 2>&1")
    fresh, begun = f"{NAME}__fresh", time.perf_counter()
    database.restore(place / "ours", fresh)
    restored = time.perf_counter() - begun
    differences = list(contents_differences(database.contents(hashed=True), database.contents(fresh, hashed=True)))
    if differences:
        raise SystemExit(f"benchmarks: error: the restored database differs: {differences}")
    begun = time.perf_counter()
    database.contents(fresh, hashed=True)
    checked = restored + time.perf_counter() - begun
    return (
        _timed(PSQL, script, script, PSQL),
        _timed("our restore beside the live database", restored, script, PSQL),
        _timed("the same with every row hashed afterwards", checked, script, PSQL, target=1.0),
    )


def _outage(server: Server, database: PostgresDatabase) -> Row:
    """Swap to and fro under a client that connects anew for each question; the longest silence counts."""
    mine, his = multiprocessing.Pipe()
    client = multiprocessing.Process(target=_ask, args=(database.url, his), daemon=True)
    client.start()
    mine.recv()
    one, other = f"{NAME}__fresh", f"{NAME}__kept"
    for _ in range(SWAPS):
        database.swap(one, other)
        one, other = other, one
        time.sleep(0.3)
    mine.send("enough")
    worst = float(mine.recv())
    client.join(10)
    what, figure = f"longest silence of {SWAPS} swaps", f"{worst * 1000:.0f} ms"
    return Row(what=what, figure=figure, ratio=worst / ALLOWED, to=f"{ALLOWED:g} s", target=1.0)


def _ask(url: str, pipe: Connection) -> None:
    """Ask until told to stop; send the longest time between two answers around a failure."""
    last, worst, failed = time.perf_counter(), 0.0, False
    pipe.send("asking")
    while not pipe.poll():
        try:
            with psycopg.connect(url) as connection:
                connection.execute("SELECT count(*) FROM pgbench_branches")
        except psycopg.Error:
            failed = True
            continue
        now = time.perf_counter()
        worst, last, failed = max(worst, now - last) if failed else worst, now, False
        time.sleep(POLL)
    pipe.send(worst)


def _timed(what: str, seconds: float, floor: float, to: str, *, target: float | None = None) -> Row:
    return Row(what=what, figure=f"{seconds:.2f} s", ratio=seconds / floor, to=to, target=target)


def _sized(what: str, size: int, floor: int, *, target: float | None = None) -> Row:
    return Row(what=what, figure=f"{size / 1e6:.1f} MB", ratio=size / floor, to=SCRIPT, target=target)


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in (path, *path.rglob("*")) if one.is_file())


def _version(server: Server) -> str:
    return server.binaries.parent.name


def main() -> int:
    """Run this suite alone: `python -m benchmarks.backup_database [--smoke]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a small database: does everything still run?")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="benchmarks-"))
    try:
        for table in run(home, rounds=SMOKE_ROUNDS if asked.smoke else SMOKE_ROUNDS + 1, peers=Peers()):
            print(render(table))
    finally:
        shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
