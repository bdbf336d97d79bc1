"""What every command owes the person who types it: a page in the documentation and a `--help` with exit codes."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from source_tree import TOP

from release_tools.cli.program import program
from release_tools.cli.registry import GROUPS, ROWS, Row

EVERY = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
DOCUMENTS = (TOP / "README.md", *sorted((TOP / "docs").rglob("*.md")))


@EVERY
def test_a_command_is_documented(row: Row) -> None:
    """README.md or docs/ shows how it is called."""
    called = f"release-tools {row.name}"
    assert any(called in path.read_text(encoding="utf-8") for path in DOCUMENTS), f"write `{called}` into docs/"


@EVERY
def test_a_command_names_its_exit_codes(row: Row) -> None:
    """`--help` lists every exit code that the registry says the command has."""
    result = CliRunner().invoke(program, [row.name, "--help"], catch_exceptions=False)
    assert result.exit_code == 0
    listed = result.output.partition("Exit codes:")[2].split("\n")
    assert tuple(int(line.split()[0]) for line in listed if line.strip()) == row.all_exits


@EVERY
def test_a_command_stands_in_a_group(row: Row) -> None:
    """A row outside the groups would be missing from `--help`."""
    assert row.group in GROUPS


def test_a_command_module_is_registered() -> None:
    """No command lies there that nobody can call."""
    folder = TOP / "release_tools" / "cli" / "commands"
    found = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    assert found == {Path(row.module.replace(".", "/")).name for row in ROWS}
