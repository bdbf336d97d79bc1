"""Measure what the README says about speed: `python -m benchmarks [SUITE ...]`, with tables in Markdown on stdout.

A missed ratio is a figure, not a failure; a command that fails, or takes ten times what it may, is one.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from benchmarks import (
    backup_database,
    backup_files,
    forge,
    frames,
    front,
    history,
    hooks,
    outage,
    pushes,
    release,
    startup,
)
from benchmarks.installation import install_peers
from benchmarks.machine import render_machine
from benchmarks.peers import Peers
from benchmarks.table import Table, render

SUITES: dict[str, Callable[..., tuple[Table, ...]]] = {
    "hooks": hooks.run,
    "frames": frames.run,
    "pushes": pushes.run,
    "release": release.run,
    "forge": forge.run,
    "history": history.run,
    "start-up": startup.run,
    "backup-files": backup_files.run,
    "backup-database": backup_database.run,
    "front": front.run,
    "outage": outage.run,
}
ROUNDS = 30
BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


def main() -> int:
    """Run the suites that are asked for and return the exit code."""
    parser = _parser()
    asked = parser.parse_args()
    names = asked.suites or list(SUITES)
    if unknown := [name for name in names if name not in SUITES]:
        parser.error(f"there is no suite {unknown[0]!r}; suites: {', '.join(SUITES)}")
    if asked.rounds < 1:
        parser.error("--rounds must be 1 or more")
    if asked.write and (asked.suites or asked.smoke or asked.no_peers):
        parser.error("--write needs all suites and all peers")
    if asked.write and not _has_block(asked.write):
        parser.error(f"{asked.write} has no line {BEGIN} with {END} below it")
    peers = Peers() if asked.smoke or asked.no_peers else install_peers()
    repositories = tuple(path.resolve() for path in asked.repository)
    SUITES["history"] = partial(history.run, repositories=repositories, huge=asked.huge)
    tables = _measure(names, rounds=2 if asked.smoke else asked.rounds, peers=peers)
    text = "\n".join((*map(render, tables), render_machine(peers.versions)))
    print(text)
    if asked.write:
        _replace_block(asked.write, text)
    return _judge(tables)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"one or more of {', '.join(SUITES)}; default: all")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of the quick commands; slow ones take fewer")
    parser.add_argument("--smoke", action="store_true", help="two rounds, no peers: does everything still run?")
    parser.add_argument("--no-peers", action="store_true", help="leave other tools out")
    parser.add_argument(
        "--repository", type=Path, action="append", default=[], metavar="DIR", help="read this history as well"
    )
    parser.add_argument("--huge", action="store_true", help="read a made history of a million commits as well")
    parser.add_argument("--write", type=Path, metavar="FILE", help=f"put the tables between {BEGIN} and {END}")
    return parser


def _measure(names: Iterable[str], *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    tables: list[Table] = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as home:
        for name in names:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            tables += SUITES[name](Path(home), rounds=rounds, peers=peers)
    return tuple(tables)


def _judge(tables: Iterable[Table]) -> int:
    absurd = [row for table in tables for row in table.rows if row.absurd]
    for row in absurd:
        print(f"benchmarks: error: {row.what}: {row.ratio:.2f} of {row.to} is absurd", file=sys.stderr)
    return 1 if absurd else 0


def _has_block(path: Path) -> bool:
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return 0 <= text.find(BEGIN) < text.find(END)


def _replace_block(path: Path, block: str) -> None:
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    new = path.with_name(f"{path.name}.new")
    new.write_text(f"{before}{BEGIN}\n\n{block}\n\n{END}{after}", encoding="utf-8")
    os.replace(new, path)  # noqa: PTH105 - atomic, and said so


if __name__ == "__main__":
    sys.exit(main())
