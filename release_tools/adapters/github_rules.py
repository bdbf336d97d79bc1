"""Rulesets on GitHub as protections, and protections as rulesets.

How requests are sent and refused is told in `github_api`; what should be protected is told in `release.protecting`.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from release_tools.adapters.github_api import GitHubApi
from release_tools.domain.forge.protection import Protection, Target

HEADS: dict[Target, str] = {"branch": "refs/heads/", "tag": "refs/tags/"}
ALL_METHODS = ("merge", "squash", "rebase")
UNWRITABLE = frozenset(
    ("id", "source", "source_type", "node_id", "_links", "created_at", "updated_at", "current_user_can_bypass")
)


def protections(api: GitHubApi) -> tuple[Protection, ...]:
    """Return the repository's own rulesets of one pattern each; others are somebody else's matter."""
    return tuple(found for row in _rulesets(api) if (found := _protection(row)) is not None)


def export_protections(api: GitHubApi) -> str:
    """Return the rulesets as JSON that GitHub's own import takes."""
    rows = [{name: value for name, value in row.items() if name not in UNWRITABLE} for row in _rulesets(api)]
    return json.dumps(rows, indent=2, sort_keys=True) + "\n"


def put_protection(api: GitHubApi, protection: Protection) -> None:
    """Make a ruleset, or replace the one of its name."""
    standing = next((row["id"] for row in _listed(api) if row["name"] == protection.name), None)
    if standing is None:
        api.send("POST", "rulesets", ruleset(protection))
        return
    api.send("PUT", f"rulesets/{standing}", ruleset(protection))


def ruleset(protection: Protection) -> dict[str, Any]:
    """Return the ruleset that enforces a protection."""
    return {
        "name": protection.name,
        "target": protection.target,
        "enforcement": "active" if protection.active else "disabled",
        "conditions": {"ref_name": {"include": [HEADS[protection.target] + protection.pattern], "exclude": []}},
        "bypass_actors": [_actor(who) for who in protection.bypass],
        "rules": list(_rules(protection)),
    }


def _rules(protection: Protection) -> Iterator[dict[str, Any]]:
    if protection.keeps:
        yield {"type": "deletion"}
    if protection.forwards:
        yield {"type": "non_fast_forward" if protection.target == "branch" else "update"}
    if protection.by_request:
        parameters = {
            "allowed_merge_methods": list(protection.methods or ALL_METHODS),
            "dismiss_stale_reviews_on_push": False,
            "require_code_owner_review": False,
            "require_last_push_approval": False,
            "required_approving_review_count": protection.approvals,
            "required_review_thread_resolution": False,
        }
        yield {"type": "pull_request", "parameters": parameters}
    if protection.checks:
        contexts = [{"context": name} for name in protection.checks]
        parameters = {"required_status_checks": contexts, "strict_required_status_checks_policy": False}
        yield {"type": "required_status_checks", "parameters": parameters}


def _listed(api: GitHubApi) -> Iterable[Any]:
    return api.rows("rulesets", includes_parents="false")


def _rulesets(api: GitHubApi) -> Iterator[Any]:
    for row in _listed(api):
        yield api.get(f"rulesets/{row['id']}")


def _protection(row: Any) -> Protection | None:
    include = (row.get("conditions") or {}).get("ref_name", {}).get("include", [])
    target: Target = "tag" if row.get("target") == "tag" else "branch"
    if len(include) != 1 or not include[0].startswith(HEADS[target]):
        return None
    rules = {rule["type"]: rule.get("parameters") or {} for rule in row.get("rules", ())}
    pull = rules.get("pull_request", {})
    methods = tuple(pull.get("allowed_merge_methods", ()))
    contexts = rules.get("required_status_checks", {}).get("required_status_checks", ())
    return Protection(
        name=row["name"],
        target=target,
        pattern=include[0].removeprefix(HEADS[target]),
        by_request="pull_request" in rules,
        approvals=pull.get("required_approving_review_count", 0),
        methods=() if set(methods) == set(ALL_METHODS) else methods,
        checks=tuple(check["context"] for check in contexts),
        keeps="deletion" in rules,
        forwards=("non_fast_forward" if target == "branch" else "update") in rules,
        bypass=tuple(f"{who['actor_type']}:{who['actor_id']}" for who in row.get("bypass_actors") or ()),
        active=row["enforcement"] == "active",
    )


def _actor(who: str) -> dict[str, Any]:
    kind, _, number = who.partition(":")
    return {"actor_id": int(number), "actor_type": kind, "bypass_mode": "always"}
