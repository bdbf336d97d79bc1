"""The history suite: a whole changelog and what is unreleased, beside `git log` of the same commits and the peers.

Histories are made for it, and repositories can be named by `--repository`; nothing is written into those.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.history_repository import make_history
from benchmarks.hooks import SCRIPT
from benchmarks.paired import CAP, Command, measure
from benchmarks.peers import Peers
from benchmarks.release_repository import git
from benchmarks.table import Row, Table, timed_row

FLOOR = "`git log -z --format=%B`"
BARE = "`python3 -c pass`"
WHOLE = "`release-tools changelog`"
PENDING = "`release-tools changelog --unreleased`"
NEXT = "`release-tools next-version`"
SIZES = {2_000: 50, 20_000: 500}
MANY_TAGS = (20_000, 5_000)
LONG = 15_000
"""Commits from which on the ratio says something about reading, and not about starting Python."""
LEFT_OUT = f"The peers are left out: git-cliff was given up after {CAP} s."
SMOKE_ROUNDS = 2


def run(home: Path, *, rounds: int, peers: Peers, repositories: Sequence[Path] = ()) -> tuple[Table, ...]:
    """Measure and return the tables; a smoke run reads the smallest history only."""
    sizes = dict(list(SIZES.items())[:1]) if rounds <= SMOKE_ROUNDS else SIZES
    made = [make_history(home / f"history-{size}", commits=size, tags=tags) for size, tags in sizes.items()]
    if rounds > SMOKE_ROUNDS:
        made.append(make_history(home / "history-tags", commits=MANY_TAGS[0], tags=MANY_TAGS[1]))
    rounds = max(2, rounds // 3)
    tables = [_table(repo, rounds, peers) for repo in made]
    return (*tables, *(_table(repo.resolve(), rounds, Peers()) for repo in repositories))


def _table(repo: Path, rounds: int, peers: Peers) -> Table:
    program = shutil.which("git")
    assert program is not None
    commands = {
        FLOOR: Command(argv=(program, "log", "-z", "--format=%B"), cwd=repo),
        BARE: Command(argv=(sys.executable, "-c", "pass"), cwd=repo),
        WHOLE: Command(argv=(str(SCRIPT), "changelog"), cwd=repo),
        PENDING: Command(argv=(str(SCRIPT), "changelog", "--unreleased"), cwd=repo),
        NEXT: Command(argv=(str(SCRIPT), "next-version"), cwd=repo),
    }
    commits, tags = int(git(repo, "rev-list", "--count", "HEAD")), len(git(repo, "tag").split())
    others = _peers(repo, peers) if commits < LONG else {}
    times = measure(commands | others, rounds)
    target = 2.0 if commits >= LONG else None
    rows: list[Row] = [timed_row(times, FLOOR, FLOOR), timed_row(times, WHOLE, FLOOR, target=target)]
    rows += [timed_row(times, name, FLOOR) for name in others]
    rows += [timed_row(times, name, BARE) for name in (BARE, PENDING, NEXT)]
    notes = (f"{rounds} rounds.", *((LEFT_OUT,) if peers.scripts and not others else ()))
    return Table(title=f"History of {repo.name}: {commits} commits, {tags} tags", rows=tuple(rows), notes=notes)


def _peers(repo: Path, peers: Peers) -> dict[str, Command]:
    if peers.scripts is None:
        return {}
    return {
        "`git-cliff`": Command(argv=(peers.script("git-cliff"),), cwd=repo),
        "`cz changelog --dry-run`": Command(argv=(peers.script("cz"), "changelog", "--dry-run"), cwd=repo),
    }
