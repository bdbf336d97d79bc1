"""The start-up suite: what `release-tools` costs before it has done anything, beside a bare interpreter and the peers.

Nothing is changed by the commands that are measured.
"""

import sys
from pathlib import Path

from benchmarks.hooks import SCRIPT, make_repository
from benchmarks.paired import Command, measure
from benchmarks.peers import Peers
from benchmarks.table import Table, timed_row

FLOOR = "`python3 -c pass`"
LINES = ("--help", "--version", "status --help", "check-branch", "status", "next-version")
TARGETS = {"`release-tools --help`": 8.0}


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return the table."""
    repo = make_repository(home / "start-up", "feature/speed")
    floor = {FLOOR: Command(argv=(sys.executable, "-c", "pass"), cwd=repo)}
    ours = {f"`release-tools {line}`": Command(argv=(str(SCRIPT), *line.split()), cwd=repo) for line in LINES}
    times = measure(floor | ours | peers.help_pages(repo), max(2, rounds // 2))
    rows = tuple(timed_row(times, name, FLOOR, target=TARGETS.get(name)) for name in times)
    return (Table(title="Start-up, wall time", rows=rows, notes=(f"{max(2, rounds // 2)} rounds.",)),)
