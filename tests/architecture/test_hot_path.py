"""What a commit costs: the modules that the hooks' doors import before they accept, by name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from source_tree import PACKAGE, TOP

ALLOWED = {
    "commit_msg": ("config", "config.hooks", "domain", "domain.grammar", "hooks", "hooks.commit_door"),
    "pre_commit": ("config", "config.hooks", "domain", "domain.branch_grammar", "hooks", "hooks.branch_door"),
    "pre_push": (
        *("config", "config.hooks", "domain", "domain.branch_grammar", "domain.grammar", "domain.pushes"),
        *("domain.pushes.told", "hooks", "hooks.branch_door", "hooks.commit_door", "hooks.hurried_git"),
        "hooks.push_door",
    ),
}
LIBRARY = {"pre_push": ("select", "time")}
PYTHON = (sys.executable, "-I", "-S", "-X", "importtime")


def imported(*words: str, top: Path, stdin: str = "") -> set[str]:
    """Return the modules that a Python process imports, which must end well."""
    command = (*PYTHON, *words)
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=top, timeout=60, input=stdin)
    lines = done.stderr.splitlines()
    assert done.returncode == 0, "\n".join(line for line in lines if not line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository on a feature branch whose configuration has been still for an hour, with a message."""
    subprocess.run(("git", "init", "--quiet", "-b", "feature/x", str(tmp_path)), check=True, timeout=20)
    config = tmp_path / "release-tools.toml"
    config.write_text("[commits]\nscopes = ['api']\n")
    os.utime(config, (config.stat().st_mtime - 3600,) * 2)
    (tmp_path / ".git" / "COMMIT_EDITMSG").write_text("feat(api): add a thing\n\nWhy it is needed.\n")
    return tmp_path


def told(top: Path) -> str:
    """Commit, and return what git would tell the pre-push hook about pushing that."""
    message = ("commit", "--quiet", "--allow-empty", "--no-verify", "-m", "feat(api): add a thing")
    subprocess.run(("git", *message), check=True, cwd=top, timeout=20)
    head = subprocess.run(("git", "rev-parse", "HEAD"), check=True, cwd=top, timeout=20, capture_output=True, text=True)
    return f"HEAD {head.stdout.strip()} refs/heads/feature/x {'0' * 40}\n"


@pytest.mark.parametrize(
    ("door", "words"),
    [("commit_msg", (".git/COMMIT_EDITMSG",)), ("pre_commit", ()), ("pre_push", ("origin", "../remote.git"))],
)
def test_an_accepted_commit_imports_only_what_is_listed(repository: Path, door: str, words: tuple[str, ...]) -> None:
    """Every module more is paid dozens of times a day by everybody; find another way before you extend the list."""
    script = str(TOP / PACKAGE / "hooks" / f"{door}.py")
    stdin = told(repository) if door == "pre_push" else ""
    first = imported(script, *words, top=repository, stdin=stdin)
    assert f"{PACKAGE}.config.load" in first, "the first call bakes the rules; without it this test proves nothing"
    extra = imported(script, *words, top=repository, stdin=stdin) - imported("-c", "pass", top=repository)
    assert f"{PACKAGE}.{ALLOWED[door][-1]}" in extra, "the door itself was not seen"
    assert extra <= {PACKAGE, *(f"{PACKAGE}.{name}" for name in ALLOWED[door]), *LIBRARY.get(door, ())}
