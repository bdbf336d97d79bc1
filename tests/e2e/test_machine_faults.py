"""Faults of the machine around: disk, network, signals; the exit code tells whether anything was changed.

Faults in the repository itself stand in `test_refusals`, other people in `test_races`.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from repository import CONFIG, Clone, Outcome, Site, ended, write_hook
from waiting import Gate, until

from release_tools.adapters.git_process import GitProcess

pytestmark = pytest.mark.slow

NAMESPACE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" || exit 97; cd "$PWD"; exec "$@"'
SMALL = """
at=$1 free=$2; shift 2
rm -rf "$at.full" && cp -a "$at" "$at.full" || exit 97
mount -t tmpfs -o size=64m none "$at" && cp -a "$at.full/." "$at" && cd "$at" || exit 97
used=$(df --output=used -B4096 . | tail -n 1)
mount -o remount,size=$(( (used + free) * 4096 )) "$at" || exit 97
"$@"
code=$?
rm -rf "$at.full" && cp -a "$at" "$at.full" || exit 98
exit $code
"""
"""Runs a command on a disk that has only `free` pages left, and brings out what it left there."""


def on_small_disk(here: Clone, *command: str, free: int) -> Outcome:
    """Run a command in a clone on a disk with `free` pages of 4096 bytes left; the clone is as it was left there."""
    outcome = here.run(*command, wrap=(*NAMESPACE, "sh", "-c", SMALL, "sh", str(here.path), str(free)))
    assert outcome.code not in (97, 98), f"this machine cannot give us a small disk: {outcome.stderr}"
    shutil.rmtree(here.path)
    here.path.with_name(f"{here.path.name}.full").rename(here.path)
    return outcome


def read_only(here: Clone, *command: str, path: Path) -> Outcome:
    """Run a command while a directory cannot be written, not even by root."""
    outcome = here.run(*command, wrap=(*NAMESPACE, "sh", "-c", READ_ONLY, str(path)))
    assert outcome.code != 97, f"this machine cannot mount: {outcome.stderr}"
    return outcome


@contextmanager
def silent_server() -> Iterator[str]:
    """Yield the URL of a git server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"git://127.0.0.1:{server.getsockname()[1]}/x"


def impatient(site: Site, *, seconds: int = 1) -> tuple[str, str]:
    """Return the options that name a configuration with a deadline."""
    path = site.home / "impatient.toml"
    path.write_text(f"{CONFIG}\n[git]\nnetwork_timeout = {seconds}\n")
    return "--config", str(path)


def test_full_disk_is_refused_and_nothing_is_changed(site: Site) -> None:
    """Not a byte can be written: exit 3, and the repository is as it was."""
    before = site.snapshot()
    outcome = on_small_disk(site.here, "start-release", "--yes", free=0)
    assert outcome.code == 3, outcome.stderr
    assert outcome.error[1] == "Nothing was changed."
    assert site.snapshot() == before


@pytest.mark.parametrize("free", range(1, 13))
def test_disk_that_fills_up_stops_the_run_where_it_can_go_on(site: Site, free: int) -> None:
    """Wherever the disk is full: exit 3 and nothing changed, or exit 4 and `continue` ends it, or it was enough."""
    before = site.snapshot()
    outcome = on_small_disk(site.here, "start-release", "--yes", free=free)
    assert outcome.code in (0, 3, 4), outcome.stderr
    if outcome.code == 3:
        assert "Nothing was changed." in outcome.error
        assert site.snapshot() == before
        assert site.here.run("start-release", "--yes").code == 0
    if outcome.code == 4:
        assert "release-tools continue" in outcome.stderr
        again = site.here.run("continue")
        assert again.code == 0, again.stderr
    assert site.here.git("symbolic-ref", "HEAD") == "refs/heads/release/v1.1.0"
    assert site.here.at("HEAD") == site.remote.at("release/v1.1.0")
    assert site.here.open_runs() == ()
    assert site.here.git("status", "--porcelain") == ""
    site.here.git("fsck", "--strict")


@pytest.mark.parametrize("command", ["start-release", "finish-release", "tag", "abort", "continue"])
def test_read_only_git_directory_is_refused(started: Site, command: str) -> None:
    """Exit 3 with the directory that cannot be written."""
    before = started.snapshot()
    outcome = read_only(started.here, command, "--yes", path=started.here.path / ".git")
    assert outcome.code == 3, outcome.stderr
    assert outcome.error == (
        f"The state directory {started.here.path}/.git/release-tools cannot be written: Read-only file system.",
        "Nothing was changed.",
        "Mend its permissions or make room, then run the command again.",
    )
    assert started.snapshot() == before


@pytest.mark.parametrize(
    "command", [("next-version",), ("status",), ("finish-release", "--dry-run")], ids=lambda c: c[0]
)
def test_looking_needs_no_write_access(started: Site, command: tuple[str, ...]) -> None:
    """What only looks works in a read-only repository as well."""
    outcome = read_only(started.here, *command, path=started.here.path)
    assert outcome.code == 0, outcome.stderr


