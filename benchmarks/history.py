"""The history suite: changelog, next version and linted range, beside `git log` of the same commits and the peers.

Histories are made for it, and repositories can be named by `--repository`; nothing is written into those.
"""

import shutil
import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.history_repository import make_history
from benchmarks.hooks import SCRIPT
from benchmarks.paired import Command, Times, measure
from benchmarks.peak import PATIENCE, peak_bytes, time_capped
from benchmarks.peers import Peers
from benchmarks.release_repository import git
from benchmarks.table import Row, Table, render_seconds, timed_row

FLOOR = "`git log -z --format=%B`"
BARE = "`python3 -c pass`"
JINJA = "`python3 -c 'import jinja2'`"
WHOLE = "`release-tools changelog`"
PENDING = "`release-tools changelog --unreleased`"
NEXT = "`release-tools next-version`"
RANGE = "`release-tools check-commit --range`"
RANGE_FLOOR = "`git log -z --format=%B` of the range"

CONFIGURED = ("pyproject.toml", "release-tools.toml")
SIZES = {2_000: 50, 20_000: 500, 100_000: 2_000}
HUGE = (1_000_000, 10_000)
TAGS = (20_000, 10_000)
"""Commits and tags of the history that is compared with the one of as many commits and fewer tags."""
LONG = 15_000
"""Commits from which on the ratio says something about reading, and not about starting Python."""
CHECKED = 10_000
MADE, REAL = 2.0, 1.6
START, TAGS_MORE = 0.150, 0.100
"""Seconds that a short answer may take beyond Python's start, and that ten thousand tags may add."""
MEMORY = 60 * 2**20
SMOKE_ROUNDS = 2


