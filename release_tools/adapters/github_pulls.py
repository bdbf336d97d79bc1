"""Pull requests on GitHub, and the checks of their commits: check runs and statuses, all pages of both.

How requests are sent and refused is told in `github_api`.
"""

from collections.abc import Iterator
from typing import Any

from release_tools.adapters.github_api import GitHubApi
from release_tools.domain.forge.checks import Check, CheckState
from release_tools.domain.forge.request import ChangeRequest, MergeMethod, Readiness, RequestState, Wishes

READINESS = {
    "clean": Readiness.READY,
    "has_hooks": Readiness.READY,
    "unstable": Readiness.UNSTABLE,
    "blocked": Readiness.BLOCKED,
    "behind": Readiness.BEHIND,
    "dirty": Readiness.CONFLICTING,
    "draft": Readiness.DRAFT,
}
SETTLING = (0.5, 1.0, 2.0)
"""Seconds between two looks at a pull request whose mergeability is being computed."""

PASSED = frozenset(("success", "neutral", "skipped"))
STATUSES = {"success": CheckState.PASSED, "pending": CheckState.PENDING}


def find_requests(api: GitHubApi, head: str, base: str) -> tuple[ChangeRequest, ...]:
    """Return the pull requests from a branch of the repository to another, the newest first."""
    owner = api.path.partition("/")[0]
    rows = api.rows("pulls", state="all", head=f"{owner}:{head}", base=base, sort="created", direction="desc")
    return tuple(_request(row) for row in rows)


def request(api: GitHubApi, number: int) -> ChangeRequest:
    """Return a pull request with its readiness, which GitHub computes only when it is asked for."""
    found = _request(api.get(f"pulls/{number}"))
    for pause in SETTLING:
        if found.state is not RequestState.OPEN or found.readiness is not Readiness.UNSETTLED:
            break
        api.sleep(pause)
        found = _request(api.get(f"pulls/{number}"))
    return found


def open_request(api: GitHubApi, head: str, base: str, title: str, body: str) -> ChangeRequest:
    """Open a pull request between two branches of the repository."""
    return _request(api.send("POST", "pulls", {"head": head, "base": base, "title": title, "body": body}).data)


def rewrite_request(api: GitHubApi, number: int, title: str, body: str) -> None:
    """Give a pull request another title and text."""
    api.send("PATCH", f"pulls/{number}", {"title": title, "body": body})


def close_request(api: GitHubApi, number: int) -> None:
    """Close a pull request without a merge."""
    api.send("PATCH", f"pulls/{number}", {"state": "closed"})


def adorn_request(api: GitHubApi, number: int, wishes: Wishes) -> None:
    """Add reviewers, labels and a milestone; what is there stays."""
    if wishes.reviewers:
        teams = [name.rpartition("/")[2] for name in wishes.reviewers if "/" in name]
        people = [name.removeprefix("@") for name in wishes.reviewers if "/" not in name]
        body = {"reviewers": people, "team_reviewers": teams}
        api.send("POST", f"pulls/{number}/requested_reviewers", {key: names for key, names in body.items() if names})
    if wishes.labels:
        api.send("POST", f"issues/{number}/labels", {"labels": list(wishes.labels)})
    if wishes.milestone:
        open_ones = api.rows("milestones", state="open")
        found = next((row["number"] for row in open_ones if row["title"] == wishes.milestone), None)
        if found is not None:
            api.send("PATCH", f"issues/{number}", {"milestone": found})


def merge_request(api: GitHubApi, number: int, commit: str, method: MergeMethod, message: str) -> str:
    """Merge a pull request whose newest commit is `commit`; return the commit on the base."""
    title, _, rest = message.partition("\n")
    words = {"commit_title": title, "commit_message": rest.strip()} if message else {}
    done = api.send("PUT", f"pulls/{number}/merge", {"sha": commit, "merge_method": method, **words}).data
    return str(done["sha"])


def checks(api: GitHubApi, commit: str) -> tuple[Check, ...]:
    """Return the check runs and the statuses of a commit, each name once, the newest."""
    found: dict[str, Check] = {}
    for check in (*_runs(api, commit), *_statuses(api, commit)):
        found.setdefault(check.name, check)
    return tuple(found.values())


def _runs(api: GitHubApi, commit: str) -> Iterator[Check]:
    rows = api.rows(f"commits/{commit}/check-runs", "check_runs", filter="latest")
    for row in sorted(rows, key=lambda row: -row["id"]):
        yield Check(name=row["name"], state=_run_state(row), address=row.get("html_url") or "")


def _run_state(row: Any) -> CheckState:
    if row["status"] != "completed":
        return CheckState.PENDING
    return CheckState.PASSED if row["conclusion"] in PASSED else CheckState.FAILED


def _statuses(api: GitHubApi, commit: str) -> Iterator[Check]:
    for row in api.rows(f"commits/{commit}/status", "statuses"):
        state = STATUSES.get(row["state"], CheckState.FAILED)
        yield Check(name=row["context"], state=state, address=row.get("target_url") or "")


def _wishes(row: Any) -> Wishes:
    people = [person["login"] for person in row.get("requested_reviewers") or ()]
    return Wishes(
        reviewers=(*people, *(team["slug"] for team in row.get("requested_teams") or ())),
        labels=tuple(label["name"] for label in row.get("labels") or ()),
        milestone=(row.get("milestone") or {}).get("title", ""),
    )


def _request(row: Any) -> ChangeRequest:
    merged = bool(row.get("merged_at"))
    state = RequestState.MERGED if merged else RequestState(row["state"])
    return ChangeRequest(
        number=row["number"],
        address=row["html_url"],
        head=row["head"]["ref"],
        base=row["base"]["ref"],
        commit=row["head"]["sha"],
        title=row["title"],
        body=row["body"] or "",
        state=state,
        readiness=READINESS.get(row.get("mergeable_state") or "", Readiness.UNSETTLED),
        wishes=_wishes(row),
        merged_as=(row.get("merge_commit_sha") or "") if merged else "",
    )
