"""The judge: fits raw values to the model by pydantic, which no other module imports.

Importing this costs more than all of the rest: it happens for a configuration that `config.memory` does not know. Rules
that span several keys live in `config.semantics`.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from release_tools.config.finding import Finding, parse_findings
from release_tools.config.model import Config


def fit_values(raw: Mapping[str, Any]) -> Config | tuple[Finding, ...]:
    """Return the configuration that `raw` makes, or everything that does not fit the model."""
    # Strict, by way of JSON: "yes" is not a boolean and "100" not a number, but an array is a tuple.
    text = json.dumps(raw, default=_tag_foreign)
    try:
        return _adapter().validate_json(text, strict=True)
    except ValidationError as invalid:
        return parse_findings(invalid.errors(), raw)


def model_schema() -> dict[str, Any]:
    """Return the JSON Schema of the model as pydantic makes it."""
    return _adapter().json_schema()


@cache
def _adapter() -> TypeAdapter[Config]:
    return TypeAdapter(Config)


def _tag_foreign(value: object) -> dict[str, str]:
    """Return what JSON has no word for, TOML's dates and times, as a table: no key of ours takes one."""
    return {"date": str(value)}
