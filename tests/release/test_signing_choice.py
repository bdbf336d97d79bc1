"""Whether commits and tags are signed: as configured, else as git's own settings say, in all their spellings.

That a signature verifies is shown end to end, not here.
"""

import subprocess
from pathlib import Path

import pytest

from release_tools.wiring.releases import release_session

KEYS = pytest.mark.parametrize("key", ["commit.gpgsign", "tag.gpgsign"])


def repository(directory: Path) -> Path:
    """Return a new repository."""
    subprocess.run(("git", "init", "-q", "-b", "main", str(directory)), check=True)
    return directory


def git(repo: Path, *args: str) -> str:
    """Run git and return its output."""
    return subprocess.run(("git", "-C", str(repo), *args), check=True, capture_output=True, text=True).stdout.strip()


def signs(repo: Path) -> bool:
    """Return whether a session would sign."""
    with release_session(repo, None, command="start-release", lasting=False) as session:
        return session.signs


@KEYS
@pytest.mark.parametrize(
    "value",
    [
        *("true", "yes", "on", "1", "false", "no", "off", "0", ""),
        "True",
        "YES",
        "On",
        "2",
    ],
)
def test_signing_is_what_git_takes_the_setting_for(tmp_path: Path, key: str, value: str) -> None:
    """Git itself is the judge of what a value means."""
    repo = repository(tmp_path / "repo")
    git(repo, "config", key, value)
    assert signs(repo) is (git(repo, "config", "--type=bool", "--get", key) == "true")


@KEYS
def test_a_setting_without_a_value_is_true(tmp_path: Path, key: str) -> None:
    """A bare `gpgsign` line is git's shortest way to say yes."""
    repo = repository(tmp_path / "repo")
    section, name = key.split(".")
    with (repo / ".git" / "config").open("a") as file:
        file.write(f"[{section}]\n\t{name}\n")
    assert git(repo, "config", "--type=bool", "--get", key) == "true"
    assert signs(repo)


def test_without_a_setting_nothing_is_signed(tmp_path: Path) -> None:
    """Git signs nothing by default, and so do we."""
    assert signs(repository(tmp_path / "repo")) is False


@pytest.mark.parametrize("sign", [True, False])
def test_the_configuration_wins(tmp_path: Path, sign: bool) -> None:
    """What the project says counts for everybody, whatever a person's git says."""
    repo = repository(tmp_path / "repo")
    git(repo, "config", "commit.gpgsign", str(not sign).lower())
    (repo / "release-tools.toml").write_text(f"[release]\nsign = {str(sign).lower()}\n")
    assert signs(repo) is sign
