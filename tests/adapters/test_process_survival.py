"""What services outlive: our exit, our files, their supervisor; and what is seen after a reboot."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from threading import Timer

import pytest
from process_rig import QUICK, alive, ending, make_runtime, shell, sleeper, wait_until

from release_tools.adapters.processes.identity import identity_of, is_alive, pid_of, send_signal
from release_tools.adapters.processes.memory_kills import memory_kills
from release_tools.adapters.processes.place import Job, ServicePlace
from release_tools.adapters.processes.watched import Child
from release_tools.domain.deploy.service import Placement
from release_tools.errors import PreconditionFailed

LIVE = Placement("one")
TOP = Path(__file__).parents[2]

STARTER = """
import os, signal, sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from process_rig import make_runtime, sleeper
from release_tools.domain.deploy.service import Placement
make_runtime(Path(sys.argv[1])).start(sleeper(), Placement("one"), {}, version="1.0.0")
print("started", flush=True)
signal.pause()
"""


@pytest.fixture
def top(tmp_path: Path) -> Iterator[Path]:
    """Return a directory below which every process ends with the test."""
    with ending(tmp_path):
        yield tmp_path


def start_elsewhere(top: Path, package: Path) -> None:
    """Start a service from another process group, with the package at a path, and kill that group."""
    command = (sys.executable, "-c", STARTER, str(top), str(package), str(TOP / "tests"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as starter:
        assert starter.stdout
        try:
            assert starter.stdout.readline() == b"started\n"
        finally:
            os.killpg(starter.pid, signal.SIGKILL)


def supervisor_of(top: Path) -> str:
    """Return the identity of the supervisor of the service `web`."""
    found: str = json.loads((top / "state/services/web/state.json").read_text())["supervisor"]
    return found


def test_a_service_outlives_who_started_it(top: Path) -> None:
    """A command that was killed with its whole group leaves a service that is seen, adopted and stopped by the next."""
    start_elsewhere(top, TOP)
    runtime = make_runtime(top)
    seen = runtime.states()["web"]
    assert seen.state == "running"
    assert runtime.start(sleeper(), LIVE, {}, version="1.0.0") == seen
    runtime.stop("web", grace=2.0)
    assert not is_alive(seen.identity)


def test_a_supervisor_outlives_the_files_that_it_was_started_from(top: Path) -> None:
    """An upgrade of ours in the middle: the package is gone, and a service that ends is started again all the same."""
    package = top / "installed"
    shutil.copytree(TOP / "release_tools", package / "release_tools")
    start_elsewhere(top, package)
    shutil.rmtree(package)
    runtime = make_runtime(top)
    first = runtime.states()["web"].identity
    send_signal(first, signal.SIGKILL)
    wait_until(lambda: (seen := runtime.states()["web"]).state == "running" and seen.identity != first)
    runtime.stop("web", grace=2.0)
    assert runtime.states()["web"].state == "stopped"
    assert (top / "state/services/web/supervisor.log").read_text() == ""


def test_a_service_outlives_its_supervisor_and_gets_another_one(top: Path) -> None:
    """It is still seen as running; a start adopts the same process, and watches over it from then on."""
    runtime = make_runtime(top)
    first = runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    send_signal(supervisor_of(top), signal.SIGKILL)
    wait_until(lambda: not is_alive(supervisor_of(top)))
    assert runtime.states()["web"] == first
    with pytest.raises(PreconditionFailed, match="still runs from release one"):
        runtime.start(sleeper(), Placement("two"), {}, version="1.1.0")
    assert runtime.start(sleeper(), LIVE, {}, version="1.0.0") == first
    assert is_alive(supervisor_of(top))
    send_signal(first.identity, signal.SIGKILL)
    wait_until(lambda: (seen := runtime.states()["web"]).state == "running" and seen.identity != first.identity)
    # Nobody could see how it ended.
    assert runtime.states()["web"].exit_code is None
    assert runtime.states()["web"].restarts == 1


@pytest.mark.parametrize("script", ["exec sleep 60", "trap '' TERM; while :; do sleep 0.1; done"])
def test_a_service_without_supervisor_can_be_stopped(top: Path, script: str) -> None:
    """By us, with grace and SIGKILL as its supervisor would."""
    runtime = make_runtime(top)
    first = runtime.start(shell(script), LIVE, {}, version="1.0.0")
    send_signal(supervisor_of(top), signal.SIGKILL)
    runtime.stop("web", grace=0.3)
    assert not is_alive(first.identity)
    assert runtime.states()["web"].state == "stopped"


def test_a_supervisor_that_hangs_does_not_keep_a_service_from_being_stopped(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed, and the service ended without it."""
    monkeypatch.setattr("release_tools.adapters.processes.supervised.KILLED_WITHIN", 0.5)
    runtime = make_runtime(top)
    first = runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    send_signal(supervisor_of(top), signal.SIGSTOP)
    runtime.stop("web", grace=0.1)
    assert not is_alive(first.identity)
    assert not is_alive(supervisor_of(top))


