"""`check-commit --range` over a team's history: who broke what, and what was broken before."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from release_tools.cli.commands.check_commit import command
from release_tools.cli.invocation import Invocation
from release_tools.errors import CheckFailed, UsageError

WROTE = (
    ("Ada", "feat: begin"),
    ("Bob", "some words"),
    ("Bob", "faet: x"),
    ("Ada", "fix: y\n\nBreaking change: z"),
    ("bob", "wip"),
)
MAILMAP = "Bob <bob@example.com> bob <bob@example.com>\n"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a repository with the commits of two people, one of whom goes by two names."""
    subprocess.run(("git", "init", "--quiet", "--initial-branch=main", str(tmp_path)), check=True, timeout=20)
    (tmp_path / ".mailmap").write_text(MAILMAP)
    for name, message in WROTE:
        commit(tmp_path, name, message)
    return tmp_path


def commit(top: Path, name: str, message: str) -> None:
    """Commit nothing in somebody's name."""
    author = f"--author={name} <{name.lower()}@example.com>"
    words = ("git", "commit", "--quiet", "--allow-empty", author, f"--message={message}")
    subprocess.run(words, cwd=top, check=True, timeout=20)


def check(top: Path, *words: str, **options: Any) -> Result:
    """Call the command over the whole history."""
    return CliRunner().invoke(command, ("--range", "HEAD", *words), obj=Invocation(repo=top, **options))


def test_counts_stand_by_author_and_rule(top: Path) -> None:
    """Whoever has most stands first, under the name that .mailmap gives; warnings are told apart."""
    done = check(top)
    assert isinstance(done.exception, CheckFailed)
    lines = done.stdout.splitlines()
    assert lines[0] == "5 messages, 3 refused"
    assert [line for line in lines if not line.startswith("    ")][1:] == [
        "Bob <bob@example.com>",
        "  type: 3",
        "Ada <ada@example.com>",
        "  breaking: 1 (warning)",
    ]
    said = json.loads(check(top, json=True).stdout)
    counted = {
        row["author"]: [(rule["rule"], len(rule["commits"])) for rule in row["rules"]] for row in said["authors"]
    }
    assert counted == {"Bob <bob@example.com>": [("type", 3)], "Ada <ada@example.com>": [("breaking", 1)]}
    assert "did you mean 'feat'?" in check(top, verbose=1).stdout


def test_what_was_there_before_refuses_nothing(top: Path) -> None:
    """A baseline lists the old faults; a new one is refused, alone."""
    path = top / "old"
    assert isinstance(check(top, "--baseline", str(path)).exception, UsageError)
    assert check(top, "--baseline", str(path), "--update-baseline").exit_code == 0
    text = path.read_text()
    assert "some words" in text and "begin" not in text
    assert check(top, "--baseline", str(path)).exit_code == 0
    commit(top, "Ada", "more words")
    done = check(top, "--baseline", str(path))
    assert isinstance(done.exception, CheckFailed) and done.exception.failed.startswith("1 of 6")
    assert "more words" in done.stdout and "some words" not in done.stdout
    assert check(top, "--baseline", str(path), "--update-baseline").exit_code == 0
    assert path.read_text().startswith(text.rpartition("some words")[0][:40])
    assert check(top, "--baseline", str(path)).exit_code == 0


def test_another_rule_of_a_listed_commit_is_new(top: Path) -> None:
    """What is listed is the rule, not the commit as a whole."""
    path = top / "old"
    check(top, "--baseline", str(path), "--update-baseline")
    path.write_text(path.read_text().replace(" type ", " scope "))
    assert isinstance(check(top, "--baseline", str(path)).exception, CheckFailed)


def test_a_file_that_is_no_baseline_is_refused(top: Path) -> None:
    """The line is named."""
    (top / "old").write_text("# words\nabc format\n")
    done = check(top, "--baseline", str(top / "old"))
    assert isinstance(done.exception, UsageError) and "line 2" in done.exception.failed


def test_a_baseline_goes_with_a_range(top: Path) -> None:
    """Otherwise it is exit 2."""
    done = CliRunner().invoke(command, ("--message", "feat: x", "--baseline", "old"), obj=Invocation(repo=top))
    assert done.exit_code == 2
