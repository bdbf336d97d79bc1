"""The contract: every request and every reply is held to GitHub's own OpenAPI description.

What a reply says is the double's matter; here is what it may look like, and how its empty parts are filled.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.testing import MockResponse
from werkzeug.datastructures import Headers, ImmutableMultiDict

HERE = Path(__file__).parent
JSON = "application/json"
DAY = "2026-01-15T12:00:00Z"

WAIVERS = {
    "asset content type": "the description lets an asset's upload be application/octet-stream only; GitHub takes any",
    "nullable check conclusion": "a check run that is not completed has the conclusion null, which one enum leaves out",
    "unlisted refusals": "every operation may answer 401, 403, 404 and 422; the description lists them for some only",
}
"""Where the double follows GitHub instead of its description, and why."""

REFUSALS = ("401", "403", "404", "422")
_REFUSAL = {"description": "", "content": {JSON: {"schema": {"$ref": "#/components/schemas/basic-error"}}}}


@cache
def description() -> dict[str, Any]:
    """Return the slice, with the waivers worked in."""
    found: dict[str, Any] = json.loads((HERE / "description.json").read_text(encoding="utf-8"))
    upload = found["paths"]["/repos/{owner}/{repo}/releases/{release_id}/assets"]["post"]
    upload["requestBody"]["content"] = {"*/*": {"schema": {}}}
    conclusion = found["components"]["schemas"]["check-run"]["properties"]["conclusion"]
    conclusion["nullable"] = True
    if conclusion.get("enum") and None not in conclusion["enum"]:
        conclusion["enum"] = [*conclusion["enum"], None]
    for path in found["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.pop("servers", None)
                for status in REFUSALS:
                    operation["responses"].setdefault(status, _REFUSAL)
    found["servers"] = [{"url": "/"}]
    return found


@cache
def _openapi() -> OpenAPI:
    # The description itself is held to its own schema by a test, once.
    return OpenAPI.from_dict(description(), config=Config(spec_validator_cls=None))


class Spoken:
    """A request as openapi-core reads it."""

    def __init__(
        self, method: str, path: str, query: Any, headers: Mapping[str, str], body: bytes, content_type: str
    ) -> None:
        self.host_url = "http://localhost"
        self.path = path
        self.method = method.lower()
        self.body = body or None
        self.content_type = content_type.partition(";")[0]
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(query), header=Headers(dict(headers)), cookie=ImmutableMultiDict(), path={}
        )


def request_faults(spoken: Spoken) -> str:
    """Return what is wrong with a request, empty when nothing is."""
    return _told(lambda: _openapi().validate_request(spoken))


def reply_faults(spoken: Spoken, status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Return what is wrong with a reply to a request, empty when nothing is."""
    kind = headers.get("Content-Type", "" if not body else JSON).partition(";")[0]
    reply = MockResponse(body, status_code=status, headers=dict(headers), content_type=kind or JSON)
    return _told(lambda: _openapi().validate_response(spoken, reply))


def _told(judge: Any) -> str:
    try:
        judge()
    except Exception as error:  # noqa: BLE001 - whatever openapi-core finds is a fault to tell
        causes, cause = [], error
        while cause is not None:
            more = getattr(cause, "schema_errors", None) or ()
            causes += [
                f"{type(cause).__name__}: {cause}",
                *(f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in more),
            ]
            cause = cause.__cause__
        return "\n".join(causes)
    return ""


def filled(schema_name: str, /, **values: Any) -> dict[str, Any]:
    """Return an object of a schema: the given values, and the emptiest ones for what else must be there."""
    schema = description()["components"]["schemas"][schema_name]
    unknown = set(values) - set(_properties(schema))
    assert not unknown, f"{schema_name} has no {unknown}"
    return {**_emptiest(schema), **values}


def _properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= _properties(_resolved(part))
    return found


def _resolved(schema: Mapping[str, Any]) -> Any:
    while "$ref" in schema:
        _, _, kind, name = schema["$ref"].split("/", 3)
        schema = description()["components"][kind][name]
    return schema


def _emptiest(schema: Mapping[str, Any]) -> Any:
    schema = _resolved(schema)
    if schema.get("nullable"):
        return None
    for word in ("allOf", "oneOf", "anyOf"):
        if word in schema and "properties" not in schema:
            return _emptiest(schema[word][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: _emptiest(schema["properties"][name]) for name in schema.get("required", ())}
    if kind == "string":
        return {"date-time": DAY, "uri": "http://localhost/", "email": "x@example.com"}.get(
            schema.get("format", ""), ""
        )
    return {"integer": 0, "number": 0, "boolean": False, "array": []}[kind]
