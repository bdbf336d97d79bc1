"""Steps as JSON rows and back, by a registry of kinds.

A row holds the step's kind and its flat fields; nested values are tuples and named tuples only.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

from release_tools.engine.step import Step
from release_tools.errors import HumanNeeded

FORMAT = 1
"""Version of the stored form of plans and journals."""

Registry = Mapping[str, type[Step[Any]]]
"""Step kind to its class, passed in by the composition root."""


def registry(*classes: type[Step[Any]]) -> Registry:
    """Return the registry of the given step classes."""
    return {cls.kind: cls for cls in classes}


def canonical(value: object) -> str:
    """Return `value` as JSON in the one spelling that hashes are taken of."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def encode_step(step: Step[Any]) -> dict[str, Any]:
    """Return the row of a step."""
    return {"kind": step.kind} | {field.name: getattr(step, field.name) for field in fields(step)}  # type: ignore[arg-type]


def decode_step(row: Mapping[str, Any], kinds: Registry) -> Step[Any]:
    """Return the step of a row; `HumanNeeded` when this release-tools does not know the kind or its fields."""
    cls = kinds.get(row["kind"])
    values = {name: value for name, value in row.items() if name != "kind"}
    if cls is None or set(values) != {field.name for field in fields(cls)}:  # type: ignore[arg-type]
        raise HumanNeeded(
            f"The stored plan has a step of kind {row['kind']!r} that this version of release-tools does not know.",
            state="The run is as it was; nothing was changed by this command.",
            todo="Install the version of release-tools that started the run (see `release-tools status`) and continue.",
        )
    hints = get_type_hints(cls)
    return cls(**{name: _revive(value, hints[name]) for name, value in values.items()})


def _revive(value: Any, hint: Any) -> Any:
    if not isinstance(value, list):
        return value
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        return tuple(_revive(one, item) for one in value)
    return hint(*value)
