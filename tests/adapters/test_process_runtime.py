"""What a service of the process runtime is given, what it leaves behind, and how it ends."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from process_rig import QUICK, alive, ending, make_runtime, shell, sleeper, wait_until

from release_tools.adapters.processes.identity import pid_of
from release_tools.adapters.processes.runtime import ProcessRuntime
from release_tools.domain.deploy.service import Placement, ServiceSpec
from release_tools.errors import ConfigError, ToolFailed

LIVE = Placement("one")
SECRET = "hunter2-and-more"


@pytest.fixture
def top(tmp_path: Path) -> Iterator[Path]:
    """Return a directory below which every process ends with the test."""
    with ending(tmp_path):
        yield tmp_path


@pytest.fixture
def runtime(top: Path) -> ProcessRuntime:
    """Return a runtime whose environment file holds a secret."""
    return make_runtime(top, variables={"DB_PASSWORD": SECRET, "COLOR": "blue"})


def start(runtime: ProcessRuntime, spec: ServiceSpec, environment: dict[str, str] | None = None) -> int:
    """Start a live service and return its pid."""
    return pid_of(runtime.start(spec, LIVE, environment or {}, version="1.0.0").identity)


def written(path: Path) -> str:
    """Wait until a service has written a file, and return it."""
    wait_until(lambda: path.exists() and path.read_text().endswith("\n"))
    return path.read_text()


def test_a_service_gets_the_environment_file_and_nothing_of_ours(
    runtime: ProcessRuntime, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's variables, overrides over them, the version, the port, the home; of our own only four."""
    monkeypatch.setenv("OUR_TOKEN", "not theirs")
    spec = shell(f"env > {top}/env.new; mv {top}/env.new {top}/env; exec sleep 60", port=4711, port_variable="PORT")
    start(runtime, spec, {"COLOR": "red", "EXTRA": "1"})
    got = dict(line.split("=", 1) for line in written(top / "env").splitlines())
    # These two a shell sets by itself.
    del got["PWD"]
    got.pop("_", None)
    ours = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "HOME") if name in os.environ}
    own = {"DB_PASSWORD": SECRET, "COLOR": "red", "EXTRA": "1", "RELEASE_VERSION": "1.0.0", "PORT": "4711"}
    assert got == {**ours, **own, "RELEASE_HOME": f"{top}/home"}


def test_the_holes_of_a_command_are_filled(runtime: ProcessRuntime, top: Path) -> None:
    """Once, wherever they stand; other braces are the command's own."""
    words = ("{release}", "{home}", "{port}", "{python}", '{"a": {port}}', "{other}")
    script = (
        f"import json,sys,time; print(json.dumps(sys.argv[1:]), file=open({str(top / 'argv')!r}, 'w')); time.sleep(9)"
    )
    start(runtime, ServiceSpec(name="web", command=("{python}", "-I", "-c", script, *words), port=8001))
    expected = [f"{top}/releases/one", f"{top}/home", "8001", runtime.python, '{"a": 8001}', "{other}"]
    assert json.loads(written(top / "argv")) == expected


def test_a_service_is_started_in_its_directory(runtime: ProcessRuntime, top: Path) -> None:
    """Below the released tree; one that leads out of it is refused."""
    start(runtime, shell(f"pwd > {top}/pwd; exec sleep 60", directory="inner"))
    assert written(top / "pwd").strip() == f"{top}/releases/one/inner"
    with pytest.raises(ConfigError, match="leads out of the released tree"):
        start(runtime, sleeper("other", directory="../two"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"command": ("/no/such/program",)}, "/no/such/program"), ({"directory": "missing"}, "missing")],
)
def test_a_service_that_cannot_be_started_says_why(
    runtime: ProcessRuntime, changes: dict[str, object], words: str
) -> None:
    """The reason names what is missing; no supervisor stays, and a mended service starts."""
    with pytest.raises(ToolFailed, match=f"web cannot be started: No such file or directory: .*{words}"):
        start(runtime, sleeper(**changes))
    assert runtime.states()["web"].state == "exited"
    start(runtime, sleeper())
    assert runtime.states()["web"].state == "running"