def test_x54_an_end_that_is_not_written_down_yet_is_told_with_its_code(top: Path) -> None:
    """A look in the instant between the end of a service and its supervisor's word does not take it for unseen."""
    runtime = make_runtime(top)
    state = runtime.start(shell("exec sleep 60"), LIVE, {}, version="1.0.0")
    runtime.restart_allowed("web", allowed=False)
    supervisor = supervisor_of(top)
    send_signal(supervisor, signal.SIGSTOP)
    send_signal(state.identity, signal.SIGKILL)
    wait_until(lambda: not is_alive(state.identity))
    later = Timer(0.2, send_signal, (supervisor, signal.SIGCONT))
    later.start()
    seen = runtime.states()["web"]
    later.join()
    assert (seen.state, seen.exit_code) == ("exited", 128 + signal.SIGKILL)


def test_x15_after_a_reboot_services_have_exited_and_can_be_started(top: Path) -> None:
    """State files whose processes are gone are no obstacle; how they ended is not made up."""
    runtime = make_runtime(top)
    runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    place = ServicePlace(directory=top / "state/services/web")
    told = place.recorded()
    assert told
    runtime.stop("web", grace=1.0)
    # The same pids with the start times of another boot, as our own process would be mistaken for.
    ours = f"{os.getpid()}:{identity_of(os.getpid()).split(':')[1]}:another0"
    place.record(replace(told, service=ours, supervisor=ours, exit_code=5))
    seen = runtime.states()["web"]
    assert (seen.state, seen.identity, seen.exit_code) == ("exited", "", None)
    assert runtime.start(sleeper(), Placement("two"), {}, version="1.1.0").state == "running"


def test_a_recycled_pid_is_left_alone(top: Path) -> None:
    """A stop that finds the number of a dead service in use by another process does not touch that one."""
    runtime = make_runtime(top)
    runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    place = ServicePlace(directory=top / "state/services/web")
    told = place.recorded()
    assert told
    runtime.stop("web", grace=1.0)
    with subprocess.Popen(("sleep", "60"), start_new_session=True) as bystander:
        try:
            start = identity_of(bystander.pid).split(":")
            other = ":".join((start[0], str(int(start[1]) - 1), start[2]))
            place.record(replace(told, service=other, supervisor=other))
            runtime.stop("web", grace=0.1)
            assert runtime.states()["web"].state == "stopped"
            assert bystander.poll() is None
        finally:
            bystander.kill()


def test_a_stop_goes_on_where_it_was_cut_off(top: Path) -> None:
    """Told to stop, but never signalled: the next stop ends it, and a start in between does not adopt it."""
    runtime = make_runtime(top)
    first = runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    place = ServicePlace(directory=top / "state/services/web")
    place.tell(replace(place.control(), wanted="stop", grace=1.0))
    again = runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    assert again.state == "running"
    assert again.identity != first.identity
    assert not is_alive(first.identity)


def counts(root: Path, kills: int, *, version: int) -> None:
    """Write what a kernel says of the kills in a control group."""
    group = root / "sys/fs/cgroup" / ("app" if version == 2 else "memory/app")
    group.mkdir(parents=True, exist_ok=True)
    (root / "proc/7").mkdir(parents=True, exist_ok=True)
    (root / "proc/7/cgroup").write_text("0::/app\n" if version == 2 else "4:cpu,memory:/app\n0::/\n")
    text = f"low 0\noom 9\noom_kill {kills}\n" if version == 2 else f"oom_kill_disable 0\noom_kill {kills}\n"
    (group / ("memory.events" if version == 2 else "memory.oom_control")).write_text(text)


@pytest.mark.parametrize("version", [1, 2])
def test_the_kernels_count_of_memory_kills_is_read(tmp_path: Path, version: int) -> None:
    """From the control group, in both of its versions; without one from the machine's own count; else none is told."""
    assert memory_kills(7, root=tmp_path) is None
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/vmstat").write_text("pgfault 1\noom_kill 4\n")
    assert memory_kills(7, root=tmp_path) == 4
    counts(tmp_path, 2, version=version)
    assert memory_kills(7, root=tmp_path) == 2


@pytest.mark.parametrize(
    ("before", "after", "number", "told"),
    [
        (0, 1, signal.SIGKILL, True),
        (0, 0, signal.SIGKILL, False),
        (None, None, signal.SIGKILL, False),
        (0, 1, signal.SIGTERM, False),
    ],
)
def test_x54_an_oom_kill_is_told_where_the_kernels_count_went_up(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: int | None,
    after: int | None,
    number: int,
    told: bool,
) -> None:
    """Neither SIGKILL alone nor a count alone is called one."""
    seen = chain((before,), repeat(after))
    monkeypatch.setattr("release_tools.adapters.processes.watched.memory_kills", lambda: next(seen))
    job = Job(argv=("sleep", "60"), cwd="/", env={"PATH": os.environ["PATH"]}, release="one", version="1")
    child = Child.start(job, tmp_path / "log")
    os.killpg(child.pid, number)
    wait_until(child.ended)
    ended = child.ended()
    child.release()
    assert ended == (128 + number, told)


@pytest.mark.slow
def test_a_supervisor_takes_next_to_no_time_while_nothing_happens(top: Path) -> None:
    """It sleeps; a dozen of them must not be felt."""
    runtime = make_runtime(top, restarting=QUICK)
    runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    pid = pid_of(supervisor_of(top))
    assert alive(pid)

    def used() -> float:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(2.5)
    assert used() - before <= 0.05
