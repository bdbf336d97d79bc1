"""Our hooks inside pre-commit and prek, taken from a clone of this very repository by `.pre-commit-hooks.yaml`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hook_world import BAD, GOOD, PACKAGE, Repository, make_repository
from needed import needed_beside_python

from release_tools.domain.messages.kept import MARK

IDS = ("release-tools-commit-msg", "release-tools-prepare", "release-tools-branch", "release-tools-pre-push")
STAGES = ("commit-msg", "prepare-commit-msg", "pre-commit", "pre-push")
BIN = Path(sys.executable).parent
FRAMES = pytest.mark.parametrize("frame", ["pre-commit", "prek"])


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with the files of this one as they stand now, committed."""
    top = tmp_path_factory.mktemp("source") / "release-tools"
    listed = ("git", "-C", str(PACKAGE), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(listed, check=True, capture_output=True).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, names)):
        if (PACKAGE / name).is_file():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PACKAGE / name, top / name)
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "core.hooksPath=/nowhere")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "chore: as it stands")):
        subprocess.run(("git", *identity, *words), cwd=top, check=True, timeout=60)
    return top


class Framed:
    """A repository whose hooks are a frame's, with ours inside."""

    def __init__(self, home: Path, frame: str, source: Path, *, language: str) -> None:
        self.program = needed_beside_python(frame)
        self.env = {
            "PATH": f"{BIN}:{os.environ['PATH']}" if language else os.environ["PATH"],
            "PRE_COMMIT_HOME": str(home / "cache"),
            "PREK_HOME": str(home / "cache"),
        }
        self.repository: Repository = make_repository(home / "r")
        rev = subprocess.run(
            ("git", "-C", str(source), "rev-parse", "HEAD"), check=True, capture_output=True, text=True
        )
        hooks = "".join(f"  - id: {name}\n{language}" for name in IDS)
        config = f"repos:\n- repo: {source}\n  rev: {rev.stdout.strip()}\n  hooks:\n{hooks}"
        (self.repository.top / ".pre-commit-config.yaml").write_text(config)
        self.git("add", ".")
        self.run("install", *(word for stage in STAGES for word in ("--hook-type", stage)))

    def run(self, *words: str) -> None:
        """Run the frame itself."""
        done = subprocess.run(
            (self.program, *words), cwd=self.repository.top, env=os.environ | self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def git(self, *words: str, ok: tuple[int, ...] = (0,), env: dict[str, str] | None = None) -> str:
        """Run git in the repository."""
        return self.repository.git(*words, ok=ok, env=self.env | (env or {}))


def tell_story(framed: Framed, home: Path) -> None:
    """Go through all four hooks: refused, put back, mended, a wrong branch, and a push that catches what went by."""
    said = framed.git("commit", "--allow-empty", "-m", BAD, ok=(1,))
    assert "did you mean 'feat'?" in said and "RELEASE_TOOLS_EDITMSG" in said
    editor = home / "editor"
    editor.write_text(f'#!/bin/sh\ncp "$1" {home}/shown\nsed -i s/faet/feat/ "$1"\n')
    editor.chmod(0o755)
    framed.git("commit", "--allow-empty", env={"GIT_EDITOR": str(editor)})
    assert MARK in (home / "shown").read_text()
    assert framed.git("log", "-1", "--format=%B").strip() == GOOD
    framed.git("switch", "-q", "-c", "features/y")
    assert "did you mean 'feature/y'?" in framed.git("commit", "--allow-empty", "-m", GOOD, ok=(1,))
    framed.git("switch", "-q", "feature/x")
    subprocess.run(("git", "init", "-q", "--bare", str(home / "remote")), check=True)
    framed.git("remote", "add", "origin", str(home / "remote"))
    framed.git("push", "-q", "origin", "feature/x")
    framed.git("commit", "-q", "--allow-empty", "--no-verify", "-m", BAD)
    assert "did you mean 'feat'?" in framed.git("push", "origin", "feature/x", ok=(1,))
    assert "fits no pattern" in framed.git(
        "push", "origin", "HEAD~1:refs/heads/fetaure/x", "HEAD:refs/heads/y", ok=(1,)
    )


@pytest.mark.slow
@FRAMES
def test_hooks_of_a_frame(tmp_path: Path, source: Path, frame: str) -> None:
    """With release-tools on PATH no environment is made, and every hook says what it says elsewhere."""
    tell_story(Framed(tmp_path, frame, source, language="    language: system\n"), tmp_path)


@pytest.mark.slow
@FRAMES
def test_hooks_of_a_frame_in_an_environment_of_its_own(tmp_path: Path, source: Path, frame: str) -> None:
    """As the manifest has it, the frame builds and installs this repository with what it needs, and runs that."""
    tell_story(Framed(tmp_path, frame, source, language=""), tmp_path)


def test_manifest() -> None:
    """It is one by pre-commit's own judgement, and offers what the documentation names."""
    manifest = PACKAGE / ".pre-commit-hooks.yaml"
    subprocess.run((BIN / "pre-commit", "validate-manifest", manifest), check=True)
    text = manifest.read_text()
    documented = (PACKAGE / "docs" / "frameworks.md").read_text()
    assert all(f"- id: {name}\n" in text and name in documented for name in IDS)
