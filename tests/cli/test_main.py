"""The process: what every kind of ending prints, and the exit code it returns."""

import errno
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from release_tools.cli import main as process
from release_tools.cli.exit_codes import MEANINGS
from release_tools.cli.registry import GROUPS, ROWS
from release_tools.errors import ConfigError, HumanNeeded, Locked, PreconditionFailed, ReleaseToolsError, ToolFailed

LOADED = (
    "import sys; from release_tools.cli.main import main; code = main(); print(sorted(sys.modules)); sys.exit(code)"
)


def run(*arguments: str, code: str = "from release_tools.cli.main import main; raise SystemExit(main())") -> str:
    """Run the command line in a process of its own and return its stdout."""
    command = (sys.executable, "-c", code, *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def raising(error: BaseException) -> Callable[[list[str]], int]:
    """Return an action that fails with `error`."""

    def action(_: list[str]) -> int:
        raise error

    return action


def arguments(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """Set the command line of this process."""
    monkeypatch.setattr(sys, "argv", ["release-tools", *words])


def test_help_prints_the_groups_with_their_commands_and_all_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page shows every registered command once, below its group, and no empty group."""
    arguments(monkeypatch, "--help")
    assert process.main() == 0
    page = capsys.readouterr().out
    assert all(len(re.findall(rf"^  {row.name} +{re.escape(row.summary)}$", page, re.M)) == 1 for row in ROWS)
    used = [group for group in GROUPS if any(row.group == group for row in ROWS)]
    assert [found.lower() for found in re.findall(r"^([A-Z][a-z ]+):$", page, re.M)] == [*used, "options", "exit codes"]
    assert re.findall(r"^ +(\d+)  ", page, re.M) == [str(code) for code in MEANINGS]
    assert max(map(len, page.splitlines())) <= 100


def test_help_loads_neither_click_nor_a_command() -> None:
    """Asking for help costs little more than starting Python."""
    loaded = run("--help", code=LOADED).splitlines()[-1]
    heavy = [name for name in ("click", "pydantic", "git", "rich", "dataclasses", "pathlib") if f"'{name}'" in loaded]
    assert (heavy, "release_tools.cli.commands" in loaded) == ([], False)


def test_the_version_is_that_of_the_distribution() -> None:
    """Nobody has to keep a second copy of the version."""
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", run("--version"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing command."),
        (("chekc-commit", "x"), "No such command 'chekc-commit'. Did you mean 'check-commit'?"),
        (("zzzzzzzz",), "No such command 'zzzzzzzz'.\n"),
        (("--jsn",), "No such option '--jsn'."),
        (("--repo", "/nowhere/at/all", "status"), "'/nowhere/at/all' does not exist"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    """Exit 2, what is wrong and what to type on stderr, nothing on stdout."""
    arguments(monkeypatch, *words)
    assert process.main() == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.endswith("Nothing was changed.\nFor what it accepts, type: release-tools --help\n")


@pytest.mark.parametrize("kind", [ConfigError, PreconditionFailed, ToolFailed, Locked, HumanNeeded])
def test_a_known_error_is_three_sentences(capsys: pytest.CaptureFixture[str], kind: type[ReleaseToolsError]) -> None:
    """What failed, what state things are in, what to type; the exit code is that of the class."""
    error = kind("The push failed.", state="Nothing was pushed.", todo="Type: release-tools continue")
    assert process.bounded(raising(error), []) == kind.exit_code
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "release-tools: error: The push failed.\nNothing was pushed.\nType: release-tools continue\n"


def test_an_interrupt_is_said_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """Control-C ends a command with 130 and the way to find what it left."""
    assert process.bounded(raising(KeyboardInterrupt()), []) == 130
    assert capsys.readouterr().err.startswith("release-tools: error: Interrupted.\n")


def test_a_bug_is_one_line_and_a_report_that_only_its_owner_reads(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    """The terminal gets the path; the file gets the traceback, the command line and no credential."""
    error = RuntimeError("wrong\nfetch of https://ada:s3cret@example.com failed, token=abc123")
    assert process.bounded(raising(error), ["tag", "1.0.0"]) == 70
    first, second = capsys.readouterr().err.splitlines()
    assert first == "release-tools: error: This is a bug in release-tools: RuntimeError: wrong"
    path = Path(second.removeprefix("The full report is in "))
    assert path.parent == home / ".local/state/release-tools"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert "command: release-tools tag 1.0.0\n" in text
    assert "Traceback (most recent call last)" in text
    assert "s3cret" not in text
    assert "abc123" not in text


def test_a_bug_report_finds_a_place_when_the_state_directory_cannot_be_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file in the way of the state directory does not hide the bug behind another one."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert process.bounded(raising(RuntimeError("wrong")), []) == 70
    path = Path(capsys.readouterr().err.splitlines()[1].removeprefix("The full report is in "))
    assert path.parent == tmp_path
    assert path.is_file()


def test_a_reader_that_leaves_early_ends_the_command_quietly() -> None:
    """`release-tools --help | true` prints no complaint and ends as any program does that loses its pipe."""
    read, write = os.pipe()
    os.close(read)
    command = (sys.executable, "-c", "from release_tools.cli.main import main; raise SystemExit(main())", "--help")
    done = subprocess.run(command, check=False, stdout=write, stderr=subprocess.PIPE, timeout=60)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_broken_pipe_elsewhere_is_not_taken_for_a_reader_that_left(capsys: pytest.CaptureFixture[str]) -> None:
    """Only our own stdout may end a command in silence; a pipe to another program may not."""
    assert process.bounded(raising(BrokenPipeError("to git")), []) == 70
    assert "BrokenPipeError: to git" in capsys.readouterr().err


def test_an_abort_at_a_prompt_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What click calls Abort is Control-C for us."""
    from release_tools.cli.program import program

    def abort(_: click.Context) -> None:
        raise click.Abort

    monkeypatch.setattr(program, "invoke", abort)
    arguments(monkeypatch, "status")
    assert process.main() == 130


def test_completion_offers_the_commands() -> None:
    """The shell's completion knows every command that begins with the letters typed."""
    code = (
        "import os; os.environ.update(_RELEASE_TOOLS_COMPLETE='bash_complete', COMP_WORDS='release-tools --q', "
        "COMP_CWORD='1'); from release_tools.cli.main import main; main()"
    )
    assert run(code=code) == "plain,--quiet\n"


def test_a_full_disk_is_no_bug(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """What the machine refuses is exit 4 with its own words, and no report is written."""
    assert process.bounded(raising(OSError(errno.ENOSPC, "No space left on device", "journal")), []) == 4
    assert "The system refused: [Errno 28] No space left on device: 'journal'\n" in capsys.readouterr().err
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("words", ["--help", "stauts"])
def test_a_result_that_cannot_be_written_fails_the_command(words: str) -> None:
    """A script does not take half a result for a whole one, and an error keeps its own code."""
    command = (sys.executable, "-c", "from release_tools.cli.main import main; raise SystemExit(main())", words)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, check=False, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == {"--help": 4, "stauts": 2}[words]
    assert done.stderr.count(b"release-tools: error: ") == 1
    assert b"Exception ignored" not in done.stderr


def test_a_closed_stdout_is_survived() -> None:
    """`>&-` in a script is no bug of ours."""
    code = "import os; os.execv(os.sys.executable, [os.sys.executable, '-m', 'release_tools', '--help'])"
    done = subprocess.run(
        (sys.executable, "-c", f"import os; os.close(1); {code}"), check=False, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_name_that_is_no_text_can_be_printed() -> None:
    """A branch name of any bytes cannot make printing fail."""
    code = (
        "import sys; from release_tools.cli import main; from release_tools.cli.output import report; "
        "from release_tools.cli.invocation import Invocation; "
        "action = lambda _: report(Invocation(), text='b\\udcff \\u00fc', data={}) or 0; "
        "sys.exit(main.bounded(action, []))"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run((sys.executable, "-c", code), check=False, env=environment, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"b? \xc3\xbc\n", b"")
