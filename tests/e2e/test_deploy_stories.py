"""What happens to deploys while they run: lost terminals, impatient people, two at once, users who find a fault."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from lab import TIMEOUT, DeployLab, deploy_lab, silent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab() -> Iterator[DeployLab]:
    """Return a lab whose staging serves 1.0.0, as every story here leaves it."""
    with deploy_lab() as made:
        made.deploys("1.0.0")
        yield made
        silent(made)


def said_until(command: "subprocess.Popen[str]", words: str) -> str:
    """Read what a command says until it says some words."""
    assert command.stdout
    told = ""
    for line in command.stdout:
        told += line
        if words in line:
            return told
    raise AssertionError(told)


def end_of(command: "subprocess.Popen[str]") -> tuple[int, str]:
    """Return how a command ends, and the rest of what it says."""
    told, _ = command.communicate(timeout=TIMEOUT)
    return command.returncode, told


@pytest.mark.parametrize("loss", [signal.SIGKILL, signal.SIGHUP])
def test_a_lost_terminal_ends_nothing(lab: DeployLab, loss: signal.Signals) -> None:
    """X64: the worker goes on when the command is gone, and `attach` shows its end."""
    command = lab.begins("rehearse", "1.1.0", "--yes")
    said_until(command, "[1/7]")
    os.kill(command.pid, loss)
    assert end_of(command)[0] == -loss
    assert lab.ends(5, "rehearse", "1.1.0", "--yes"), "it is at work"
    assert "rehearse 1.1.0: done" in lab.ends(0, "attach")


def test_interrupted_before_the_cut_over(lab: DeployLab) -> None:
    """X63: Ctrl-C while it is prepared ends with 130; nothing that serves was touched, and nothing is left over."""
    before = lab.pids()
    command = lab.begins("deploy", "1.1.0", "--yes")
    told = said_until(command, "[2/7]")
    command.send_signal(signal.SIGINT)
    code, rest = end_of(command)
    assert code == 130, told + rest
    assert "Production is untouched" in rest
    assert lab.pids() == before and lab.staging.serves() == "1.0.0"
    assert "no unfinished run" in lab.ends(0, "status")
    assert [path for path in lab.staging.home.iterdir() if "__s_" in path.name] == []


def test_two_at_once(lab: DeployLab) -> None:
    """X60: the second one names the first and ends with 5; the first does not notice."""
    command = lab.begins("rehearse", "1.1.0", "--yes")
    said_until(command, "[1/7]")
    told = lab.ends(5, "deploy", "1.1.0", "--yes")
    assert "rehearse --env staging" in told
    assert lab.run("backup", "--yes").code == 5
    assert end_of(command)[0] == 0
    assert lab.staging.serves() == "1.0.0"


def test_a_port_that_is_taken_before_the_first_deploy(lab: DeployLab) -> None:
    """X43: preflight names the service and its port, and nothing is started."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    there = lab.production
    with HTTPServer(("127.0.0.1", there.backend_port), BaseHTTPRequestHandler):
        told = lab.ends(3, "deploy", "1.0.0", "--yes", site=there)
    assert f"somebody else listens on its port {there.backend_port}" in told


def test_a_version_that_fails_its_users() -> None:
    """X58: 1.4.0 is sound until users come; the watch sees their errors, and 1.3.1 serves again with every row."""
    with deploy_lab() as lab, ExitStack() as users:
        here = lab.staging
        lab.deploys("1.3.1")
        here.make("kept")
        for _ in range(4):
            users.enter_context(here.asked_all_the_time())
        told = lab.ends(7, "deploy", "1.4.0", "--yes")
        assert "1.4.0 was taken back (R0)" in told and "fails its users" in told
        assert here.serves() == "1.3.1"
        assert here.rows("SELECT title FROM environments") == [("kept",)]
        run = lab.asked("history")["runs"][-1]
        assert (run["version"], run["outcome"]) == ("1.4.0", "rolled_back")
        silent(lab)


def test_old_code_that_was_seen_to_run_goes_back_alone() -> None:
    """X54: what ends at start only where it is live is taken back by code; the schema stays, and so does every row."""
    with deploy_lab() as lab:
        here = lab.staging
        lab.deploys("1.0.0")
        here.make("kept")
        here.breaks_live()
        told = lab.ends(7, "deploy", "1.1.1", "--yes")
        assert "1.1.1 was taken back (R1)" in told and "exit code 3" in told
        assert here.serves() == "1.0.0" and here.names() == {"kept"}
        assert here.rows("SELECT version_num FROM alembic_version") == [("0002",)]
        (here.state / "breaks-on").unlink()
        lab.deploys("1.1.1")
        assert here.serves() == "1.1.1" and here.names() == {"kept"}
        lab.ends(0, "rollback", "--yes")
        assert here.serves() == "1.0.0"
        silent(lab)