def test_x54_a_service_that_ends_where_it_may_not_be_restarted_is_told_with_its_code(runtime: ProcessRuntime) -> None:
    """Also one that ends well: a service that is gone does not serve; its last words are there."""
    runtime.restart_allowed("web", allowed=False)
    for code in (0, 3):
        runtime.start(shell(f"echo goodbye; exit {code}"), LIVE, {}, version="1.0.0")
        wait_until(lambda: runtime.states()["web"].state == "exited")
        wait_until(lambda code=code: runtime.states()["web"].exit_code == code)
        assert not runtime.states()["web"].crash_loop
        assert runtime.log_tail("web")[-1] == "goodbye"


def test_a_service_killed_by_somebody_is_not_called_an_oom_kill(runtime: ProcessRuntime) -> None:
    """SIGKILL alone proves nothing."""
    runtime.restart_allowed("web", allowed=False)
    os.kill(start(runtime, sleeper()), signal.SIGKILL)
    wait_until(lambda: runtime.states()["web"].exit_code == 128 + signal.SIGKILL)
    assert not runtime.states()["web"].oom_killed


def test_a_service_that_ends_is_started_again(runtime: ProcessRuntime) -> None:
    """It is another process then, and the restart is counted."""
    first = start(runtime, sleeper())
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: (seen := runtime.states()["web"]).state == "running" and pid_of(seen.identity) != first)
    assert runtime.states()["web"].restarts == 1
    assert runtime.states()["web"].exit_code == 137


def test_x54_a_crash_loop_is_given_up_and_told(runtime: ProcessRuntime) -> None:
    """After so many quick ends in a row it is left alone, with the code of the last; stopping and starting helps."""
    runtime.start(shell("echo no; exit 7"), LIVE, {}, version="1.0.0")
    wait_until(lambda: runtime.states()["web"].crash_loop)
    seen = runtime.states()["web"]
    assert (seen.state, seen.exit_code, seen.restarts) == ("exited", 7, QUICK.attempts - 1)
    assert runtime.log_tail("web") == ("no",) * QUICK.attempts
    runtime.stop("web", grace=1.0)
    assert runtime.states()["web"].state == "stopped"
    start(runtime, sleeper())
    assert runtime.states()["web"].restarts == 0


def test_a_service_that_waits_for_its_restart_can_be_stopped_or_forbidden(top: Path) -> None:
    """Neither waits for the pause to end."""
    runtime = make_runtime(top, restarting=QUICK.__class__(first_pause=60.0, longest_pause=60.0))
    for name in ("web", "worker"):
        runtime.start(shell("exit 1", name), LIVE, {}, version="1.0.0")
        wait_until(lambda name=name: runtime.states()[name].exit_code == 1)
        assert runtime.states()[name].state == "exited"
    runtime.stop("web", grace=1.0)
    runtime.restart_allowed("worker", allowed=False)
    assert runtime.states()["web"].state == "stopped"
    wait_until(lambda: not supervisors(top, "worker"))


def test_a_rehearsed_service_is_never_started_again(runtime: ProcessRuntime) -> None:
    """A rehearsal is to see that it ends."""
    runtime.start(shell("exit 4"), Placement("two", "r1"), {}, version="1.1.0")
    wait_until(lambda: runtime.states(Placement("", "r1"))["web"].exit_code == 4)
    wait_until(lambda: not supervisors(runtime.state, "web"))
    assert runtime.states(Placement("", "r1"))["web"].restarts == 0


STUBBORN = "trap '' TERM; (trap '' TERM; sleep 61) & echo $! > {top}/child; setsid sleep 62 & echo $! > {top}/stray; "


def test_a_service_that_ignores_sigterm_is_killed_with_all_its_processes(runtime: ProcessRuntime, top: Path) -> None:
    """Its first process, its children, and one that has made a session of its own."""
    pid = start(runtime, shell(STUBBORN.format(top=top) + f"echo > {top}/up; while :; do sleep 63; done"))
    written(top / "up")
    others = [int(written(top / name)) for name in ("child", "stray")]
    assert all(map(alive, [pid, *others]))
    runtime.stop("web", grace=0.2)
    assert not any(map(alive, [pid, *others]))


