"""Deploys that a finish starts at a forge, on a repository and a forge in memory: which one, when, and how often.

With GitHub's double the same is told in `tests/e2e/test_forge_deploys.py`.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_session import Workshop
from test_forge_flows import FINISH, finish, forge_of, hosted, is_released

from release_tools.config.forge_model import StartedDeploy
from release_tools.domain.forge.pipeline import RunState
from release_tools.domain.refs import TAGS
from release_tools.errors import HumanNeeded, OutcomeUnknown, ToolFailed
from release_tools.release.flows.planning import propose

DEPLOY = StartedDeploy(pipeline="deploy.yml")
WAITED = StartedDeploy(pipeline="deploy.yml", environment="staging", wait=True)


def deploying(directory: Path, deploy: StartedDeploy = DEPLOY, *protected: str) -> Workshop:
    """Return a repository whose finished releases are deployed."""
    workshop = hosted(directory, *protected, deploy=deploy)
    forge_of(workshop).pipelines.add("deploy.yml")
    return workshop


def run_becomes(workshop: Workshop, state: RunState) -> None:
    """Let the only run get further."""
    forge = forge_of(workshop)
    ((pipeline, commit, run),) = forge.runs
    forge.runs[:] = [(pipeline, commit, replace(run, state=state))]


@pytest.mark.parametrize("protected", [(), ("main", "develop")], ids=["pushed", "by pull requests"])
def test_a_release_is_deployed_when_it_is_shown(tmp_path: Path, protected: tuple[str, ...]) -> None:
    """From its tag, with environment, version and mark; nothing waits for it."""
    workshop = deploying(tmp_path, DEPLOY, *protected)
    assert finish(workshop) == "done"
    forge = forge_of(workshop)
    ((pipeline, commit, run),) = forge.runs
    assert (pipeline, commit) == ("deploy.yml", forge.commit_at("v1.1.0"))
    assert run.title == f"production 1.1.0 deploy-v1.1.0-production-{commit[:12]}"
    assert forge.calls.index("show_page") < forge.calls.index("start_pipeline")
    is_released(workshop)


def test_no_forge_deploys_what_is_not_named(tmp_path: Path) -> None:
    """Without a pipeline a finish starts none."""
    workshop = hosted(tmp_path)
    assert finish(workshop) == "done"
    assert forge_of(workshop).runs == []


def test_the_same_finish_again_starts_no_second_deploy(tmp_path: Path) -> None:
    """What was started is found by its mark, in a clone that knows of nothing else."""
    workshop = deploying(tmp_path)
    assert finish(workshop) == "done"
    plan = propose(workshop.session(), FINISH).plan
    assert (plan.steps, plan.awaits) == ((), None)
    assert plan.title.startswith("nothing to do")


@pytest.mark.parametrize("listed", [True, False], ids=["and was started", "and is nowhere"])
def test_an_answer_that_got_lost_is_looked_for(tmp_path: Path, listed: bool) -> None:
    """A run that is there is the one; where none shows up, the next call looks before it starts one."""
    workshop = deploying(tmp_path)
    forge = forge_of(workshop)
    start = forge.start_pipeline

    def lose(pipeline: str, ref: str, inputs: tuple[tuple[str, str], ...], /) -> None:
        if listed:
            start(pipeline, ref, inputs)
        forge.start_pipeline = start  # type: ignore[method-assign]
        raise OutcomeUnknown("The forge did not answer in time.")

    forge.start_pipeline = lose  # type: ignore[method-assign]
    if not listed:
        with pytest.raises(ToolFailed, match="did not answer"):
            finish(workshop)
    assert finish(workshop) == "done"
    assert len(forge.runs) == 1
    is_released(workshop)


def test_a_token_that_may_not_start_it_holds_up_nothing_else(tmp_path: Path) -> None:
    """Tag, page and back-merge are out; another token goes on with the deploy alone."""
    workshop = deploying(tmp_path, DEPLOY, "develop")
    forge = forge_of(workshop)
    forge.pipelines.clear()
    with pytest.raises(ToolFailed, match="no such pipeline"):
        finish(workshop)
    assert TAGS + "v1.1.0" in workshop.subject.there()
    assert forge.calls == ["draft_page", "show_page", "open_request", "start_pipeline"]
    forge.pipelines.add("deploy.yml")
    assert finish(workshop) == "done"
    assert len(forge.runs) == 1
    is_released(workshop)


def test_an_older_release_is_not_deployed(tmp_path: Path) -> None:
    """It would take its environment back."""
    workshop = deploying(tmp_path)
    subject = workshop.subject
    tag = subject.draft.tag("v2.0.0", workshop.first, "Release v2.0.0\n")
    subject.writer.adopt(subject.objects)
    subject.set_ref(TAGS + "v2.0.0", tag)
    subject.publish(TAGS + "v2.0.0", tag)
    assert finish(workshop) == "done"
    assert forge_of(workshop).runs == []


def test_a_deploy_may_be_waited_for(tmp_path: Path) -> None:
    """Where the configuration says so, the finish is over when the run has passed."""
    workshop = deploying(tmp_path, WAITED)
    assert finish(workshop) == "waiting"
    awaits = workshop.open_run().plan().awaits
    assert awaits is not None and awaits.condition == "Waiting for the deploy of 1.1.0 to staging."
    run_becomes(workshop, RunState.RUNNING)
    assert finish(workshop) == "waiting"
    awaits = workshop.open_run().plan().awaits
    assert awaits is not None and "/runs" in awaits.todo and "finish-release 1.1.0" in awaits.todo
    run_becomes(workshop, RunState.PASSED)
    assert finish(workshop) == "done"
    assert forge_of(workshop).calls.count("start_pipeline") == 1
    is_released(workshop)


def test_a_deploy_that_failed_is_told(tmp_path: Path) -> None:
    """Exit 6 with its address; run again at the forge, the finish goes on from there."""
    workshop = deploying(tmp_path, WAITED)
    assert finish(workshop) == "waiting"
    run_becomes(workshop, RunState.FAILED)
    with pytest.raises(HumanNeeded, match=r"deploy of 1\.1\.0 to staging failed: https://"):
        finish(workshop)
    run_becomes(workshop, RunState.PASSED)
    assert finish(workshop) == "done"
    assert forge_of(workshop).calls.count("start_pipeline") == 1


def test_merges_are_waited_for_first(tmp_path: Path) -> None:
    """A back-merge that waits for its approval holds no deploy up, and is told of first."""
    workshop = hosted(tmp_path, "develop", deploy=WAITED, merge=())
    forge = forge_of(workshop)
    forge.pipelines.add("deploy.yml")
    assert finish(workshop) == "waiting"
    awaits = workshop.open_run().plan().awaits
    assert awaits is not None and "pull request" in awaits.condition
    (number,) = forge.changes
    forge.merge_request(number, forge.request(number).commit, "merge", "")
    assert finish(workshop) == "waiting"
    run_becomes(workshop, RunState.PASSED)
    assert finish(workshop) == "done"
    is_released(workshop)
