"""`check-commit`: a text, a file, a range; as words and as JSON; exit 0, 1 or 2."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from release_tools.cli.commands.check_commit import command
from release_tools.cli.invocation import Invocation
from release_tools.errors import CheckFailed, UsageError


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a repository with one commit."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, "feat: begin")
    return tmp_path


def git(top: Path, *words: str) -> str:
    """Run git, which must succeed."""
    done = subprocess.run(("git", *words), cwd=top, capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.strip()


def commit(top: Path, message: str) -> str:
    """Commit nothing with a message and return the commit."""
    git(top, "commit", "--quiet", "--allow-empty", "--cleanup=verbatim", f"--message={message}")
    return git(top, "rev-parse", "HEAD")


def check(top: Path, *words: str, as_json: bool = False) -> Result:
    """Call the command in a repository."""
    return CliRunner().invoke(command, words, obj=Invocation(repo=top, json=as_json))


def answer(top: Path, *words: str) -> Any:
    """Return what the command says in JSON."""
    return json.loads(check(top, *words, as_json=True).stdout)


def test_good_text_passes(top: Path) -> None:
    """Nothing to say, exit 0."""
    done = check(top, "--message", "feat: add it")
    assert (done.exit_code, done.output) == (0, "")


def test_bad_text_is_refused_with_its_report(top: Path) -> None:
    """The report and the proposal are printed, the error is the one that means exit 1."""
    done = check(top, "--message", "faet: add it")
    assert isinstance(done.exception, CheckFailed)
    assert "did you mean 'feat'?" in done.stdout
    assert "proposal: feat: add it" in done.stdout


def test_text_that_begins_with_a_comment_sign_is_text(top: Path) -> None:
    """With --message no editor ran, so git would record the line."""
    assert not answer(top, "--message", "# feat: x")["ok"]


def test_file_is_checked_as_git_would_record_it(top: Path) -> None:
    """Comments are stripped, and warnings pass."""
    file = top / "message"
    file.write_text("# note\nfeat: add it\n\nbreaking change: x\n")
    said = answer(top, str(file))
    assert said["ok"]
    assert [violation["level"] for violation in said["messages"][0]["violations"]] == ["warning"]


def test_every_commit_of_a_range_is_checked(top: Path) -> None:
    """All bad ones are named, oldest first; the merge between them is not one of them."""
    bad = commit(top, "some words")
    git(top, "switch", "--quiet", "--create", "side", "HEAD~1")
    commit(top, "fix: side")
    git(top, "merge", "--quiet", "--no-edit", "main")
    worse = commit(top, "fix: x\nbody")
    said = answer(top, "--range", "main~1..HEAD")
    assert {row["sha"] for row in said["messages"] if not row["ok"]} == {bad, worse}
    assert (said["total"], said["refused"], len(said["messages"])) == (4, 2, 2)
    done = check(top, "--range", "main~1..HEAD")
    assert isinstance(done.exception, CheckFailed)
    assert "2 of 4" in done.exception.failed


def test_empty_range_is_fine(top: Path) -> None:
    """No commit, no fault."""
    assert answer(top, "--range", "HEAD..HEAD") == {
        "ok": True,
        "total": 0,
        "refused": 0,
        "authors": [],
        "messages": [],
    }


@pytest.mark.parametrize(
    "words", [(), ("--message", "feat: x", "--range", "HEAD"), ("--range", "no-such-branch..HEAD")]
)
def test_call_that_makes_no_sense_is_a_usage_error(top: Path, words: tuple[str, ...]) -> None:
    """Nothing or two things to check, or a range git does not know: exit 2."""
    assert isinstance(check(top, *words).exception, UsageError)


def test_option_in_the_place_of_a_range_is_not_obeyed(top: Path) -> None:
    """A range from a workflow's input cannot become an option of git."""
    assert isinstance(check(top, "--range=--output=stolen").exception, UsageError)
    assert not (top / "stolen").exists()
