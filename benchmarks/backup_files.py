"""The backup of files: ours, read back and verified, against `tar -czf`; and bringing them back against `tar -xzf`.

Half of the bytes are random, as uploads are; the other half is text. Both sides are whole processes on the same tree.
"""

import os
import random
import shutil
import sys
from pathlib import Path

from benchmarks.paired import Command, measure, ratio
from benchmarks.peers import Peers
from benchmarks.table import Row, Table

FULL, SMOKE = 1_000_000_000, 20_000_000
"""Bytes; the small ones say only that everything runs."""
PIECE = 2_000_000
CAP = 900
MEMORY = 100
"""Megabytes that our process may take at any size."""
TOP = Path(__file__).parents[1]
TAR, OURS, UNTAR, OURS_BACK = "tar -czf", "release-tools, read back", "tar -xzf", "release-tools, verified"


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return the table."""
    size = SMOKE if rounds <= 2 else FULL
    place = home / "backup-files"
    write_files(place / "files", size)
    (place / "store").mkdir(mode=0o700)
    commands = _commands(place)
    times = measure(commands, max(2, rounds // 10))
    archive = (place / "files.tar.gz").stat().st_size
    kept = sum(path.stat().st_size for path in (place / "store").rglob("*") if path.is_file())
    peak = max(int(path.read_text()) for path in place.glob("*.peak"))
    figures = {name: f"{sorted(times[name])[len(times[name]) // 2]:.1f} s" for name in times}
    rows = (
        Row(what=TAR, figure=figures[TAR], ratio=1.0, to=TAR),
        Row(what=OURS, figure=figures[OURS], ratio=ratio(times, OURS, TAR), to=TAR, target=1.1),
        Row(what="its size", figure=f"{kept / 1e6:.1f} MB", ratio=kept / archive, to=TAR, target=1.0),
        Row(what=UNTAR, figure=figures[UNTAR], ratio=1.0, to=UNTAR),
        Row(what=OURS_BACK, figure=figures[OURS_BACK], ratio=ratio(times, OURS_BACK, UNTAR), to=UNTAR, target=1.0),
        Row(what="peak memory", figure=f"{peak} MB", ratio=peak / MEMORY, to=f"{MEMORY} MB", target=1.0),
    )
    notes = (f"{size / 1e6:.0f} MB of files, half of it random. Ours waits until all of it is on disk; tar does not.",)
    return (Table(title="Backup of files, wall time", rows=rows, notes=notes),)


def write_files(top: Path, size: int) -> None:
    """Write files of two megabytes, every other one text, always the same."""
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlucmf", k=chance.randint(2, 9))) for _ in range(3000)]
    for number in range(size // PIECE):
        path = top / f"{number % 10}" / f"{number:04}"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = number % 2
        path.write_bytes(_text(chance, words) if text else chance.randbytes(PIECE))


def _text(chance: random.Random, words: list[str]) -> bytes:
    lines = (
        f"2026-03-01T12:{chance.randint(10, 59)} {' '.join(chance.choices(words, k=9))}\n" for _ in range(PIECE // 60)
    )
    return "".join(lines).encode()[:PIECE]


def _commands(place: Path) -> dict[str, Command]:
    tar, archive, out = shutil.which("tar") or "tar", place / "files.tar.gz", place / "out"

    def ours(what: str) -> Command:
        argv = (sys.executable, "-m", "benchmarks.backup_files", what, str(place))
        return Command(argv=argv, cwd=TOP, cap=CAP, before=lambda: _clear(place, what))

    def empty() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()

    return {
        TAR: Command(argv=(tar, "-czf", str(archive), "-C", str(place), "files"), cwd=place, cap=CAP),
        OURS: ours("take"),
        UNTAR: Command(argv=(tar, "-xzf", str(archive), "-C", str(out)), cwd=place, cap=CAP, before=empty),
        OURS_BACK: ours("unpack"),
    }


def _clear(place: Path, what: str) -> None:
    shutil.rmtree(place / "out", ignore_errors=True)
    if what == "take":
        shutil.rmtree(place / "store" / "b1", ignore_errors=True)


def _act(what: str, place: Path) -> None:
    from release_tools.adapters.backup_index import BackupIndex
    from release_tools.adapters.backup_shelf import BackupShelf
    from release_tools.adapters.backup_store import BackupStore

    shelf = BackupShelf(root=place / "store", index=BackupIndex(directory=place / "index"))
    store = BackupStore(shelf=shelf, environment="benchmark")
    if what == "take":
        store.take(
            "b1",
            purpose="live",
            version="1.0.0",
            taken_at="2026-03-01T12:00:00Z",
            databases={},
            directories={"files": place / "files"},
            configuration=(),
            quiesced=True,
        )
    else:
        store.unpack_directory("b1", "files", place / "out")


def _peak() -> int:
    # Not getrusage: that one remembers the size of the process that started this one.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    os.umask(0o077)
    _act(sys.argv[1], Path(sys.argv[2]))
    (Path(sys.argv[2]) / f"{sys.argv[1]}.peak").write_text(str(_peak()))
