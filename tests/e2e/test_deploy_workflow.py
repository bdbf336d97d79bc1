"""deploy.yml run by `act` on the machine that it deploys to: the example platform with real processes.

The lab's staging serves 1.0.0 before and after each test.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from act_runner import TOOL, Change, Ended, Runner, steps_of, without
from forge_double.server import running
from lab import DeployLab, deploy_lab, processes_of, silent
from loaded import SCRIPT

pytestmark = pytest.mark.slow

NAME, TOKEN = "team/lab", "token-of-the-job"
STEPS = steps_of("deploy.yml")


@dataclass(frozen=True)
class Machine:
    """A lab, and a runner on it."""

    lab: DeployLab
    runner: Runner
    callers: Path

    def dispatches(self, version: str, action: str = "deploy", change: Change | None = None) -> Ended:
        """Run the caller of deploy.yml as a release dispatches it."""
        inputs = {"environment": "staging", "version": version, "action": action, "mark": "run-1"}
        payload = {"inputs": inputs, "ref": "refs/heads/main"}
        return self.runner.run(
            "deploy.yml", "workflow_dispatch", payload, token=TOKEN, callers=self.callers, change=change
        )


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """Return a machine whose staging serves 1.0.0; nothing that was said holds a secret."""
    with deploy_lab() as lab, running(lab.top / "double") as double:
        remote, work = lab.top / "remote.git", lab.top / "callers"
        subprocess.run(("git", "clone", "--quiet", "--bare", str(lab.repository), str(remote)), check=True)
        subprocess.run(("git", "init", "--quiet", str(work)), check=True)
        double.repository(NAME, remote)
        double.state.add_identity(TOKEN, "bot", role="write", is_app=True)
        hosts = {"RELEASE_TOOLS_HOSTS": str(lab.top / "hosts")}
        runner = Runner(home=lab.top / "runner", double=double, name=NAME, environment=hosts).prepare()
        source = f"{TOOL}@{runner.tool_commit}"
        subprocess.run(
            (str(SCRIPT), "init", "--workflows", "--source", source), cwd=work, check=True, stdout=subprocess.DEVNULL
        )
        lab.deploys("1.0.0")
        yield Machine(lab, runner, work / ".github" / "workflows")
        assert double.violations == []
        silent(lab)


def dies(lab: DeployLab) -> None:
    """Let all that serves staging die."""
    for pid in processes_of(lab.staging.state):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert lab.staging.serves() == ""


def recovers(machine: Machine, change: Change | None) -> None:
    """A deploy that fails is followed by the other job, which lets serve what should; its journal is kept."""
    dies(machine.lab)
    ended = machine.dispatches("9.9.9", change=change)
    assert ended.code != 0
    assert machine.lab.staging.serves() == "1.0.0", ended.said
    assert '"event":"closed"' in ended.artifact("rollback-journal-1")


def deploys(machine: Machine, version: str, change: Change | None) -> None:
    """A version serves, the run is green, its journal is kept, and the other job has nothing to do."""
    ended = machine.dispatches(version, change=change)
    assert ended.code == 0, ended.said
    assert machine.lab.staging.serves() == version
    assert '"event":"closed"' in ended.artifact("deploy-journal-1")
    assert ended.artifact("rollback-journal-1") == ""


def test_a_version_is_deployed_and_taken_back(machine: Machine) -> None:
    """What the job started outlives it; the action `rollback` goes to the version before and deploys nothing."""
    deploys(machine, "1.1.0", None)
    ended = machine.dispatches("", "rollback")
    assert ended.code == 0, ended.said
    assert machine.lab.staging.serves() == "1.0.0"
    assert ended.artifact("deploy-journal-1") == ""
    assert '"event":"closed"' in ended.artifact("rollback-journal-1")


def test_after_a_failure_what_should_serve_serves(machine: Machine) -> None:
    """A version that is not there makes the run red; the job that follows starts what a crash has ended."""
    recovers(machine, None)


@pytest.mark.parametrize(("job", "index", "name"), STEPS, ids=[f"{job}: {name}" for job, _, name in STEPS])
def test_no_step_of_a_deploy_can_be_left_out(machine: Machine, job: str, index: int, name: str) -> None:
    """Without any one of its steps the run fails, or what it should have brought about is missing."""
    change = without(job, index)
    with pytest.raises(AssertionError):
        if job == "rollback":
            recovers(machine, change)
        else:
            deploys(machine, "1.1.0" if name == "Deploy" else "1.0.0", change)
    machine.lab.ends(0, "recover")
    assert machine.lab.staging.serves() == "1.0.0"
