"""Check runs and statuses of commits: made by whoever runs them, shown page by page."""

from typing import Any

from forge_double.contract import DAY, filled
from forge_double.people import person
from forge_double.routing import Call, Refused, Said, route
from forge_double.rules import write_rules
from forge_double.state import Repository


def standing(repository: Repository, commit: str) -> dict[str, str]:
    """Return the newest word of each check of a commit: `success`, `failure` or `pending`."""
    found: dict[str, str] = {}
    for row in repository.statuses:
        if row["sha"] == commit:
            found[row["context"]] = {"success": "success", "pending": "pending"}.get(row["state"], "failure")
    for row in repository.check_runs:
        if row["head_sha"] == commit:
            good = row["conclusion"] in ("success", "neutral", "skipped")
            found[row["name"]] = "pending" if row["status"] != "completed" else "success" if good else "failure"
    return found


def _commit(call: Call, ref: str) -> str:
    commit = call.repository.at(ref)
    if not commit:
        raise Refused(422, f"No commit found for SHA: {ref}")
    return commit


@route("POST", "/check-runs", "checks", "write")
def make_check_run(call: Call) -> Said:
    """Make a check run, at work or with its end."""
    commit = _commit(call, call.body["head_sha"])
    conclusion = call.body.get("conclusion")
    row = {
        "id": next(call.repository.ids),
        "name": call.body["name"],
        "head_sha": commit,
        "status": "completed" if conclusion else call.body.get("status", "queued"),
        "conclusion": conclusion,
    }
    call.repository.check_runs = [
        one for one in call.repository.check_runs if (one["name"], one["head_sha"]) != (row["name"], commit)
    ]
    call.repository.check_runs.append(row)
    write_rules(call.repository)
    return Said(201, _run(call, row))


@route("GET", "/commits/{ref}/check-runs", "checks")
def list_check_runs(call: Call) -> Said:
    """List the newest check run of each name."""
    commit = _commit(call, call.path["ref"])
    rows = [_run(call, row) for row in call.repository.check_runs if row["head_sha"] == commit]
    return call.page(rows, "check_runs")


@route("POST", "/statuses/{sha}", "statuses", "write")
def make_status(call: Call) -> Said:
    """Set the status of a context."""
    commit = _commit(call, call.path["sha"])
    row = {
        "id": next(call.repository.ids),
        "sha": commit,
        "state": call.body["state"],
        "context": call.body.get("context", "default"),
        "target_url": call.body.get("target_url"),
    }
    call.repository.statuses.append(row)
    write_rules(call.repository)
    return Said(201, _status(call, row, "status", creator=person(call.who.login)))


@route("GET", "/commits/{ref}/status", "statuses")
def combined_status(call: Call) -> Said:
    """Show the newest status of each context, and all of them in one word."""
    commit = _commit(call, call.path["ref"])
    newest = {row["context"]: row for row in call.repository.statuses if row["sha"] == commit}
    rows = [_status(call, row, "simple-commit-status") for row in newest.values()]
    states = {row["state"] for row in newest.values()}
    word = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    repository = filled("minimal-repository", name=call.repository.name, full_name=call.repository.full_name)
    return call.page(rows, "statuses", sha=commit, state=word, repository=repository, url="", commit_url="")


def _run(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    ended = DAY if row["status"] == "completed" else None
    return filled(
        "check-run",
        **row,
        completed_at=ended,
        html_url=f"{call.web}/runs/{row['id']}",
        app=None,
        pull_requests=[],
    )


def _status(call: Call, row: dict[str, Any], schema: str, **more: Any) -> dict[str, Any]:
    shown = {name: row[name] for name in ("id", "state", "context", "target_url")}
    return filled(schema, **shown, description="", **more)
