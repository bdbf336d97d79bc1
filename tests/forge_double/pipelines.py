"""Deployments with their states, and workflows that are dispatched; whoever runs them tells how they end."""

from typing import Any

from forge_double.contract import filled
from forge_double.people import person
from forge_double.routing import Call, Refused, Said, route


@route("GET", "/deployments", "deployments")
def list_deployments(call: Call) -> Said:
    """List deployments, the newest first."""
    rows = [
        row
        for row in reversed(call.repository.deployments)
        if call.query.get("environment", row["environment"]) == row["environment"]
        and call.query.get("sha", row["sha"]) == row["sha"]
    ]
    return call.page([_shown(row) for row in rows])


@route("POST", "/deployments", "deployments", "write")
def make_deployment(call: Call) -> Said:
    """Make a deployment of a commit that is there."""
    commit = call.repository.at(call.body["ref"])
    if not commit:
        raise Refused(422, "Validation Failed", {"resource": "Deployment", "code": "custom", "message": "No ref found"})
    row = {
        "id": next(call.repository.ids),
        "sha": commit,
        "ref": call.body["ref"],
        "environment": call.body.get("environment", "production"),
        "payload": call.body.get("payload", {}),
        "description": call.body.get("description"),
    }
    call.repository.deployments.append(row)
    return Said(201, _shown(row))


@route("GET", "/deployments/{deployment_id}/statuses", "deployments")
def list_deployment_statuses(call: Call) -> Said:
    """List the states of a deployment, the newest first."""
    _guard(call)
    rows = call.repository.deployment_statuses.get(call.number("deployment_id"), [])
    return call.page(list(reversed(rows)))


@route("POST", "/deployments/{deployment_id}/statuses", "deployments", "write")
def make_deployment_status(call: Call) -> Said:
    """Give a deployment a state."""
    _guard(call)
    row = filled(
        "deployment-status",
        id=next(call.repository.ids),
        state=call.body["state"],
        log_url=call.body.get("log_url", "http://localhost/"),
        creator=person(call.who.login),
    )
    call.repository.deployment_statuses.setdefault(call.number("deployment_id"), []).append(row)
    return Said(201, row)


@route("POST", "/actions/workflows/{workflow_id}/dispatches", "actions", "write")
def dispatch(call: Call) -> Said:
    """Start a workflow that the ref has; its run appears in the list at once."""
    name, ref = call.path["workflow_id"], call.body["ref"]
    repository = call.repository
    text = repository.git("show", f"{repository.default_branch}:.github/workflows/{name}", ok=(0, 128))
    if not text:
        raise Refused(404, "Not Found")
    if not repository.at(ref):
        raise Refused(422, f"No ref found for: {ref}")
    if "workflow_dispatch" not in text:
        raise Refused(422, "Workflow does not have 'workflow_dispatch' trigger")
    inputs = call.body.get("inputs", {})
    titles = (line.partition(":")[2].strip() for line in text.split("\n") if line.startswith("run-name:"))
    title = next(titles, name)
    for key, value in inputs.items():
        title = title.replace(f"${{{{ inputs.{key} }}}}", str(value))
    repository.runs.append(
        {
            "id": next(repository.ids),
            "display_title": title,
            "head_sha": repository.at(ref),
            "head_branch": ref,
            "event": "workflow_dispatch",
            "status": "queued",
            "conclusion": None,
            "path": f".github/workflows/{name}",
            "inputs": inputs,
        }
    )
    return Said(204)


@route("GET", "/actions/workflows/{workflow_id}/runs", "actions")
def list_runs(call: Call) -> Said:
    """List the runs of a workflow, the newest first."""
    path = f".github/workflows/{call.path['workflow_id']}"
    wanted = {name: call.query[name] for name in ("event", "head_sha") if name in call.query}
    runs = [run for run in call.repository.runs if run["path"] == path]
    rows = [run for run in reversed(runs) if all(run[name] == value for name, value in wanted.items())]
    return call.page([_run(call, row) for row in rows], "workflow_runs")


def _guard(call: Call) -> None:
    if all(row["id"] != call.number("deployment_id") for row in call.repository.deployments):
        raise Refused(404, "Not Found")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return filled("deployment", **row, original_environment=row["environment"], creator=None)


def _run(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in row.items() if name != "inputs"}
    repository = filled("minimal-repository", name=call.repository.name, full_name=call.repository.full_name)
    return filled(
        "workflow-run",
        **values,
        html_url=f"{call.web}/actions/runs/{row['id']}",
        repository=repository,
        head_repository=repository,
    )
