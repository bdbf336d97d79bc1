"""The shipped workflows, run by `act` against the double: each does what it is for, and no step of it is idle."""

from pathlib import Path

import pytest
from act_runner import steps_of, without
from workflow_scenes import SCENES, scene

pytestmark = pytest.mark.slow

STEPS = [(workflow, *step) for workflow in SCENES for step in steps_of(workflow)]


@pytest.mark.parametrize("workflow", SCENES)
def test_a_workflow_does_what_it_is_for(tmp_path: Path, workflow: str) -> None:
    """Called by what `init --workflows` writes, on protected branches, with the effects that its scene names."""
    with scene(tmp_path, workflow) as stage:
        SCENES[workflow](stage, None)


@pytest.mark.parametrize(
    ("workflow", "job", "index", "name"), STEPS, ids=[f"{row[0]} {row[1]}: {row[3]}" for row in STEPS]
)
def test_no_step_can_be_left_out(tmp_path: Path, workflow: str, job: str, index: int, name: str) -> None:
    """Without any one of its steps the run fails, or what it should have brought about is missing."""
    with scene(tmp_path, workflow) as stage, pytest.raises(AssertionError):
        SCENES[workflow](stage, without(job, index))
