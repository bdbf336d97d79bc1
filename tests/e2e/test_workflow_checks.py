"""Four checkers find nothing in the shipped workflows, nor in the callers that `init --workflows` writes.

What they report and we leave is listed here and beside the place, with its reason.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from act_runner import SHIPPED, TOP
from click.testing import CliRunner
from needed import needed_beside_python

from release_tools.cli.program import program

SOURCE = "example/release-tools@0123456789abcdef0123456789abcdef01234567"
WAIVED = {
    ("deploy.yml", "self-hosted-runner"): "the target's own machine, which no pull request reaches",
    ("actionlint.yaml", "workflow_(repository|sha)"): "newer than the checker",
}
LATER = (pytest.mark.slow, pytest.mark.workflows)
"""These two need Go and Node, which `.ci/run workflows` brings."""

Checker = Callable[[Path], "subprocess.CompletedProcess[str]"]


def schema(top: Path) -> "subprocess.CompletedProcess[str]":
    """Hold the workflows of a directory to the schema that editors use."""
    program = needed_beside_python("check-jsonschema")
    return _ran(top, str(program), "--builtin-schema", "vendor.github-workflows", *_files(top))


def zizmor(top: Path) -> "subprocess.CompletedProcess[str]":
    """Look for what could be attacked, as an auditor does."""
    flags = ("--offline", "--persona=auditor", "--strict-collection", "--no-progress")
    return _ran(top, str(needed_beside_python("zizmor")), *flags, ".")


def actionlint(top: Path) -> "subprocess.CompletedProcess[str]":
    """Check expressions, contexts and types."""
    return _ran(top, str(_tool("actionlint")), "-config-file", str(TOP / ".github" / "actionlint.yaml"), *_files(top))


def language_service(top: Path) -> "subprocess.CompletedProcess[str]":
    """Check what GitHub's own editor checks; calls are held to the shipped workflows."""
    return _ran(top, str(_tool("node")), str(_tool("../languageservice/validate.mjs")), *_files(top))


BROKEN: dict[Checker, tuple[str, str]] = {
    schema: ("timeout-minutes: 30", "timeout-minuets: 30"),
    zizmor: ('bash -euo pipefail -c "$BUILD"', "${{ inputs.build }}"),
    actionlint: ("steps.app.outputs.token", "steps.nobody.outputs.token"),
    language_service: ("inputs.build != ''", "inputs.bild != ''"),
}
"""For each checker, a change of release.yml that it must find."""
CHECKERS = [
    pytest.param(one, id=one.__name__, marks=LATER if one in (actionlint, language_service) else ()) for one in BROKEN
]


@pytest.fixture
def callers(tmp_path: Path) -> Path:
    """Return a work tree with the callers that the command writes."""
    subprocess.run(("git", "init", "--quiet", str(tmp_path)), check=True)
    words = ["--repo", str(tmp_path), "init", "--workflows", "--source", SOURCE, "--tests", "make test"]
    assert CliRunner().invoke(program, words, catch_exceptions=False).exit_code == 0
    return tmp_path


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Return a copy of our own workflows, alone."""
    shutil.copytree(SHIPPED, tmp_path / ".github" / "workflows")
    return tmp_path


@pytest.mark.parametrize("check", CHECKERS)
def test_nothing_is_found_in_what_we_ship(shipped: Path, check: Checker) -> None:
    """Not even a hint."""
    done = check(shipped)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("check", CHECKERS)
def test_nothing_is_found_in_what_we_write(callers: Path, check: Checker) -> None:
    """The callers of others are held to the same."""
    done = check(callers)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("check", CHECKERS)
def test_what_is_wrong_is_found(shipped: Path, check: Checker) -> None:
    """A checker that finds nothing anywhere checks nothing."""
    path = shipped / ".github" / "workflows" / "release.yml"
    good, bad = BROKEN[check]
    assert good in path.read_text()
    path.write_text(path.read_text().replace(good, bad))
    done = check(shipped)
    assert done.returncode != 0, done.stdout + done.stderr


def test_what_is_waived_has_its_reason() -> None:
    """No finding is silenced without standing in the table above; none stands there that is not silenced."""
    found = {
        (path.name, name)
        for path in (*SHIPPED.glob("*.yml"), *(TOP / "release_tools" / "templates" / "workflows").glob("*.yml"))
        for name in re.findall(r"zizmor: ignore\[([\w-]+)\]", path.read_text())
    }
    config = TOP / ".github" / "actionlint.yaml"
    found |= {(config.name, name) for name in re.findall(r'- property "(\S+)" is not defined', config.read_text())}
    assert found == set(WAIVED)


def _files(top: Path) -> list[str]:
    return [str(path) for path in sorted((top / ".github" / "workflows").glob("*.yml"))]


def _tool(name: str) -> Path:
    path = TOP / ".workflows" / "bin" / name
    return path if path.exists() else pytest.skip(f"{name} is not there: type .ci/workflow-tools")


def _ran(where: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(words, cwd=where, capture_output=True, text=True, timeout=60, check=False)
