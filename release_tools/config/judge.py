"""The judge: fits raw values to the model by pydantic, which no other module imports.

Importing this costs more than all of the rest: it happens for a configuration that `config.memory` does not know. Rules
that span several keys live in `config.semantics`.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from release_tools.config.finding import Finding, parse_findings
from release_tools.config.table import Table

T = TypeVar("T", bound=Table)


def fit_values(raw: Mapping[str, Any], model: type[T]) -> T | tuple[Finding, ...]:
    """Return the table that `raw` makes, or everything that does not fit the model."""
    # Strict, by way of JSON: "yes" is not a boolean and "100" not a number, but an array is a tuple.
    text = json.dumps(raw, default=_tag_foreign)
    try:
        fitted: T = _adapter(cast("Any", model)).validate_json(text, strict=True)
    except ValidationError as invalid:
        return parse_findings(invalid.errors(), raw, model)
    return fitted


def model_schema(model: type[Table]) -> dict[str, Any]:
    """Return the JSON Schema of a model as pydantic makes it."""
    return _adapter(cast("Any", model)).json_schema()


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _tag_foreign(value: object) -> dict[str, str]:
    """Return what JSON has no word for, TOML's dates and times, as a table: no key of ours takes one."""
    return {"date": str(value)}
