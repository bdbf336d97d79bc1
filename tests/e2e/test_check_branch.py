"""The branch check without installed hooks: the command, and the shims for core.hooksPath."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from hook_world import BAD, GOOD, PACKAGE, make_repository, run


@pytest.mark.parametrize("place", ["checkout", "console script", "nowhere"])
def test_shims_for_hooks_path(tmp_path: Path, place: str) -> None:
    """The shims find .venv beside them, else release-tools on PATH, else say what to type."""
    repository = make_repository(tmp_path / "r")
    shutil.copytree(PACKAGE / "hooks", repository.top / "hooks")
    repository.git("config", "core.hooksPath", "hooks")
    programs = tmp_path / "bin"
    programs.mkdir()
    path = f"{programs}:{Path(shutil.which('git') or '').parent}:/usr/bin:/bin"
    if place == "checkout":
        (repository.top / "release_tools").symlink_to(PACKAGE / "release_tools")
        (repository.top / ".venv").symlink_to(Path(sys.executable).parents[1])
    if place == "console script":
        text = "import sys; from release_tools.cli.main import main; sys.exit(main())"
        (programs / "release-tools").write_text(f"#!/bin/sh\nexec {sys.executable} -c '{text}' \"$@\"\n")
        (programs / "release-tools").chmod(0o755)
    env = {"PATH": path}
    answers = [repository.git("commit", "--allow-empty", "-m", message, ok=(0, 1), env=env) for message in (GOOD, BAD)]
    repository.git("switch", "-q", "-c", "main")
    answers.append(repository.git("commit", "--allow-empty", "-m", GOOD, ok=(1,), env=env))
    if place == "nowhere":
        assert all("python3 -m venv .venv" in answer for answer in answers)
        return
    assert "error" not in answers[0]
    assert "did you mean 'feat'?" in answers[1]
    assert "direct commit to 'main'" in answers[2]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ((), 0, "feature/x: feature"),
        (("release/v1.2.0",), 0, "release/v1.2.0: release"),
        (("main",), 0, "main: long-lived"),
        (("release/1.2.0",), 1, "git branch -m release/1.2.0 release/v1.2.0"),
        (("--pre-commit",), 0, ""),
        (("--pre-commit", "main"), 2, "Leave the NAME"),
    ],
)
def test_check_branch(tmp_path: Path, args: tuple[str, ...], code: int, said: str) -> None:
    """The name of the current branch or of another is judged; --pre-commit answers as the hook does."""
    repository = make_repository(tmp_path / "r")
    done = run(repository.top, "check-branch", *args, code=code)
    assert said in done.stdout + done.stderr
    repository.git("switch", "-q", "--detach")
    assert "skipped, because HEAD is detached" in run(repository.top, "check-branch").stderr


def test_check_branch_as_json(tmp_path: Path) -> None:
    """Both verdicts can be read by programs."""
    top = make_repository(tmp_path / "r", branch="features/x").top
    refused = json.loads(run(top, "--json", "check-branch", code=1).stdout)
    assert (refused["ok"], refused["proposal"]) == (False, "feature/x")
    assert json.loads(run(top, "--json", "check-branch", "fix/a").stdout)["slug"] == "a"