@pytest.mark.parametrize("word", ["continue", "abort"])
def test_file_edited_in_the_middle_is_never_overwritten(site: Site, word: str) -> None:
    """The branch is pushed when git refuses to switch: exit 4; with the edit put away both ways lead on."""
    here, before = site.here, (site.here.refs(), site.remote.refs())
    hook = write_hook(here.path / ".git" / "hooks" / "pre-push", "echo edited >>pyproject.toml")
    outcome = here.run("start-release", "--yes")
    hook.unlink()
    assert outcome.code == 4, outcome.stderr
    assert outcome.error[0] == "Failed: switch to release/v1.1.0."
    assert "4 of 5 steps" in outcome.stderr and "release-tools abort" in outcome.error[-1]
    assert (here.path / "pyproject.toml").read_text().endswith("edited\n")
    here.git("stash", "--quiet")
    assert here.run(word, "--yes").code == 0
    assert here.git("stash", "list").startswith("stash@{0}")
    here.git("stash", "drop", "--quiet")
    if word == "abort":
        assert (here.refs(), site.remote.refs()) == before
    else:
        assert here.refs()["HEAD"] == "refs/heads/release/v1.1.0"
    assert here.git("status", "--porcelain") == ""


@pytest.mark.parametrize("command", [("start-release", "--yes"), ("next-version",)], ids=lambda command: command[0])
def test_remote_that_hangs_at_looking_is_refused(site: Site, command: tuple[str, ...]) -> None:
    """After the deadline: exit 3, nothing changed, and the git that waited is gone."""
    with silent_server() as url:
        site.here.git("remote", "set-url", "origin", url)
        before = site.snapshot()
        begun = time.monotonic()
        outcome = site.here.run(*impatient(site), *command)
    assert time.monotonic() - begun < 15
    assert outcome.code == 3, outcome.stderr
    assert "did not answer within 1 seconds" in outcome.error[0]
    assert outcome.error[1] == "Nothing was changed."
    assert "git ls-remote origin" in outcome.error[2]
    assert site.snapshot() == before


def test_remote_that_hangs_at_pushing_can_be_continued(started: Site) -> None:
    """Exit 4; nothing has moved, neither here nor there; with an answering remote `continue` finishes."""
    here = started.here
    # Only a push starts this program, so looking still works, and gets its time on a busy machine.
    here.git("config", "remote.origin.receivepack", "sleep 60; false")
    before = here.refs(), started.remote.refs()
    outcome = here.run(*impatient(started, seconds=6), "finish-release", "--yes")
    assert outcome.code == 4, outcome.stderr
    assert "did not answer within 6 seconds" in outcome.stderr
    assert "1 of 7 steps" in outcome.stderr and "release-tools continue" in outcome.error[-1]
    assert (here.refs(), started.remote.refs()) == before
    here.git("config", "--unset", "remote.origin.receivepack")
    assert here.run("continue").code == 0
    assert started.remote.at("v1.1.0^{commit}") == started.remote.at("main") == here.at("main")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_in_the_middle_stops_at_a_safe_point(started: Site, tmp_path: Path, number: signal.Signals) -> None:
    """The step that runs is finished: exit 130, the push is known as done, and `continue` does the rest."""
    here, gate = started.here, Gate(tmp_path)
    gate.put(here.path / ".git" / "hooks" / "pre-push", once=True)
    process = here.start("finish-release", "--yes")
    gate.wait()
    process.send_signal(number)
    gate.open()
    outcome = ended(process)
    assert outcome.code == 130, outcome.stderr
    assert "2 of 7 steps" in outcome.stderr and "release-tools continue" in outcome.error[-1]
    assert started.remote.at("v1.1.0") and not here.at("v1.1.0")
    status = here.run("status", "--json").data
    assert [step["state"] for step in status["steps"]] == ["done"] * 2 + ["to do"] * 5
    assert here.run("continue").code == 0
    assert here.at("v1.1.0") == started.remote.at("v1.1.0")


def test_interrupt_while_looking_changes_nothing(site: Site) -> None:
    """Before there is a plan there is nothing to resume: exit 130, and no draft is left."""
    with silent_server() as url:
        site.here.git("remote", "set-url", "origin", url)
        before = site.snapshot()
        process = site.here.start("start-release", "--yes")
        wait_for_child(process)
        process.send_signal(signal.SIGINT)
        outcome = ended(process)
    assert outcome.code == 130, outcome.stderr
    assert site.snapshot() == before


def test_interrupt_while_git_is_being_started_ends_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal that comes before anybody holds the new process is not lost, and neither is the process."""
    begin, started = GitProcess._start, []

    def interrupted(*arguments: Any, **options: Any) -> Any:
        started.append(begin(*arguments, **options))
        signal.raise_signal(signal.SIGINT)
        return started[0]

    monkeypatch.setattr(GitProcess, "_start", interrupted)
    with silent_server() as url, pytest.raises(KeyboardInterrupt):
        GitProcess(directory=site.here.path, timeout=20).run("ls-remote", url)
    assert started[0].proc.poll() == -signal.SIGKILL
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


def command_of(pid: str) -> bytes:
    """Return the command line of a process, nothing when it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_for_child(process: "subprocess.Popen[str]") -> None:
    """Wait until the command asks the remote."""

    def asks() -> bool:
        assert process.poll() is None, ended(process).stderr
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return any(b"ls-remote" in command_of(child) for child in children)

    until(asks, "the remote was never asked")
