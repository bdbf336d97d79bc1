"""Cut the slice of GitHub's own OpenAPI description that the double needs, out of the npm package `@octokit/openapi`.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tests/forge_double/regenerate.py package

Descriptions and examples are left out; types, required names, formats and enumerations are as GitHub publishes them.
"""

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REPOSITORY = "/repos/{owner}/{repo}"
OPERATIONS = {
    "/user": ("get",),
    REPOSITORY: ("get",),
    f"{REPOSITORY}/pulls": ("get", "post"),
    f"{REPOSITORY}/pulls/{{pull_number}}": ("get", "patch"),
    f"{REPOSITORY}/pulls/{{pull_number}}/merge": ("put",),
    f"{REPOSITORY}/pulls/{{pull_number}}/requested_reviewers": ("post",),
    f"{REPOSITORY}/pulls/{{pull_number}}/reviews": ("post",),
    f"{REPOSITORY}/issues/{{issue_number}}": ("patch",),
    f"{REPOSITORY}/issues/{{issue_number}}/labels": ("post",),
    f"{REPOSITORY}/milestones": ("get", "post"),
    f"{REPOSITORY}/check-runs": ("post",),
    f"{REPOSITORY}/commits/{{ref}}/check-runs": ("get",),
    f"{REPOSITORY}/commits/{{ref}}/status": ("get",),
    f"{REPOSITORY}/statuses/{{sha}}": ("post",),
    f"{REPOSITORY}/releases": ("get", "post"),
    f"{REPOSITORY}/releases/{{release_id}}": ("get", "patch"),
    f"{REPOSITORY}/releases/tags/{{tag}}": ("get",),
    f"{REPOSITORY}/releases/{{release_id}}/assets": ("post",),
    f"{REPOSITORY}/releases/assets/{{asset_id}}": ("delete",),
    f"{REPOSITORY}/deployments": ("get", "post"),
    f"{REPOSITORY}/deployments/{{deployment_id}}/statuses": ("get", "post"),
    f"{REPOSITORY}/actions/workflows/{{workflow_id}}/dispatches": ("post",),
    f"{REPOSITORY}/actions/workflows/{{workflow_id}}/runs": ("get",),
    f"{REPOSITORY}/rulesets": ("get", "post"),
    f"{REPOSITORY}/rulesets/{{ruleset_id}}": ("get", "put"),
}
DROPPED = frozenset(("description", "summary", "example", "examples", "externalDocs", "x-github", "tags"))


def trimmed(node: Any, *, names: bool = False) -> Any:
    """Return a part of the description without prose; `names`: its keys are names, not words of OpenAPI."""
    if isinstance(node, list):
        return [trimmed(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = ((key, value) for key, value in node.items() if names or key not in DROPPED)
    return {key: trimmed(value, names=key in ("properties", "responses", "patternProperties")) for key, value in kept}


def referenced(node: Any) -> set[str]:
    """Return the references in a part of the description."""
    if isinstance(node, list):
        return set().union(*(referenced(one) for one in node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*(referenced(value) for value in node.values()))


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the description with these operations and what they refer to."""
    paths = {
        path: {key: trimmed(value) for key, value in whole["paths"][path].items() if key in (*methods, "parameters")}
        for path, methods in OPERATIONS.items()
    }
    components: dict[str, dict[str, Any]] = {}
    left = referenced(paths)
    while left:
        _, _, kind, name = left.pop().split("/", 3)
        if name not in components.setdefault(kind, {}):
            components[kind][name] = trimmed(whole["components"][kind][name])
            left |= referenced(components[kind][name])
    for path in paths.values():
        for method in path.values():
            # A reply may hold text by example's link only; the description has no meaning without a word there.
            for reply in method.get("responses", {}).values() if isinstance(method, dict) else ():
                reply.setdefault("description", "") if "$ref" not in reply else None
    for reply in components.get("responses", {}).values():
        reply.setdefault("description", "")
    info = {"title": whole["info"]["title"], "version": whole["info"]["version"]}
    return {"openapi": whole["openapi"], "info": info, "paths": paths, "components": components}


def main(package: str) -> None:
    """Write the slice and the notice of its licence."""
    source = Path(package)
    whole = json.loads((source / "generated" / "api.github.com.json").read_text(encoding="utf-8"))
    version = json.loads((source / "package.json").read_text(encoding="utf-8"))["version"]
    text = json.dumps(cut(whole), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    (HERE / "description.json").write_text(text + "\n", encoding="utf-8")
    licence = (source / "LICENSE").read_text(encoding="utf-8").strip()
    notice = f"description.json is cut from @octokit/openapi {version} by regenerate.py.\n\n{licence}\n"
    (HERE / "NOTICE").write_text(notice, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
