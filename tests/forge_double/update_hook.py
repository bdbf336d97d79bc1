"""The `update` hook of the double's repositories: refuses a ref that a ruleset does not let this pusher change so.

Run as a program by git, once for each ref, in the bare repository.
"""

import json
import os
import subprocess
import sys
from fnmatch import fnmatchcase

ZERO = "0" * 40


def main(ref: str, old: str, new: str) -> int:
    """Return 1 and say why where a rule is broken."""
    try:
        with open("rules.json", encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs more than the whole hook
            known = json.load(file)
    except FileNotFoundError:
        return 0
    who = json.loads(os.environ.get("FORGE_PUSHER", "{}"))
    said = [
        reason
        for ruleset in known["rulesets"]
        if ruleset["enforcement"] == "active" and about(ruleset, ref, known["default"]) and not bypasses(ruleset, who)
        for rule in ruleset.get("rules", ())
        if (reason := broken(rule, old, new, known["passed"]))
    ]
    if said:
        print(f"error: GH013: Repository rule violations found for {ref}.", file=sys.stderr)
        for reason in said:
            print(f"- {reason}", file=sys.stderr)
    return 1 if said else 0


def about(ruleset: dict, ref: str, default: str) -> bool:  # type: ignore[type-arg]
    """Return whether a ruleset is about a ref."""
    prefix = {"branch": "refs/heads/", "tag": "refs/tags/"}[ruleset.get("target", "branch")]
    names = ruleset.get("conditions", {}).get("ref_name", {})

    def fits(pattern: str) -> bool:
        special = {"~ALL": True, "~DEFAULT_BRANCH": ref == f"refs/heads/{default}"}
        return special[pattern] if pattern in special else fnmatchcase(ref, pattern)

    return (
        ref.startswith(prefix)
        and any(map(fits, names.get("include", [])))
        and not any(map(fits, names.get("exclude", [])))
    )


def bypasses(ruleset: dict, who: dict) -> bool:  # type: ignore[type-arg]
    """Return whether the pusher need not obey a ruleset."""
    own = {"RepositoryRole": who.get("role"), "User": who.get("number")}
    own["Integration"] = who.get("number") if who.get("app") else None
    return any(own.get(actor["actor_type"]) == actor["actor_id"] for actor in ruleset.get("bypass_actors", ()))


def broken(rule: dict, old: str, new: str, passed: list) -> str:  # type: ignore[type-arg]
    """Return how an update breaks a rule, empty when it does not."""
    made, gone = old == ZERO, new == ZERO
    kind = rule["type"]
    if kind == "deletion":
        return "Cannot delete this branch" if gone else ""
    if gone:
        return ""
    if kind == "creation":
        return "Cannot create ref due to creations being restricted." if made else ""
    if kind == "update":
        return "" if made else "Cannot update this protected ref."
    if kind == "non_fast_forward":
        return "" if made or contains(new, old) else "Cannot force-push to this branch"
    if kind == "pull_request":
        return "" if made else "Changes must be made through a pull request."
    if kind == "required_linear_history":
        return "This branch must not contain merge commits." if merges(old, new) else ""
    if kind == "required_status_checks" and not made:
        names = [check["context"] for check in rule["parameters"]["required_status_checks"]]
        missing = [name for name in names if [new, name] not in passed]
        return f'Required status check "{missing[0]}" is expected.' if missing else ""
    return ""


def contains(new: str, old: str) -> bool:
    """Return whether a commit has another one among its ancestors."""
    return subprocess.run(("git", "merge-base", "--is-ancestor", old, new), check=False).returncode == 0


def merges(old: str, new: str) -> bool:
    """Return whether merge commits come in."""
    span = new if old == ZERO else f"{old}..{new}"
    return bool(subprocess.run(("git", "rev-list", "--merges", span), capture_output=True, check=True).stdout)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