def run(
    home: Path, *, rounds: int, peers: Peers, repositories: Sequence[Path] = (), huge: bool = False
) -> tuple[Table, ...]:
    """Measure and return the tables; a smoke run reads the smallest history only, `huge` one of a million commits."""
    smoke = rounds <= SMOKE_ROUNDS
    sizes = dict(list(SIZES.items())[:1]) if smoke else SIZES | (dict((HUGE,)) if huge else {})
    made = [make_history(home / f"history-{size}", commits=size, tags=tags) for size, tags in sizes.items()]
    rounds = max(2, rounds // 3)
    tables = [_table(repo, rounds, MADE) for repo in made]
    tables += [_table(repo.resolve(), rounds, REAL) for repo in repositories]
    if smoke:  # is everything still running? A busy machine says nothing about milliseconds
        return tuple(replace(table, rows=tuple(replace(row, target=None) for row in table.rows)) for table in tables)
    tables.append(_tags(home, home / f"history-{TAGS[0]}", rounds))
    tables += [_peers(_copy(repo, home), peers) for repo in (made[0], *repositories) if peers.scripts is not None]
    return tuple(tables)


def _ours(repo: Path, *words: str) -> Command:
    return Command(argv=(str(SCRIPT), *words), cwd=repo)


def _python(repo: Path, code: str) -> Command:
    return Command(argv=(sys.executable, "-c", code), cwd=repo)


def _git(repo: Path, *words: str) -> Command:
    program = shutil.which("git")
    assert program is not None
    return Command(argv=(program, *words), cwd=repo)


def _table(repo: Path, rounds: int, target: float) -> Table:
    commits, tags = int(git(repo, "rev-list", "--count", "HEAD")), len(git(repo, "tag").split())
    span, checked = _span(repo)
    commands = {
        FLOOR: _git(repo, "log", "-z", "--format=%B"),
        RANGE_FLOOR: _git(repo, "log", "-z", "--format=%B", *span),
        BARE: _python(repo, "pass"),
        JINJA: _python(repo, "import jinja2"),
        WHOLE: _ours(repo, "changelog"),
        PENDING: _ours(repo, "changelog", "--unreleased"),
        NEXT: _ours(repo, "next-version"),
        RANGE: Command(argv=(str(SCRIPT), "check-commit", "--range", span[0]), cwd=repo, codes=(0, 1)),
    }
    times = measure(commands, rounds)
    memory = peak_bytes(commands[WHOLE]) - _text_bytes(repo)
    rows = (
        timed_row(times, FLOOR, FLOOR),
        _whole(times, target if commits >= LONG else None),
        *(_beyond(times, name, BARE, START) for name in (PENDING, NEXT)),
        timed_row(times, RANGE, RANGE_FLOOR, target=2.0 if checked >= CHECKED else None),
        Row(
            what=f"{WHOLE}, peak memory less the text",
            figure=f"{memory / 2**20:.0f} MB",
            ratio=memory / MEMORY,
            to="60 MB",
            target=1.0,
        ),
    )
    notes = (f"{rounds} rounds; the range has {checked} commits.",)
    return Table(title=f"History of {repo.name}: {commits} commits, {tags} tags", rows=rows, notes=notes)


def _span(repo: Path) -> tuple[tuple[str], int]:
    """Return the newest commits as a range, about as many as are to be checked, and how many these are."""
    names = git(repo, "rev-list", f"--max-count={CHECKED + 1}", "--first-parent", "HEAD").split()
    for place in (len(names) // 2, len(names) - 1):
        count = int(git(repo, "rev-list", "--count", f"{names[place]}..HEAD"))
        if count >= CHECKED:
            return (f"{names[place]}..HEAD",), count
    return (f"{names[-1]}..HEAD",), count


def _text_bytes(repo: Path) -> int:
    return len(git(repo, "log", "--format=%B").encode())


def _whole(times: Times, target: float | None) -> Row:
    """Return the row of the whole changelog: against git for long histories, against an allowance for short ones."""
    if target is None:
        rendering = tuple(whole - jinja for whole, jinja in zip(times[WHOLE], times[JINJA], strict=True))
        return replace(_beyond({**times, WHOLE: rendering}, WHOLE, FLOOR, START), what=f"{WHOLE}, less {JINJA}")
    rounds = zip(times[WHOLE], times[JINJA], times[FLOOR], strict=True)
    found = statistics.median((whole - jinja) / floor for whole, jinja, floor in rounds)
    return Row(what=f"{WHOLE}, less {JINJA}", figure=render_seconds(times[WHOLE]), ratio=found, to=FLOOR, target=target)


def _beyond(times: Times, name: str, floor: str, allowance: float) -> Row:
    """Return the row of a command with what it takes beyond another one, as a share of what it may."""
    beyond = statistics.median(one - other for one, other in zip(times[name], times[floor], strict=True))
    figure = render_seconds(times[name])
    return Row(
        what=name, figure=figure, ratio=beyond / allowance, to=f"{allowance * 1000:.0f} ms beyond {floor}", target=1.0
    )


def _tags(home: Path, few: Path, rounds: int) -> Table:
    many = make_history(home / "history-tags", commits=TAGS[0], tags=TAGS[1])
    plain, tagged = (f"{NEXT}, {len(git(repo, 'tag').split())} tags" for repo in (few, many))
    times = measure({plain: _ours(few, "next-version"), tagged: _ours(many, "next-version")}, rounds)
    rows = (timed_row(times, plain, plain), _beyond(times, tagged, plain, TAGS_MORE))
    return Table(title=f"{TAGS[1]} tags", rows=rows, notes=(f"{rounds} rounds.",))


def _copy(repo: Path, home: Path) -> Path:
    """Return a clone of a repository for tools that write into theirs."""
    copy = home / "peers" / repo.name
    git(home, "clone", "--quiet", "--shared", "--no-checkout", str(repo), str(copy))
    for name in CONFIGURED:
        if (repo / name).exists():
            shutil.copy(repo / name, copy / name)
    return copy


def _peers(repo: Path, peers: Peers) -> Table:
    """Return the whole changelog by every peer, once each: some take minutes."""
    commands = {WHOLE: _ours(repo, "changelog"), **peers.changelogs(repo)}
    floor = time_capped(_git(repo, "log", "-z", "--format=%B")) or PATIENCE
    rows = []
    for name, command in commands.items():
        seconds = time_capped(command)
        figure = f"> {PATIENCE} s" if seconds is None else render_seconds((seconds,))
        rows.append(Row(what=name, figure=figure, ratio=(seconds or PATIENCE) / floor, to=FLOOR))
    return Table(title=f"The whole changelog of {repo.name}, by other tools", rows=tuple(rows), notes=("Once each.",))