def test_a_child_may_use_the_grace_that_its_parent_does_not_need(runtime: ProcessRuntime, top: Path) -> None:
    """A wrapper that dies at once does not take the real server's time to finish its requests."""
    child = (
        f"(trap 'sleep 0.3; echo finished > {top}/end; exit' TERM; echo > {top}/up; while :; do sleep 0.05; done) & "
    )
    start(runtime, shell(child + "wait"))
    written(top / "up")
    runtime.stop("web", grace=5.0)
    assert (top / "end").read_text() == "finished\n"


def test_what_a_service_leaves_behind_ends_before_it_is_started_again(runtime: ProcessRuntime, top: Path) -> None:
    """A worker of the dead one would hold the port."""
    runtime.restart_allowed("web", allowed=False)
    runtime.start(shell(f"sleep 60 & echo $! > {top}/child; exit 1"), LIVE, {}, version="1.0.0")
    child = int(written(top / "child"))
    wait_until(lambda: runtime.states()["web"].exit_code == 1)
    assert not alive(child)


def test_the_log_is_masked_and_nobody_elses(runtime: ProcessRuntime, top: Path) -> None:
    """Values of the environment file do not stand in it, nor what could steer a terminal; state is 0600 in 0700."""
    start(runtime, shell("echo \"password is $DB_PASSWORD in $COLOR\"; printf '\\033[31mred\\007\\n'; exec sleep 60"))
    wait_until(lambda: len(runtime.log_tail("web")) == 2)
    assert runtime.log_tail("web") == ("password is *** in blue", "red")
    assert runtime.log_tail("web", lines=1) == ("red",)
    log = top / "state/services/web/service.log"
    for path in (top / "state").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        assert path.is_dir() or path == log or SECRET not in path.read_text()


def test_no_secret_stands_where_ps_shows_it(runtime: ProcessRuntime, top: Path) -> None:
    """The supervisor gets the environment over a pipe."""
    start(runtime, sleeper())
    (supervisor,) = supervisors(top, "web")
    for name in ("cmdline", "environ"):
        assert SECRET not in Path(f"/proc/{supervisor}/{name}").read_text()


def test_a_log_that_grows_is_cut(top: Path) -> None:
    """It never takes more than the cap allows, by and large, and the tail reaches over the cut."""
    runtime = make_runtime(top, log_bytes=20_000)
    start(runtime, shell("i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; done; exec sleep 60"))
    log = top / "state/services/web/service.log"
    wait_until(lambda: log.with_name("service.log.1").exists())
    wait_until(lambda: log.stat().st_size == 0)
    assert runtime.log_tail("web", lines=2) == ("line 2999", "line 3000")
    assert stat.S_IMODE(log.with_name("service.log.1").stat().st_mode) == 0o600


def test_files_of_a_service_have_the_usual_modes(runtime: ProcessRuntime, top: Path) -> None:
    """What a service writes may be read by others; that state is private is about ours."""
    start(runtime, shell(f"echo > {top}/made; exec sleep 60"))
    written(top / "made")
    assert stat.S_IMODE((top / "made").stat().st_mode) == 0o644


def test_a_service_has_a_session_of_its_own_and_so_has_its_supervisor(runtime: ProcessRuntime, top: Path) -> None:
    """No terminal's end reaches them, and no Ctrl-C."""
    pid = start(runtime, sleeper())
    (supervisor,) = supervisors(top, "web")
    assert os.getsid(pid) == pid
    assert os.getsid(supervisor) == supervisor


def supervisors(top: Path, name: str) -> list[int]:
    """Return the pids of the supervisors of a service below a directory."""
    told = (json.loads(path.read_text()) for path in top.rglob(f"{name}/state.json"))
    return [pid for state in told if alive(pid := pid_of(state["supervisor"]))]
