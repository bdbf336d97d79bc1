"""The release suite: a release and a hotfix against a bare remote on disk, by us, by hand and by commitizen.

All of them are POSIX sh scripts in `scripts/` that must leave the same refs behind.
"""

from pathlib import Path

from benchmarks.hooks import SCRIPT
from benchmarks.paired import Command, measure, time_once
from benchmarks.peers import HERE, Peers
from benchmarks.release_repository import (
    COMMITS,
    HOTFIX_VERSION,
    NEXT_VERSION,
    OPEN_VERSIONS,
    WAITING,
    ReleaseRepository,
    make_hotfix_repository,
    make_release_repository,
)
from benchmarks.table import Table, timed_row

HOTFIX = "`finish-hotfix`"
OURS = "`start-release` and `finish-release`"
BY_HAND = "the same git commands in a shell script"
COMMITIZEN = "`cz bump --changelog`, the same merges and pushes"


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return the table."""
    repository = make_release_repository(home / "release")
    contenders = _contenders(repository, peers)
    _guard_equal_ends(repository, contenders, f"work refs/tags/v{NEXT_VERSION}")
    rounds = max(2, rounds // 3)
    times = measure(contenders, rounds)
    rows = [timed_row(times, BY_HAND, BY_HAND), timed_row(times, OURS, BY_HAND, target=6.0)]
    if COMMITIZEN in times:
        rows += [timed_row(times, COMMITIZEN, BY_HAND), timed_row(times, OURS, COMMITIZEN, target=1.5)]
    about = f"{COMMITS + WAITING} commits, {WAITING} of them to release; {rounds} rounds."
    return (
        Table(title="A whole release, wall time", rows=tuple(rows), notes=(about,)),
        _hotfix(make_hotfix_repository(home / "hotfix"), rounds=rounds),
    )


def _hotfix(repository: ReleaseRepository, *, rounds: int) -> Table:
    contenders = {
        HOTFIX: _contender(repository, "hotfix-by-us.sh", RELEASE_TOOLS_SCRIPT=str(SCRIPT)),
        BY_HAND: _contender(repository, "hotfix-by-hand.sh"),
    }
    _guard_equal_ends(repository, contenders, f"work refs/tags/v{HOTFIX_VERSION}")
    times = measure(contenders, rounds)
    rows = (timed_row(times, BY_HAND, BY_HAND), timed_row(times, HOTFIX, BY_HAND, target=8.0))
    about = f"Two open releases: {', '.join(OPEN_VERSIONS)}; the hotfix goes to main, to both and to develop."
    return Table(title="A hotfix finished, wall time", rows=rows, notes=(about,))


def _contenders(repository: ReleaseRepository, peers: Peers) -> dict[str, Command]:
    contenders = {
        OURS: _contender(repository, "release-by-us.sh", RELEASE_TOOLS_SCRIPT=str(SCRIPT)),
        BY_HAND: _contender(repository, "release-by-hand.sh"),
    }
    if peers.scripts is not None:
        script = peers.script("cz")
        contenders[COMMITIZEN] = _contender(repository, "release-by-commitizen.sh", CZ_SCRIPT=script)
    return contenders


def _contender(repository: ReleaseRepository, script: str, **env: str) -> Command:
    return Command(
        argv=("/bin/sh", str(HERE / "scripts" / script)), cwd=repository.work, env=env, before=repository.refresh
    )


def _guard_equal_ends(repository: ReleaseRepository, contenders: dict[str, Command], proof: str) -> None:
    """End the benchmark when the contenders do not do the same: a quick half of the work would win."""
    ends = {}
    for name, command in contenders.items():
        time_once(name, command)
        ends[name] = repository.leavings()
    expected = ends[BY_HAND]
    assert proof in expected
    for name, end in ends.items():
        differing = sorted({*end, *expected} - {key for key in end if end[key] == expected.get(key)})
        if differing:
            lines = (f"  {key}: {end.get(key)}, by hand: {expected.get(key)}" for key in differing)
            raise SystemExit("\n".join((f"benchmarks: error: {name} ends elsewhere:", *lines, "Nothing was timed.")))
