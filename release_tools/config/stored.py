"""A judged configuration as one line of JSON, and back.

Nothing is judged here: whoever reads such a line must know that it is the one that was written. No file is touched.
"""

import json
from dataclasses import asdict, fields
from typing import Any

from release_tools.config.model import Config
from release_tools.config.table import Table, tables_in


def render_stored(config: Config) -> bytes:
    """Return every value of a configuration, defaults included, as JSON."""
    return json.dumps(asdict(config), separators=(",", ":")).encode()


def parse_stored(text: bytes) -> Config:
    """Return the configuration that was rendered as `text`; LookupError, TypeError or ValueError when there is none."""
    values = json.loads(text)
    return Config(**{key.name: _rebuild(key.type, values[key.name]) for key in fields(Config)})


def _rebuild(kind: Any, value: Any) -> Any:
    """Return what `value` was before JSON made tables and tuples of it objects and arrays; `kind` is the key's type."""
    inner = next(tables_in(kind), None)
    if isinstance(value, list):
        return tuple([_rebuild(inner, item) for item in value])
    if not isinstance(value, dict):
        return value
    if isinstance(kind, type) and issubclass(kind, Table):
        return kind(**{key.name: _rebuild(key.type, value[key.name]) for key in fields(kind)})
    return {name: _rebuild(inner, item) for name, item in value.items()}
