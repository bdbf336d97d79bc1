"""Pull requests: opened, changed, found, reviewed and merged by the repository's rules, with real merges in git."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from forge_double.checks import standing
from forge_double.contract import DAY, filled
from forge_double.people import person
from forge_double.routing import Call, Refused, Said, route
from forge_double.rules import HEADS, rules_for
from forge_double.state import Identity, Pull, Repository

BODY_LIMIT = 65_536


def brought_up(repository: Repository) -> None:
    """Let open pull requests follow git: heads move or vanish, and what is in its base is merged."""
    for pull in repository.pulls.values():
        if pull.state != "open":
            continue
        tip, base = repository.branch(pull.head), repository.branch(pull.base)
        if tip:
            pull.commit = tip
        if base and pull.commit and repository.contains(base, pull.commit):
            pull.state, pull.merged_as = "closed", base
        elif not tip:
            pull.state = "closed"


def conflicts(repository: Repository, pull: Pull) -> bool:
    """Return whether git cannot merge a pull request."""
    done = repository.git("merge-tree", "--write-tree", "--name-only", pull.base, pull.head, ok=(0, 1))
    return "CONFLICT" in done


def blocked(repository: Repository, pull: Pull, who: Identity | None = None) -> str:
    """Return which rule stands against a merge, empty when none does."""
    found = standing(repository, pull.commit)
    for rule in rules_for(repository, HEADS + pull.base, who):
        parameters = rule.get("parameters", {})
        if rule["type"] == "pull_request":
            needed = parameters["required_approving_review_count"]
            if len(pull.approvals) < needed:
                return f"At least {needed} approving review is required by reviewers with write access."
        if rule["type"] == "required_status_checks":
            for check in parameters["required_status_checks"]:
                if found.get(check["context"]) != "success":
                    return f'Required status check "{check["context"]}" is expected.'
    return ""


def readiness(repository: Repository, pull: Pull) -> str:
    """Return GitHub's word for whether a pull request can be merged."""
    if pull.state != "open":
        return "unknown"
    seen = (pull.commit, repository.branch(pull.base))
    if pull.looked_at != seen and not repository.settles_at_once:
        pull.looked_at = seen
        return "unknown"
    if pull.draft:
        return "draft"
    if conflicts(repository, pull):
        return "dirty"
    if blocked(repository, pull):
        return "blocked"
    return "unstable" if set(standing(repository, pull.commit).values()) - {"success"} else "clean"


def _found(call: Call, name: str = "pull_number") -> Pull:
    brought_up(call.repository)
    pull = call.repository.pulls.get(call.number(name))
    if pull is None:
        raise Refused(404, "Not Found")
    return pull


@route("GET", "/pulls", "pull_requests")
def list_pulls(call: Call) -> Said:
    """List pull requests, by state, head and base; the newest first unless asked otherwise."""
    brought_up(call.repository)
    query, owner = call.query, call.repository.owner
    state = query.get("state", "open")
    rows = [
        pull
        for pull in call.repository.pulls.values()
        if state in ("all", pull.state)
        and query.get("head", f"{owner}:{pull.head}") == f"{owner}:{pull.head}"
        and query.get("base", pull.base) == pull.base
    ]
    rows.sort(key=lambda pull: pull.number, reverse=query.get("direction", "desc") == "desc")
    return call.page([_shown(call, pull, "pull-request-simple") for pull in rows])


@route("POST", "/pulls", "pull_requests", "write")
def open_pull(call: Call) -> Said:
    """Open a pull request; one of the same branches may be open only once, and there must be something to merge."""
    repository, body = call.repository, call.body
    brought_up(repository)
    head, base = body["head"].rpartition(":")[2], body["base"]
    for field, name in (("head", head), ("base", base)):
        if not repository.branch(name):
            raise Refused(422, "Validation Failed", {"resource": "PullRequest", "field": field, "code": "invalid"})
    if len(body.get("body") or "") > BODY_LIMIT:
        raise Refused(422, "Validation Failed", _error("body is too long (maximum is 65536 characters)"))
    if any((pull.head, pull.base, pull.state) == (head, base, "open") for pull in repository.pulls.values()):
        raise Refused(422, "Validation Failed", _error(f"A pull request already exists for {repository.owner}:{head}."))
    tip = repository.branch(head)
    if repository.contains(repository.branch(base), tip):
        raise Refused(422, "Validation Failed", _error(f"No commits between {base} and {head}"))
    pull = Pull(
        number=next(repository.numbers),
        author=call.who.login,
        head=head,
        base=base,
        title=body.get("title", ""),
        body=body.get("body") or "",
        commit=tip,
        draft=bool(body.get("draft")),
    )
    repository.pulls[pull.number] = pull
    return Said(201, _shown(call, pull))


