"""The launcher by itself: what it runs, in which order, with what, and what it says when it cannot."""

import os
import subprocess
from pathlib import Path

import pytest
from hook_world import SHELLS, make_repository, shell_command

from release_tools.domain.seal import Seal, parse_seal
from release_tools.hooks.launcher import DOORS, Door, quoted, render_launcher

ODD_NAMES = [
    "plain",
    "two words",
    "it's",
    'quo"te',
    "ünï-日本",
    "new\nline",
    "$(touch x)`id`",
    "back\\slash\\",
    "*?[a]",
]
DOOR = Door(module="probe", locate="rt_git_dir=.git\n")
STDIN_DOOR = Door(module="probe", locate="rt_git_dir=.git\n", reads_stdin=True, unharmed="Nothing was pushed.")


class Place:
    """A launcher with a Python that writes down how it was called."""

    def __init__(self, root: Path, *, name: str = "plain", door: Door = DOOR, legacy: bool = False) -> None:
        home = root / name
        self.python, self.package, self.log = home / "bin" / "python", home / "lib", root / "log"
        self.door = self.package / "release_tools" / "hooks" / "probe.py"
        for path in (self.python, self.door):
            path.parent.mkdir(parents=True)
        self.door.touch()
        self.script(self.python, f'printf "%s|" python "$@" >>{quoted(str(self.log))}; cat >>{quoted(str(self.log))}')
        self.hook = root / "hooks" / "probe"
        self.hook.parent.mkdir()
        self.hook.write_bytes(
            render_launcher(
                "probe", python=str(self.python), package_dir=str(self.package), chained_by_legacy=legacy, door=door
            )
        )
        self.hook.chmod(0o755)
        self.kept = self.hook.with_name("probe.before-release-tools")

    @staticmethod
    def script(path: Path, text: str, *, mode: int = 0o755) -> None:
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(mode)

    def chain(self, text: str, *, mode: int = 0o755) -> None:
        self.script(self.kept, text, mode=mode)

    def run(self, *args: str, shell: str = "dash", stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = (*shell_command(shell), str(self.hook), *args)
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)

    @property
    def calls(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", ODD_NAMES)
def test_paths_of_any_kind(tmp_path: Path, name: str, shell: str) -> None:
    """Interpreter, door and arguments arrive as they are, whatever their names hold."""
    place = Place(tmp_path, name=name)
    done = place.run("a b", "", name, shell=shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert place.calls == f"python|-I|-S|{place.door}|a b||{name}|"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_chained_hook(tmp_path: Path, shell: str) -> None:
    """The hook that was there runs first, with the same arguments."""
    place = Place(tmp_path)
    place.chain(f'printf "%s|" before "$@" >>{quoted(str(place.log))}')
    assert place.run("a b", "", shell=shell).returncode == 0
    assert place.calls == f"before|a b||python|-I|-S|{place.door}|a b||"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("door", [DOOR, STDIN_DOOR])
def test_chained_hook_that_refuses(tmp_path: Path, shell: str, door: Door) -> None:
    """Its exit code is the hook's, and ours does not run."""
    place = Place(tmp_path, door=door)
    place.chain("exit 37")
    assert place.run(shell=shell, stdin="x\n").returncode == 37
    assert place.calls == ""


def test_chained_hook_that_is_not_executable(tmp_path: Path) -> None:
    """As with git itself, it does not run."""
    place = Place(tmp_path)
    place.chain("exit 37", mode=0o644)
    assert place.run().returncode == 0


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("stdin", ["", "one\n", "a b\\c \n\n  two\n", "no newline", "%s %d\n"])
def test_stdin_for_both(tmp_path: Path, shell: str, stdin: str) -> None:
    """Where git feeds a hook, the chained hook and ours read the same text."""
    place = Place(tmp_path, door=STDIN_DOOR)
    place.chain(f"cat >>{quoted(str(place.log))}")
    assert place.run("origin", shell=shell, stdin=stdin).returncode == 0
    assert place.calls == f"{stdin}python|-I|-S|{place.door}|origin|{stdin}"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("gone", ["python", "door"])
def test_moved_environment(tmp_path: Path, shell: str, gone: str) -> None:
    """The commit is refused; the message names the path and the command that mends it. Nothing else runs."""
    place = Place(tmp_path)
    place.chain(f"echo ran >{quoted(str(place.log))}")
    getattr(place, gone).unlink()
    done = place.run(shell=shell)
    assert (done.returncode, done.stdout, place.calls) == (1, "", "")
    failed, state, todo = done.stderr.splitlines()
    assert failed.startswith("probe: error: ") and str(getattr(place, gone)) in failed
    assert state.startswith("Nothing was committed.")
    assert todo.endswith(": release-tools install-hooks")


def test_launcher_kept_by_mistake(tmp_path: Path) -> None:
    """A launcher that stands under the name of the chained hook does not call itself."""
    place = Place(tmp_path)
    place.hook.rename(place.kept)
    place.hook = place.kept
    assert place.run().returncode == 0
    assert place.calls == f"python|-I|-S|{place.door}|"


@pytest.mark.parametrize(("legacy", "runs"), [(True, False), (False, True)])
def test_launcher_moved_aside(tmp_path: Path, legacy: bool, runs: bool) -> None:
    """Run as `.legacy` by the very tool whose hook we chain, the launcher does not call that tool again."""
    place = Place(tmp_path, legacy=legacy)
    place.chain(f"printf before >>{quoted(str(place.log))}")
    place.hook = place.hook.rename(place.hook.with_name("probe.legacy"))
    assert place.run().returncode == 0
    assert place.calls.startswith("before") == runs


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("cwd", ["hooks", "."])
def test_relative_call(tmp_path: Path, shell: str, cwd: str) -> None:
    """The chained hook is found beside the launcher, however git names it."""
    place = Place(tmp_path)
    place.chain("exit 5")
    name = "probe" if cwd == "hooks" else "hooks/probe"
    assert subprocess.run((*shell_command(shell), name), cwd=tmp_path / cwd, check=False).returncode == 5


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("hook", DOORS)
def test_ordinary_commit_starts_nothing(tmp_path: Path, shell: str, hook: str) -> None:
    """With an empty PATH and a Python that refuses, an ordinary commit passes: only builtins ran.

    dash cannot read a message safely, so there commit-msg goes to Python, which is why bash runs that launcher.
    """
    repository = make_repository(tmp_path / "r ü")
    repository.install()
    place = Place(tmp_path)
    place.script(place.python, "exit 99")
    door = place.package / "release_tools" / "hooks" / f"{DOORS[hook].module}.py"
    door.touch()
    launcher = repository.hooks / hook
    launcher.write_bytes(
        render_launcher(hook, python=str(place.python), package_dir=str(place.package), door=DOORS[hook])
    )
    (repository.top / ".git" / "COMMIT_EDITMSG").write_text("feat(api): add a thing\n")
    args = (".git/COMMIT_EDITMSG",) if hook == "commit-msg" else ()
    done = subprocess.run(
        (*shell_command(shell), f".git/hooks/{hook}", *args),
        cwd=repository.top,
        env={**os.environ, "PATH": "/nowhere"},
        capture_output=True,
        check=False,
    )
    expected = 99 if (hook, shell) == ("commit-msg", "dash") else 0
    assert (done.returncode, done.stderr) == (expected, b"")


def test_seal_of_a_launcher(tmp_path: Path) -> None:
    """A launcher is known as ours, and one with a single byte changed is known as edited."""
    data = Place(tmp_path).hook.read_bytes()
    assert parse_seal(data) is Seal.OURS
    assert parse_seal(data + b"\n") is Seal.EDITED
    assert parse_seal(data.replace(b"exit 1", b"exit 0")) is Seal.EDITED
    assert parse_seal(b"#!/bin/sh\nexit 0\n") is Seal.FOREIGN
    assert parse_seal(b"") is Seal.FOREIGN


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A path that is not UTF-8 stands in the launcher byte for byte."""
    python = os.fsdecode(b"/opt/\xff/python")
    data = render_launcher("probe", python=python, package_dir="/x", door=DOOR)
    assert b"rt_python='/opt/\xff/python'\n" in data
