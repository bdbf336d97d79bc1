"""The demo as somebody sees it who tries the product: the story, its ledger, and nothing left when it is over."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from process_rig import wait_until

DEMO = (sys.executable, "-m", "release_tools", "demo")
PLACE = "release-tools-demo-"
ROWS = (
    "v1.1.0 is an annotated tag",
    "git fsck finds no damage",
    "customers are served by the last good version",
    "every order is still there",
    "the database knows of each deploy",
)


def demo_processes(home: str = PLACE) -> list[str]:
    """Return the processes that name a demo's place among their words or stand in it."""
    return [words for words in _told() if home in words]


def _told() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*"):
        try:
            yield f"{(path / 'cwd').readlink()} {(path / 'cmdline').read_bytes()!r}"
        except OSError:
            continue  # it has just ended


def demo_home(log: Path) -> str:
    """Return the place of a demo, as the remote that it made says."""
    found = next(word for word in log.read_text().split() if PLACE in word)
    return found[: found.index("/", found.index(PLACE))]


@pytest.mark.slow
def test_the_whole_story() -> None:
    """Every row of the ledger is right; `--keep` leaves the shop serving, and `--end` ends and deletes it."""
    told = subprocess.run((*DEMO, "--keep", "--json"), capture_output=True, text=True, timeout=600, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    data = json.loads(told.stdout)
    rows = {row["what"]: row for row in data["rows"]}
    assert all(row["right"] for row in rows.values()), rows
    assert set(ROWS) <= rows.keys()
    home = data["home"]
    assert demo_processes(home)
    subprocess.run((*DEMO, "--end", home), check=True, timeout=60, capture_output=True)
    assert not Path(home).exists()
    assert not demo_processes(home)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_in_the_middle_of_a_deploy(number: signal.Signals, tmp_path: Path) -> None:
    """Neither a worker nor a service of the shop outlives it, and its place is gone."""
    log = tmp_path / "log"
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with log.open("w") as out, subprocess.Popen(DEMO, stdout=out, stderr=out, env=environment) as running:
        try:
            wait_until(lambda: "$ release-tools deploy 1.1.0" in log.read_text(), 300)
            home = demo_home(log)
            wait_until(lambda: any("deploy_work" in words for words in demo_processes(home)), 60)
            running.send_signal(number)
            code = running.wait(120)
        finally:
            running.kill()
    assert code == 130, log.read_text()
    assert not Path(home).exists()
    wait_until(lambda: not demo_processes(home))


def test_a_directory_that_no_demo_made(tmp_path: Path) -> None:
    """`--end` deletes nothing that is somebody's own."""
    done = subprocess.run((*DEMO, "--end", str(tmp_path)), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "was not made by a demo" in done.stderr
    assert tmp_path.exists()