@route("GET", "/pulls/{pull_number}", "pull_requests")
def show_pull(call: Call) -> Said:
    """Show a pull request with its mergeability."""
    return Said(200, _shown(call, _found(call)))


@route("PATCH", "/pulls/{pull_number}", "pull_requests", "write")
def change_pull(call: Call) -> Said:
    """Change title, text or state; what is merged cannot be opened again."""
    pull = _found(call)
    pull.title, pull.body = call.body.get("title", pull.title), call.body.get("body", pull.body) or ""
    if call.body.get("state") == "open" and pull.merged_as:
        raise Refused(422, "Validation Failed", _error("a merged pull request cannot be reopened"))
    pull.state = call.body.get("state", pull.state)
    return Said(200, _shown(call, pull))


@route("POST", "/pulls/{pull_number}/requested_reviewers", "pull_requests", "write")
def ask_reviewers(call: Call) -> Said:
    """Ask people and teams; nobody reviews what is their own."""
    pull = _found(call)
    people = call.body.get("reviewers", [])
    known = {identity.login for identity in call.state.identities.values()}
    if pull.author in people:
        raise Refused(422, "Review cannot be requested from pull request author.")
    if set(people) - known:
        raise Refused(422, "Reviews may only be requested from collaborators.")
    pull.reviewers = list(dict.fromkeys((*pull.reviewers, *people)))
    pull.teams = list(dict.fromkeys((*pull.teams, *call.body.get("team_reviewers", []))))
    return Said(201, _shown(call, pull, "pull-request-simple"))


@route("POST", "/pulls/{pull_number}/reviews", "pull_requests", "write")
def review(call: Call) -> Said:
    """Approve, or take an approval back; nobody approves what is their own."""
    pull = _found(call)
    if call.who.login == pull.author:
        raise Refused(422, "Can not approve your own pull request")
    approves = call.body.get("event") == "APPROVE"
    (pull.approvals.add if approves else pull.approvals.discard)(call.who.login)
    state = "APPROVED" if approves else "CHANGES_REQUESTED"
    return Said(200, filled("pull-request-review", id=next(call.repository.ids), state=state))


@route("PATCH", "/issues/{issue_number}", "issues", "write")
def change_issue(call: Call) -> Said:
    """Give a pull request a milestone."""
    pull, body = _found(call, "issue_number"), call.body
    if body.get("milestone") not in (None, *call.repository.milestones):
        raise Refused(422, "Validation Failed", {"resource": "Issue", "field": "milestone", "code": "invalid"})
    pull.milestone = body.get("milestone", pull.milestone)
    return Said(200, filled("issue", id=pull.number, number=pull.number, title=pull.title, state=pull.state))


@route("POST", "/issues/{issue_number}/labels", "issues", "write")
def add_labels(call: Call) -> Said:
    """Add labels; a name that is new becomes one."""
    pull = _found(call, "issue_number")
    body = call.body or []
    names = body.get("labels", []) if isinstance(body, dict) else body
    texts = [one if isinstance(one, str) else str(one.get("name", "")) for one in names if isinstance(one, str | dict)]
    pull.labels = list(dict.fromkeys((*pull.labels, *texts)))
    return Said(200, [filled("label", name=name, description="") for name in pull.labels])


@route("GET", "/milestones", "issues")
def list_milestones(call: Call) -> Said:
    """List milestones."""
    rows = call.repository.milestones.items()
    return call.page([filled("milestone", number=number, title=title) for number, title in rows])


@route("POST", "/milestones", "issues", "write")
def make_milestone(call: Call) -> Said:
    """Make a milestone."""
    number = len(call.repository.milestones) + 1
    call.repository.milestones[number] = call.body["title"]
    return Said(201, filled("milestone", number=number, title=call.body["title"]))


