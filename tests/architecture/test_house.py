"""What surrounds the code: locks, stages, workflows, and the list of exit codes."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from source_tree import TOP

from release_tools import errors
from release_tools.cli.exit_codes import MEANINGS

LOCKS = sorted((TOP / "requirements").glob("*.lock"))
WORKFLOWS = sorted((TOP / ".github" / "workflows").glob("*.yml"))


def normal(requirement: str) -> str:
    """Return the normalized name of the project that a requirement names."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_everything_by_hash_and_names_no_place(lock: Path) -> None:
    """What is installed is what was tested, from wherever the machine installs."""
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.M).strip())
    assert len(entries) > 0
    assert [entry for entry in entries if not re.match(r"[\w.-]+==\S+( ; .+?)? \\\n    --hash=sha256:", entry)] == []
    assert "://" not in text
    assert "index" not in text


def test_the_lock_holds_every_declared_dependency() -> None:
    """`make lock` was run after the last change of the dependencies."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = {normal(line) for line in (TOP / "requirements/dev.lock").read_text(encoding="utf-8").splitlines()}
    assert {normal(name) for name in declared} - locked == set(), "type: make lock"


def test_an_unknown_stage_is_refused_by_name() -> None:
    """A typo does not pass for a green run."""
    done = subprocess.run((TOP / ".ci/run", "lnit"), check=False, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert "There is no stage 'lnit'" in done.stderr


def test_every_stage_has_its_function() -> None:
    """The table of stages and the functions below it name the same things."""
    text = (TOP / ".ci/run").read_text(encoding="utf-8")
    table = text.partition("STAGES=(\n")[2].partition("\n)")[0]
    stages = re.findall(r'^ +"(\w+)', table, re.M)
    assert stages
    assert [name for name in stages if not re.search(rf"^{name}\(\) {{", text, re.M)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
def test_a_workflow_pins_its_actions_and_names_its_permissions(workflow: Path) -> None:
    """A moved tag of somebody else's action runs nothing here, and a job can do no more than it says."""
    text = workflow.read_text(encoding="utf-8")
    used = re.findall(r"\buses: (\S+)", text)
    assert [action for action in used if not re.fullmatch(r"\./\S+|[\w./-]+@[0-9a-f]{40}", action)] == []
    assert re.search(r"^permissions:", text, re.M)


def test_every_error_returns_a_code_that_help_explains() -> None:
    """No exit code is a secret."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.ReleaseToolsError)}
    assert len(codes) > 5
    assert codes <= set(MEANINGS)
