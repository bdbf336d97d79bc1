"""The outage suite: for how long users are not served while a version with a migration comes, by us and by a script.

A client of its own asks twenty times a second; its raw log tells the outage, our journal what it was spent on.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from benchmarks import asking
from benchmarks.asking import outage, read_log
from benchmarks.database_scripts import load_rig
from benchmarks.lab_platform import NEW, OLD, Lab, open_lab
from benchmarks.peers import Peers
from benchmarks.table import Row, Table, render
from release_tools.engine.codec import registry
from release_tools.engine.plan import Plan
from release_tools.engine.runner import carry_out
from release_tools.engine.runs import Runs
from release_tools.engine.step import PENDING, Reality
from release_tools.engine.stop import StopRequest

SMOKE_ROUNDS = 2
FULL, SMALL = 6, 1
"""Scales of the database: a hundred megabytes, and what shows that everything runs."""
AIM, ENGINE = 5.0, 0.02
AROUND = 2.0
"""Seconds for which the client asks before and after."""
FALLBACK = ("copy-database", "take-backup", "verify-fallback")
PARTS = {
    "stopping": ("close-front", "stop-service", "await-quiet"),
    "the fallback point, compared with what is live": FALLBACK,
    "migrating": ("migrate", "check-schema"),
    "starting": ("switch-release", "start-service"),
    "verifying, three times over two seconds": ("verify-version", "open-front"),
}
BY_HAND, OURS = "`down; pull; up`", "release-tools"


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return the table; two rounds, as a smoke test has them, mean a small database."""
    scale, place = SMALL if rounds <= SMOKE_ROUNDS else FULL, home / "outage"
    place.mkdir()
    server = load_rig().start_cluster()
    try:
        by_hand = _by_hand(place / "by-hand", server, scale)
        ours, total, parts, steps = _by_us(place / "ours", server, scale)
    finally:
        server.stop()
    fallback = parts["the fallback point, compared with what is live"]
    allowed, engine = by_hand + fallback, _engine(place / "engine", steps)
    both = f"{BY_HAND} and the fallback point"
    rows = (
        Row(what=BY_HAND, figure=f"{by_hand:.2f} s", ratio=1.0, to=BY_HAND),
        Row(what=OURS, figure=f"{ours:.2f} s", ratio=ours / allowed, to=both, target=1.0),
        Row(what=OURS, figure=f"{ours:.2f} s", ratio=ours / AIM, to=f"{AIM:g} s", target=1.0),
        *(
            Row(what=f"of it {what}", figure=f"{seconds:.2f} s", ratio=seconds / ours, to=OURS)
            for what, seconds in parts.items()
        ),
        Row(what="the whole deploy, its preparation included", figure=f"{total:.1f} s", ratio=total / ours, to=OURS),
        Row(
            what=f"engine and journal, {steps} steps that do nothing",
            figure=f"{engine * 1000:.0f} ms",
            ratio=engine / total,
            to="the whole deploy",
            target=ENGINE,
        ),
    )
    about = f"{scale * 17} MB of rows, {asking.RATE:g} requests a second; from the last good answer to the next one."
    return (Table(title=f"Outage of an upgrade with a migration, {OLD} to {NEW}", rows=rows, notes=(about,)),)


def _by_hand(top: Path, server: Any, scale: int) -> float:
    with open_lab(top, server, scale=scale) as lab:
        lab.by_hand(OLD, "pull", "up")
        return _asked(lab, lab.backend, lambda: lab.by_hand(NEW, "down", "pull", "up"))[0]


def _by_us(top: Path, server: Any, scale: int) -> tuple[float, float, Mapping[str, float], int]:
    """Return the outage, the seconds of the deploy, those of each part of the outage, and the number of steps."""
    with open_lab(top, server, scale=scale) as lab:
        lab.release_tools("deploy", OLD)
        seconds, total = _asked(lab, lab.port, lambda: lab.release_tools("deploy", NEW))
        steps = list(_steps(max((lab.state / "history").iterdir()) / "journal.jsonl"))
        closed = next(number for number, (kind, _) in enumerate(steps) if kind == "close-front")
        parts = {
            what: sum(seconds for kind, seconds in steps[closed:] if kind in kinds) for what, kinds in PARTS.items()
        }
        return seconds, total, parts, len(steps)


def _steps(journal: Path) -> Iterator[tuple[str, float]]:
    """Yield the kind of each step and the seconds since the one before was done, looks before it included."""
    kinds, last = list[str](), ""
    for entry in map(json.loads, journal.read_text().splitlines()):
        if entry["event"] == "plan":
            kinds, last = [step["kind"] for step in entry["plan"]["steps"]], entry["at"]
        elif entry["event"] == "done":
            yield kinds[entry["step"]], _moment(entry["at"]) - _moment(last)
            last = entry["at"]


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _asked(lab: Lab, port: int, upgrade: Callable[[], float]) -> tuple[float, float]:
    """Return the outage and the wall time of an upgrade under a client; the new version must serve afterwards."""
    log = lab.top / "asked.log"
    with _client(f"http://127.0.0.1:{port}/version", log):
        seconds = upgrade()
    answers = read_log(log)
    if not answers[0].good or not answers[-1].good:
        raise SystemExit(f"benchmarks: error: nobody served before or after the upgrade: {log}")
    return outage(answers), seconds


@contextmanager
def _client(url: str, log: Path) -> Iterator[None]:
    with subprocess.Popen((sys.executable, "-I", "-S", asking.__file__, url, str(log))) as client:
        try:
            time.sleep(AROUND)
            yield
            time.sleep(AROUND)
        finally:
            client.send_signal(signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A step that takes no time."""

    kind: ClassVar[str] = "nothing"
    number: int

    def title(self) -> str:
        """Return one line for the plan."""
        return f"nothing {self.number}"

    def probe(self, world: object) -> Reality:
        """It is always still to be done."""
        return PENDING

    def apply(self, world: object) -> Mapping[str, Any]:
        """Learn something."""
        return {"nothing": {"number": self.number, "text": "x" * 200}}


def _engine(place: Path, steps: int) -> float:
    """Return the seconds that the engine and its journal take for so many steps."""
    runs = Runs(root=place, kinds=registry(Nothing), made_by="0", clock=lambda: datetime.now().astimezone().isoformat())
    plan = Plan(title="nothing", steps=tuple(Nothing(number=number) for number in range(steps)))
    begun = time.perf_counter()
    run = runs.create("run", {"flow": "nothing"}, plan)
    carry_out(run, None, report=lambda progress: None, stop=StopRequest())
    runs.close(run, "done")
    return time.perf_counter() - begun


def main() -> int:
    """Run this suite alone: `python -m benchmarks.outage [--smoke] [--logs DIRECTORY]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a small database: does everything still run?")
    parser.add_argument("--logs", type=Path, metavar="DIRECTORY", help="keep the client's logs and our journals there")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="benchmarks-"))
    try:
        for table in run(home, rounds=SMOKE_ROUNDS if asked.smoke else SMOKE_ROUNDS + 1, peers=Peers()):
            print(render(table))
        for log in home.glob("outage/*/asked.log") if asked.logs else ():
            asked.logs.mkdir(parents=True, exist_ok=True)
            shutil.copy(log, asked.logs / f"{log.parent.name}.log")
        for journal in home.glob("outage/ours/state/history/*/journal.jsonl") if asked.logs else ():
            shutil.copy(journal, asked.logs / f"{journal.parent.name}.jsonl")
    finally:
        shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