@route("PUT", "/pulls/{pull_number}/merge", "contents", "write")
def merge(call: Call) -> Said:
    """Merge by the asked method, if the head is as expected and no rule stands against it."""
    repository, pull = call.repository, _found(call)
    body = call.body
    method = body.get("merge_method", "merge")
    if pull.state != "open" or pull.draft:
        raise Refused(405, "Pull Request is not mergeable")
    if body.get("sha", pull.commit) != pull.commit:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    if conflicts(repository, pull):
        raise Refused(405, "Pull Request has merge conflicts")
    allowed = [rule["parameters"].get("allowed_merge_methods") for rule in _pull_rules(repository, pull)]
    if method not in repository.methods or any(methods and method not in methods for methods in allowed):
        raise Refused(405, f"{method.capitalize()} merges are not allowed on this repository.")
    if reason := blocked(repository, pull, call.who):
        raise Refused(405, f"Repository rule violations found\n\n{reason}\n\n")
    pull.merged_as = merged(repository, pull, method, body.get("commit_title", ""), body.get("commit_message", ""))
    pull.state = "closed"
    done = {"sha": pull.merged_as, "merged": True, "message": "Pull Request successfully merged"}
    return Said(200, filled("pull-request-merge-result", **done))


def _pull_rules(repository: Repository, pull: Pull) -> list[dict[str, Any]]:
    return [rule for rule in rules_for(repository, HEADS + pull.base) if rule["type"] == "pull_request"]


def merged(repository: Repository, pull: Pull, method: str, title: str, message: str) -> str:
    """Merge with real git, and return the base's new commit."""
    old = repository.branch(pull.base)
    if method == "rebase":
        new = _rebased(repository, pull)
    else:
        tree = repository.git("merge-tree", "--write-tree", pull.base, pull.head).split("\n")[0]
        parents = (old, pull.commit) if method == "merge" else (old,)
        usual = {
            "merge": (f"Merge pull request #{pull.number} from {repository.owner}/{pull.head}", pull.title),
            "squash": (f"{pull.title} (#{pull.number})", ""),
        }[method]
        words = f"{title or usual[0]}\n\n{message or usual[1]}".strip() + "\n"
        names = [word for parent in parents for word in ("-p", parent)]
        new = repository.git("commit-tree", tree, *names, "-F", "-", stdin=words)
    repository.git("update-ref", HEADS + pull.base, new, old)
    return new


def _rebased(repository: Repository, pull: Pull) -> str:
    place = Path(tempfile.mkdtemp())
    try:
        repository.git("worktree", "add", "--quiet", "--detach", str(place / "tree"), pull.commit)
        repository.git("-C", str(place / "tree"), "rebase", "--quiet", "--force-rebase", pull.base)
        return repository.git("-C", str(place / "tree"), "rev-parse", "HEAD")
    finally:
        repository.git("worktree", "remove", "--force", str(place / "tree"), ok=(0, 128))
        shutil.rmtree(place, ignore_errors=True)


def _milestone(repository: Repository, pull: Pull) -> dict[str, Any] | None:
    if pull.milestone is None:
        return None
    return filled("milestone", number=pull.milestone, title=repository.milestones[pull.milestone])


def _error(message: str) -> dict[str, str]:
    return {"resource": "PullRequest", "code": "custom", "message": message}


def _shown(call: Call, pull: Pull, schema: str = "pull-request") -> dict[str, Any]:
    repository = call.repository
    values: dict[str, Any] = {
        "number": pull.number,
        "id": pull.number,
        "title": pull.title,
        "body": pull.body or None,
        "state": pull.state,
        "draft": pull.draft,
        "html_url": f"{call.web}/pull/{pull.number}",
        "user": person(pull.author),
        "merged_at": DAY if pull.merged_as else None,
        "closed_at": None if pull.state == "open" else DAY,
        "merge_commit_sha": pull.merged_as or None,
        "labels": [filled("label", name=name, description="") for name in pull.labels],
        "requested_reviewers": [person(name) for name in pull.reviewers],
        "requested_teams": [filled("team", name=name, slug=name) for name in pull.teams],
        "milestone": _milestone(repository, pull),
    }
    shown = filled(schema, **values)
    for side, name, commit in (("head", pull.head, pull.commit), ("base", pull.base, repository.branch(pull.base))):
        shown[side] |= {"ref": name, "sha": commit, "label": f"{repository.owner}:{name}"}
        shown[side]["user"] = person(repository.owner)
        shown[side]["repo"] = filled("repository", name=repository.name, full_name=repository.full_name)
    if schema == "pull-request":
        word = readiness(repository, pull)
        mergeable = None if word == "unknown" else word != "dirty"
        shown |= {"merged": bool(pull.merged_as), "mergeable_state": word, "mergeable": mergeable}
    return shown
