"""The click program: global options before and after a command, and loading on demand."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner, Result

from release_tools.cli.help import GLOBAL_OPTIONS
from release_tools.cli.invocation import Invocation
from release_tools.cli.program import program
from release_tools.cli.registry import COMMANDS, ROWS, Row

SHOW = Row("show-invocation", "runs", "Print the invocation", (0, 3))


@click.command()
@click.argument("word", required=False)
@click.pass_obj
def show(invocation: Invocation, word: str | None) -> None:
    """Print what the command was given."""
    fields = (invocation.repo, invocation.config, invocation.json, invocation.verbose, invocation.quiet, word)
    click.echo(json.dumps([str(field) if isinstance(field, Path) else field for field in fields]))


@pytest.fixture(autouse=True)
def command(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register a command that shows what it is given."""
    module = ModuleType(SHOW.module)
    module.command = click.Command("show", callback=show.callback, params=[*show.params])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, SHOW.module, module)
    monkeypatch.setitem(COMMANDS, SHOW.name, SHOW)
    yield


def call(*words: str) -> Result:
    """Run the program in this process; errors come out as they are."""
    return CliRunner().invoke(program, list(words), catch_exceptions=False)


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ((SHOW.name,), [".", None, False, 0, False, None]),
        (("--json", "-v", SHOW.name), [".", None, True, 1, False, None]),
        ((SHOW.name, "--json", "-vv", "word"), [".", None, True, 2, False, "word"]),
        (("-q", SHOW.name, "--json"), [".", None, True, 0, True, None]),
        ((SHOW.name, "word", "-q"), [".", None, False, 0, True, "word"]),
        (("--json", SHOW.name, "--", "--json"), [".", None, True, 0, False, "--json"]),
    ],
)
def test_global_options_stand_before_or_after_the_command(words: tuple[str, ...], given: list[object]) -> None:
    """An option counts wherever it stands, and what was said before is kept."""
    assert json.loads(call(*words).stdout) == given


def test_repository_and_configuration_are_paths_that_exist(tmp_path: Path) -> None:
    """The command gets both as they were typed."""
    config = tmp_path / "ü b.toml"
    config.write_text("")
    result = call("--repo", str(tmp_path), "--config", str(config), SHOW.name)
    assert json.loads(result.stdout)[:2] == [str(tmp_path), str(config)]


def test_a_loaded_command_shows_its_options_and_exit_codes_each_time() -> None:
    """Loading a command twice does not double its options."""
    pages = {call(SHOW.name, "--help").output for _ in range(3)}
    assert len(pages) == 1
    page = pages.pop()
    assert page.count("--json") == 1
    assert [line.split()[0] for line in page.partition("Exit codes:")[2].strip().splitlines()] == [
        *("0", "2", "3", "70", "130")
    ]


def test_colors_are_off_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--no-color`, NO_COLOR and a dumb terminal all take colors away."""
    seen: list[bool] = []
    sys.modules[SHOW.module].command.callback = click.pass_obj(lambda invocation, word: seen.append(invocation.color))
    monkeypatch.setenv("TERM", "xterm")
    call(SHOW.name)
    call("--no-color", SHOW.name)
    monkeypatch.setenv("NO_COLOR", "1")
    call(SHOW.name)
    assert seen == [True, False, False]


def test_the_help_page_names_every_global_option() -> None:
    """The page is written by hand for speed; click's own list holds it to the truth."""
    listed = {word.rstrip(",") for names, _ in GLOBAL_OPTIONS for word in names.split() if word.startswith("-")}
    known = {name for param in program.params for name in param.opts}
    assert listed == known | {"-h", "--help"}


def test_the_names_of_commands_are_words_with_hyphens() -> None:
    """A name that scripts type is plain and stands once."""
    assert len(COMMANDS) == len(ROWS) + 1
    assert all(row.name.replace("-", "").isalpha() and row.name.islower() for row in ROWS)
