"""A push that pre-commit or prek tells about by variables, judged as the one that git tells about on stdin."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hook_world import BAD, Repository, make_repository

SCRIPT = str(Path(sys.executable).with_name("release-tools"))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository on a feature branch, with a remote that has its first commit."""
    made = make_repository(tmp_path / "r")
    made.git("init", "-q", "--bare", str(tmp_path / "remote"))
    made.git("remote", "add", "origin", str(tmp_path / "remote"))
    made.git("push", "-q", "origin", "HEAD:refs/heads/develop")
    return made


def push(repository: Repository, target: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Check a push of the current branch to `target` as such a frame does it."""
    told = {
        "LOCAL_BRANCH": "refs/heads/feature/x",
        "REMOTE_BRANCH": target,
        "REMOTE_NAME": "origin",
        "REMOTE_URL": repository.git("remote", "get-url", "origin").strip(),
        **more,
    }
    env = os.environ | {f"PRE_COMMIT_{name}": value for name, value in told.items()}
    return subprocess.run(
        (SCRIPT, "check-push"), cwd=repository.top, env=env, capture_output=True, text=True, check=False
    )


def ends(repository: Repository) -> dict[str, str]:
    """Return the range as the frame names it."""
    old, new = repository.git("rev-parse", "HEAD~1", "HEAD").split()
    return {"FROM_REF": old, "TO_REF": new}


def test_good_push(repository: Repository) -> None:
    """Nothing to say, exit 0."""
    repository.commit()
    done = push(repository, "refs/heads/feature/x", **ends(repository))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("whole", [False, True], ids=["range", "whole history"])
def test_bad_commit(repository: Repository, whole: bool) -> None:
    """It is found, also where the frame names no commits because all of the history is new."""
    repository.commit(BAD)
    done = push(repository, "refs/heads/feature/x", **({} if whole else ends(repository)))
    assert done.returncode == 1
    assert "did you mean 'feat'?" in done.stderr


def test_bad_branch(repository: Repository) -> None:
    """It is the name at the remote that counts."""
    repository.commit()
    assert "y" in push(repository, "refs/heads/y", **ends(repository)).stderr
    assert push(repository, "refs/heads/y", **ends(repository)).returncode == 1


def test_tag(repository: Repository) -> None:
    """What the frame calls the start of the range is not the tag's object at the remote: nothing moves."""
    repository.commit()
    repository.git("tag", "-a", "-m", "Release", "v1.0.0")
    tag = repository.git("rev-parse", "v1.0.0").strip()
    told = {**ends(repository), "LOCAL_BRANCH": "refs/tags/v1.0.0", "TO_REF": tag}
    assert push(repository, "refs/tags/v1.0.0", **told).returncode == 0


def test_frame_that_says_too_little(repository: Repository) -> None:
    """A variable that is missing stops the push; it does not pass as checked."""
    done = push(repository, "refs/heads/feature/x", LOCAL_BRANCH="refs/heads/no-such")
    assert done.returncode not in (0, 1)
    assert "Nothing was pushed." in done.stderr


def test_no_frame(repository: Repository) -> None:
    """Without one the command asks for what git tells its hook."""
    done = subprocess.run((SCRIPT, "check-push"), cwd=repository.top, capture_output=True, text=True, check=False)
    assert done.returncode == 2
