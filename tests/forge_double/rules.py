"""Rulesets: kept as they were sent, and what they demand of a branch.

The hook for pushes reads the same JSON; merges by button are judged here.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from forge_double.contract import filled
from forge_double.routing import Call, Refused, Said, route
from forge_double.state import ROLE_IDS, Identity, Repository

HEADS = "refs/heads/"
SHOWN = ("id", "name", "target", "enforcement", "bypass_actors", "conditions", "rules")


def rules_for(repository: Repository, ref: str, who: Identity | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rules that hold for a ref, whoever `who` is, or for somebody who may bypass none."""
    for ruleset in repository.rulesets.values():
        holds = ruleset["enforcement"] == "active" and applies(ruleset, ref, repository.default_branch)
        if holds and (who is None or not bypasses(ruleset, who)):
            yield from ruleset.get("rules", ())


def applies(ruleset: dict[str, Any], ref: str, default: str) -> bool:
    """Return whether a ruleset is about a ref."""
    prefix = {"branch": HEADS, "tag": "refs/tags/"}[ruleset.get("target", "branch")]
    names = ruleset.get("conditions", {}).get("ref_name", {})

    def fits(pattern: str) -> bool:
        return {"~ALL": True, "~DEFAULT_BRANCH": ref == HEADS + default}.get(pattern, fnmatchcase(ref, pattern))

    wanted, spared = names.get("include", []), names.get("exclude", [])
    return ref.startswith(prefix) and any(map(fits, wanted)) and not any(map(fits, spared))


def bypasses(ruleset: dict[str, Any], who: Identity) -> bool:
    """Return whether somebody need not obey a ruleset."""
    kinds = {
        "RepositoryRole": ROLE_IDS.get(who.role, 0),
        "User": who.number,
        "Integration": who.number if who.is_app else 0,
    }
    return any(kinds.get(actor["actor_type"]) == actor["actor_id"] for actor in ruleset.get("bypass_actors", ()))


def write_rules(repository: Repository) -> None:
    """Put down for the hook what the rulesets say and which checks have passed."""
    passed = [(row["sha"], row["context"]) for row in repository.statuses if row["state"] == "success"]
    passed += [(row["head_sha"], row["name"]) for row in repository.check_runs if row["conclusion"] == "success"]
    text = json.dumps(
        {"rulesets": list(repository.rulesets.values()), "default": repository.default_branch, "passed": passed}
    )
    new = repository.git_dir / "rules.json.new"
    new.write_text(text, encoding="utf-8")
    new.rename(repository.git_dir / "rules.json")


def _shown(call: Call, ruleset: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in ruleset.items() if name in SHOWN}
    return filled("repository-ruleset", **known, source=call.repository.full_name, source_type="Repository")


def _found(call: Call) -> dict[str, Any]:
    ruleset = call.repository.rulesets.get(call.number("ruleset_id"))
    if ruleset is None:
        raise Refused(404, "Not Found")
    return ruleset


@route("GET", "/rulesets", "metadata")
def list_rulesets(call: Call) -> Said:
    """List rulesets, without their rules, as GitHub does."""
    rows = [
        {key: value for key, value in _shown(call, one).items() if key not in ("rules", "conditions", "bypass_actors")}
        for one in call.repository.rulesets.values()
    ]
    return call.page(rows)


@route("POST", "/rulesets", "administration", "write")
def make_ruleset(call: Call) -> Said:
    """Make a ruleset; names are unique."""
    if any(one["name"] == call.body["name"] for one in call.repository.rulesets.values()):
        wrong = {"resource": "RepositoryRuleset", "code": "custom", "message": "Name must be unique"}
        raise Refused(422, "Validation Failed", wrong)
    number = next(call.repository.ids)
    call.repository.rulesets[number] = {"target": "branch", "bypass_actors": [], "rules": [], **call.body, "id": number}
    write_rules(call.repository)
    return Said(201, _shown(call, call.repository.rulesets[number]))


@route("GET", "/rulesets/{ruleset_id}", "metadata")
def show_ruleset(call: Call) -> Said:
    """Show a ruleset with its rules."""
    return Said(200, _shown(call, _found(call)))


@route("PUT", "/rulesets/{ruleset_id}", "administration", "write")
def change_ruleset(call: Call) -> Said:
    """Change what the request names."""
    ruleset = _found(call)
    ruleset |= call.body
    write_rules(call.repository)
    return Said(200, _shown(call, ruleset))
