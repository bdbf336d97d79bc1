"""Workflow runs and deployments on GitHub.

How requests are sent and refused is told in `github_api`.
"""

from typing import Any

from release_tools.adapters.github_api import GitHubApi
from release_tools.domain.forge.pipeline import Deployment, DeploymentState, PipelineRun, RunState

RUNNING = frozenset(("in_progress", "waiting"))
STATES: dict[DeploymentState, str] = {
    "pending": "pending",
    "running": "in_progress",
    "succeeded": "success",
    "failed": "failure",
    "inactive": "inactive",
}
READ: dict[str, DeploymentState] = {word: state for state, word in STATES.items()} | {
    "queued": "pending",
    "error": "failed",
}
MARK = "release_tools_mark"
LISTING = (0.5, 1.0, 2.0, 4.0)
"""Seconds between two looks for a run: it is listed some time after it was asked for."""


def start_pipeline(api: GitHubApi, workflow: str, ref: str, inputs: tuple[tuple[str, str], ...]) -> None:
    """Dispatch a workflow."""
    api.send("POST", f"actions/workflows/{workflow}/dispatches", {"ref": ref, "inputs": dict(inputs)})


def find_run(api: GitHubApi, workflow: str, commit: str, mark: str) -> PipelineRun | None:
    """Return the dispatched run on a commit whose title holds a mark."""
    path = f"actions/workflows/{workflow}/runs"
    rows = api.rows(path, "workflow_runs", event="workflow_dispatch", head_sha=commit)
    return next((_run(row) for row in rows if mark in row["display_title"]), None)


def look_out_for_run(api: GitHubApi, workflow: str, commit: str, mark: str) -> PipelineRun | None:
    """Return the same run, looking again while GitHub may not list it yet."""
    for pause in LISTING:
        found = find_run(api, workflow, commit, mark)
        if found:
            return found
        api.sleep(pause)
    return find_run(api, workflow, commit, mark)


def record_deployment(api: GitHubApi, environment: str, commit: str, mark: str) -> Deployment:
    """Make a deployment of a commit whose checks have been waited for before."""
    body = {
        "ref": commit,
        "environment": environment,
        "auto_merge": False,
        "required_contexts": [],
        "payload": {MARK: mark},
        "description": f"release-tools {mark}",
    }
    return _deployment(api.send("POST", "deployments", body).data, "pending")


def deployments(api: GitHubApi, environment: str, commit: str) -> tuple[Deployment, ...]:
    """Return the deployments of a commit in an environment, the newest first, with the state of each."""
    found = api.rows("deployments", environment=environment, sha=commit)
    return tuple(_deployment(row, _state(api, row["id"])) for row in found)


def end_deployment(api: GitHubApi, deployment: int, state: DeploymentState, address: str) -> None:
    """Give a deployment a state."""
    body = {"state": STATES[state], "auto_inactive": state == "succeeded"}
    api.send("POST", f"deployments/{deployment}/statuses", {**body, **({"log_url": address} if address else {})})


def _state(api: GitHubApi, deployment: int) -> DeploymentState:
    newest = api.get(f"deployments/{deployment}/statuses", per_page=1)
    return READ.get(newest[0]["state"], "pending") if newest else "pending"


def _deployment(row: Any, state: DeploymentState) -> Deployment:
    payload = row.get("payload")
    mark = payload.get(MARK, "") if isinstance(payload, dict) else ""
    return Deployment(id=row["id"], environment=row["environment"], commit=row["sha"], mark=str(mark), state=state)


def _run(row: Any) -> PipelineRun:
    return PipelineRun(id=row["id"], title=row["display_title"], address=row["html_url"], state=_run_state(row))


def _run_state(row: Any) -> RunState:
    if row["status"] == "completed":
        return RunState.PASSED if row["conclusion"] == "success" else RunState.FAILED
    return RunState.RUNNING if row["status"] in RUNNING else RunState.WAITING
