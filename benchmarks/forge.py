"""The forge suite: a whole release by pull requests on a protected main and develop, against the double of GitHub.

What counts is how often the forge is asked; the double answers on loopback, so its time says little about a network.
"""

import sys
import time
from pathlib import Path

from benchmarks.peers import Peers
from benchmarks.table import Row, Table

TESTS = Path(__file__).parent.parent / "tests"
MOST_CALLS, MOST_SECONDS = 25, 20.0
CONFIG = '[forge]\nassets = ["dist/*"]\n[forge.deploy]\npipeline = "deploy.yml"\n'
WORKFLOW = "name: deploy\nrun-name: deploy ${{ inputs.mark }}\non:\n  workflow_dispatch:\n"
FILES = {".gitignore": "dist\n", ".github/workflows/deploy.yml": WORKFLOW}
FINISH = ("finish-release", "1.1.0", "--yes", "--json")


def run(home: Path, *, rounds: int, peers: Peers) -> tuple[Table, ...]:
    """Measure and return the table; the site and the double are those of the tests."""
    for place in (TESTS, TESTS / "e2e"):
        sys.path.insert(0, str(place))
    calls, seconds = [], []
    for number in range(max(2, rounds // 10)):
        asked, taken = _released(home / f"forge-{number}")
        calls.append(asked)
        seconds.append(taken)
    rows = (
        _row("requests to the forge", f"{max(calls)}", max(calls) / MOST_CALLS, f"{MOST_CALLS} requests"),
        _row("wall time", f"{min(seconds):.1f} s", min(seconds) / MOST_SECONDS, f"{MOST_SECONDS:g} s"),
    )
    about = "Two pull requests opened and merged, a tag, a page with one file and its checksums, a deploy started."
    return (Table(title="A release by pull requests", rows=rows, notes=(about,)),)


def _released(home: Path) -> tuple[int, float]:
    from hosted import hosted, ran

    with hosted(home, config=CONFIG, files=FILES) as place:
        place.protect("main", "develop")
        here = place.here
        ran(here, "start-release", "1.1.0", "-y")
        here.write("dist/shop.whl", b"wheel")
        place.double.heard.clear()
        begun = time.perf_counter()
        assert ran(here, *FINISH).data["state"] == "done"
        taken = time.perf_counter() - begun
        assert len(place.repository.runs) == 1
        return len(place.double.heard), taken


def _row(what: str, figure: str, ratio: float, to: str) -> Row:
    return Row(what=what, figure=figure, ratio=ratio, to=to, target=1.0)
